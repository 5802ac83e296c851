-- Synthea codes vaccines in CVX and exports given doses only.
select
    md5(i.encounter || i.code || i.date) as immunization_id,
    i.patient as person_id,
    i.code as source_code,
    local_date(i.date, e.time_zone) as occurrence_date,
    'completed' as status,
    e.organization_id as location_id,
    n.npi as practitioner_id
from immunizations as i
inner join encounter as e on e.encounter_id = i.encounter
left join npi as n on n.source_id = e.provider_id
