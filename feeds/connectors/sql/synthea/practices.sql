select
    o.id as practice_id,
    o.name as practice_name,
    n.npi as organization_npi,
    o.address,
    o.city,
    o.state,
    o.zip as zip_code,
    s.time_zone,
    o.phone
from practice as p
inner join organizations as o on o.id = p.practice_id
inner join npi as n on n.source_id = o.id
left join us_state as s on s.state_code = upper(o.state)
