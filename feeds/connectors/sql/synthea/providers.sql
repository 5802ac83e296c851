-- Synthea writes "First Last", the first name possibly of several words.
select
    n.npi,
    regexp_replace(p.name, '\s+\S+$', '') as first_name,
    regexp_extract(p.name, '(\S+)$', 1) as last_name,
    s.taxonomy_code as primary_taxonomy_code,
    p.speciality as specialty,
    1 as entity_type
from providers as p
inner join npi as n on n.source_id = p.id
left join synthea_speciality as s on s.speciality = upper(p.speciality)
