-- One row an organisation NPI, under the name it is listed with most often (tie: first by alphabet).
with names as (
    select
        npi,
        name,
        row_number() over (partition by npi order by count(*) desc, name) as place
    from listing
    group by npi, name
)
select npi, null::varchar as first_name, name as last_name, 2 as entity_type
from names
where place = 1
