-- Diagnoses stay SNOMED and say so; a code of our code sets stands on the line that bills the encounter itself.
with stays as (
    select
        e.encounter_id,
        case
            when m.deathdate::date between e.start_date and e.end_date then '20'
            when exists (
                select 1
                from encounter as s
                where s.person_id = e.person_id
                    and s.encounter_class = 'snf'
                    and s.started_at >= e.stopped_at
                    and s.start_date <= e.end_date + 1
            ) then '03'
            else '01'
        end as discharge_disposition_code
    from encounter as e
    inner join patients as m on m.id = e.person_id
    where e.encounter_class = 'inpatient'
)
select
    l.claim_id,
    l.claim_line_number,
    e.claim_type,
    e.person_id,
    y.name as payer,
    y.name as plan,
    e.start_date as claim_start_date,
    e.end_date as claim_end_date,
    local_date(l.started_at, e.time_zone) as claim_line_start_date,
    local_date(l.stopped_at, e.time_zone) as claim_line_end_date,
    case when e.is_stay then e.start_date end as admission_date,
    case when e.is_stay then e.end_date end as discharge_date,
    s.discharge_disposition_code,
    e.place_of_service_code,
    e.bill_type_code,
    case when l.is_visit_line then e.revenue_center_code end as revenue_center_code,
    l.service_unit_quantity,
    case when l.is_visit_line then coalesce(v.hcpcs_code, e.hcpcs_code) end as hcpcs_code,
    case when l.is_visit_line then e.hcpcs_modifier_1 end as hcpcs_modifier_1,
    r.npi as rendering_npi,
    f.npi as billing_npi,
    f.npi as facility_npi,
    coalesce(local_date(l.paid_at, e.time_zone), e.end_date) as paid_date,
    case when l.is_visit_line then e.paid_amount end as paid_amount,
    l.charge_amount,
    case when l.diagnoses is not null then 'snomed' end as diagnosis_code_type,
    l.diagnoses[1] as diagnosis_code_1,
    l.diagnoses[2] as diagnosis_code_2,
    l.diagnoses[3] as diagnosis_code_3,
    l.diagnoses[4] as diagnosis_code_4,
    l.diagnoses[5] as diagnosis_code_5,
    l.diagnoses[6] as diagnosis_code_6,
    l.diagnoses[7] as diagnosis_code_7,
    l.diagnoses[8] as diagnosis_code_8,
    l.diagnoses[9] as diagnosis_code_9,
    l.diagnoses[10] as diagnosis_code_10,
    l.diagnoses[11] as diagnosis_code_11,
    l.diagnoses[12] as diagnosis_code_12,
    l.diagnoses[13] as diagnosis_code_13,
    l.diagnoses[14] as diagnosis_code_14,
    l.diagnoses[15] as diagnosis_code_15,
    l.diagnoses[16] as diagnosis_code_16,
    l.diagnoses[17] as diagnosis_code_17,
    l.diagnoses[18] as diagnosis_code_18,
    l.diagnoses[19] as diagnosis_code_19,
    l.diagnoses[20] as diagnosis_code_20,
    l.diagnoses[21] as diagnosis_code_21,
    l.diagnoses[22] as diagnosis_code_22,
    l.diagnoses[23] as diagnosis_code_23,
    l.diagnoses[24] as diagnosis_code_24,
    l.diagnoses[25] as diagnosis_code_25
from claim_line as l
inner join encounter as e on e.encounter_id = l.encounter_id
left join payers as y on y.id = e.payer_id
left join npi as r on r.source_id = e.provider_id
left join npi as f on f.source_id = e.organization_id
left join stays as s on s.encounter_id = e.encounter_id
left join preventive_code as v on v.encounter_id = e.encounter_id
