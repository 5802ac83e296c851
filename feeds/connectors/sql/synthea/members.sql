-- How race was collected is not said, and language is absent: both stay unknown.
select
    p.id as person_id,
    p.birthdate as birth_date,
    case upper(p.gender) when 'M' then 'male' when 'F' then 'female' else 'unknown' end as gender,
    p.deathdate as death_date,
    (p.deathdate is not null)::integer as death_flag,
    coalesce(
        nullif(concat_ws(
            '|',
            case when lower(p.ethnicity) = 'hispanic' then 'hispanic' end,
            case lower(p.race)
                when 'white' then 'white'
                when 'black' then 'black'
                when 'asian' then 'asian'
                when 'native' then 'aian'
                when 'hawaiian' then 'nhpi'
            end
        ), ''),
        'unknown'
    ) as race_ethnicity,
    'unknown' as race_ethnicity_source,
    p.race,
    p.ethnicity,
    p.zip as zip_code,
    h.state_code as state
from patients as p
left join patient_place as h on h.person_id = p.id
