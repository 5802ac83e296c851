-- Claim lines where the export has no claims: one claim of one line an encounter, its reason as first diagnosis.
create table claim_line as
with reasons as (
    select encounter_id, reason_code as code, 1 as rank
    from encounter
    where reason_code is not null
    union all
    select encounter as encounter_id, code, 2 as rank
    from conditions
),
ranked as (
    select encounter_id, code, min(rank) as rank
    from reasons
    group by encounter_id, code
),
diagnoses as (
    select encounter_id, list(code order by rank, code) as codes
    from ranked
    group by encounter_id
)
select
    e.encounter_id as claim_id,
    e.encounter_id,
    e.started_at,
    coalesce(e.stopped_at, e.started_at) as stopped_at,
    e.charge_amount,
    1.0 as service_unit_quantity,
    1 as claim_line_number,
    true as is_visit_line,
    null::varchar as paid_at,
    d.codes as diagnoses
from encounter as e
left join diagnoses as d on d.encounter_id = e.encounter_id;
