select
    practices.practice_id,
    practices.practice_name,
    practices.practice_type,
    practices.address,
    practices.city,
    practices.state,
    practices.zip_code,
    practices.county_fips,
    practices.time_zone,
    practices.phone,
    practices.is_active,
    {{ known_members('panels.members', 'practices.as_of_date') }} as members
from {{ ref('int_practice') }} as practices
inner join {{ ref('int_as_of') }} as run
    on
        practices.as_of_date = run.as_of_date
        and run.is_run_as_of
left join {{ ref('int_practice_panel') }} as panels
    on
        practices.as_of_date = panels.as_of_date
        and practices.practice_id = panels.practice_id
