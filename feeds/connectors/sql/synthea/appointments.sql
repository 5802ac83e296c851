-- Visits that took place at a practice. Synthea simulates no booking: no request, check-in or waiting times.
select
    e.encounter_id as appointment_id,
    e.person_id,
    e.encounter_id,
    e.started_at as start_datetime,
    e.stopped_at as end_datetime,
    date_diff('minute', e.started_at::timestamptz, e.stopped_at::timestamptz) as duration,
    e.organization_id as location_id,
    n.npi as practitioner_id,
    case when e.visit_kind = 'preventive' then 'CHECKUP' end as type_code,
    e.description as type_description,
    'fulfilled' as status_code,
    case when e.visit_kind = 'preventive' then 'preventive' end as visit_reason_class,
    case when e.visit_kind in ('phone', 'video') then e.visit_kind else 'in_person' end as modality
from encounter as e
inner join practice as p on p.practice_id = e.organization_id
left join npi as n on n.source_id = e.provider_id
where e.visit_kind is not null
