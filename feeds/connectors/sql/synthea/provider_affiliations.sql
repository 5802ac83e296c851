-- providers.csv has no dates: it holds for the whole export, so every affiliation starts with its first encounter.
select
    n.npi || '-' || p.organization as affiliation_id,
    n.npi,
    p.organization as practice_id,
    (select min(start_date) from encounter) as start_date,
    s.is_pcp as pcp_flag
from providers as p
inner join practice as o on o.practice_id = p.organization
inner join npi as n on n.source_id = p.id
left join synthea_speciality as s on s.speciality = upper(p.speciality)
