-- The next day on which any other stay of the person begins.
with next_stay as (

    select
        stay.as_of_date,
        stay.stay_id,
        min(later.admit_date) as next_admit_date
    from {{ ref('int_inpatient_stay') }} as stay
    inner join {{ ref('int_inpatient_stay') }} as later
        on
            stay.as_of_date = later.as_of_date
            and stay.person_key = later.person_key
            and stay.stay_id <> later.stay_id
            and stay.discharge_date <= later.admit_date
    group by stay.as_of_date, stay.stay_id

),

ended as (

    select
        stay.*,
        disposition.code_set as disposition
    from {{ ref('int_inpatient_stay') }} as stay
    left join {{ ref('ref_code_sets') }} as disposition
        on
            disposition.code_set in (
                'CS_DISPO_HOME', 'CS_DISPO_TRANSFER', 'CS_DISPO_HOSPICE', 'CS_DISPO_DIED', 'CS_DISPO_STILL_PATIENT'
            )
            and stay.discharge_disposition_code = disposition.code

)

select
    ended.as_of_date,
    ended.stay_id,
    ended.person_key,
    ended.discharge_date,
    ended.disposition,
    ended.is_acute,
    ended.is_psychiatric,
    ended.is_birth,
    ended.is_planned_chemo,
    {{ age_years('member.birth_date', 'ended.discharge_date') }} as age,
    assignment.practice_id,
    assignment.npi,
    span.lob,
    span.covered_to,
    next_stay.next_admit_date
from ended
inner join {{ ref('int_assignment') }} as assignment
    on
        ended.as_of_date = assignment.as_of_date
        and ended.person_key = assignment.person_key
        and ended.discharge_date between assignment.valid_from and assignment.valid_to
left join {{ ref('int_member') }} as member
    on
        ended.as_of_date = member.as_of_date
        and ended.person_key = member.person_key
left join {{ ref('int_enrolment') }} as span
    on
        ended.as_of_date = span.as_of_date
        and ended.person_key = span.person_key
        and ended.discharge_date between span.valid_from and span.valid_to
left join next_stay
    on
        ended.as_of_date = next_stay.as_of_date
        and ended.stay_id = next_stay.stay_id
