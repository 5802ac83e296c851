{#- The measure's own window. -#}
{%- set window_days = 30 -%}
{%- set adult_age = 18 -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end,
        mature_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'readmit_30d_rate'
),

-- Left alive, and neither to another hospital nor to hospice.
discharge as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_start,
        period.period_end,
        stay.stay_id,
        stay.person_key,
        stay.discharge_date,
        {{ add_days('stay.discharge_date', window_days) }} as window_end,
        assignment.practice_id,
        assignment.npi,
        stay.is_birth
        or stay.is_planned_chemo
        or coalesce(disposition.code_set in ('CS_DISPO_TRANSFER', 'CS_DISPO_HOSPICE'), false) as is_out_of_scope
    from period
    inner join {{ ref('int_inpatient_stay') }} as stay
        on
            period.as_of_date = stay.as_of_date
            and stay.is_acute
            and stay.discharge_date between period.period_start and period.mature_end
    inner join {{ ref('int_member') }} as member
        on
            stay.as_of_date = member.as_of_date
            and stay.person_key = member.person_key
            and {{ age_years('member.birth_date', 'stay.discharge_date') }} >= {{ adult_age }}
    inner join {{ ref('int_assignment') }} as assignment
        on
            stay.as_of_date = assignment.as_of_date
            and stay.person_key = assignment.person_key
            and stay.discharge_date between assignment.valid_from and assignment.valid_to
    left join {{ ref('ref_code_sets') }} as disposition
        on disposition.code_set in (
            'CS_DISPO_DIED', 'CS_DISPO_STILL_PATIENT', 'CS_DISPO_TRANSFER', 'CS_DISPO_HOSPICE'
        )
        and stay.discharge_disposition_code = disposition.code
    where coalesce(disposition.code_set, '') not in ('CS_DISPO_DIED', 'CS_DISPO_STILL_PATIENT')
),

-- Pregnancy, birth and puerperium: the O chapter.
maternity as (
    select distinct
        stay.as_of_date,
        stay.stay_id
    from {{ ref('int_inpatient_stay') }} as stay
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_DUPLICATE_EXCLUSION'
            and left(event.code, 1) = 'O'
            and event.is_principal_dx
            and event.claim_type = 'institutional'
            and stay.person_key = event.person_key
            and event.service_date between stay.admit_date and stay.discharge_date
            and {{ known_at('event', 'stay.as_of_date') }}
    where stay.is_acute
),

hospice as (
    select distinct
        discharge.as_of_date,
        discharge.person_key
    from discharge
    inner join {{ ref('int_hospice') }} as hospice_day
        on
            discharge.as_of_date = hospice_day.as_of_date
            and discharge.person_key = hospice_day.person_key
            and hospice_day.service_date between discharge.period_start and discharge.period_end
),

readmitted as (
    select distinct
        discharge.as_of_date,
        discharge.stay_id
    from discharge
    inner join {{ ref('int_inpatient_stay') }} as later
        on
            discharge.as_of_date = later.as_of_date
            and discharge.person_key = later.person_key
            and later.is_acute
            and not later.is_planned_chemo
            and discharge.discharge_date < later.admit_date
            and discharge.window_end >= later.admit_date
    left join maternity
        on
            later.as_of_date = maternity.as_of_date
            and later.stay_id = maternity.stay_id
    where maternity.stay_id is null
),

judged as (
    select
        discharge.as_of_date,
        discharge.metric_id,
        discharge.practice_id,
        discharge.npi,
        discharge.person_key,
        span.lob,
        discharge.discharge_date,
        readmitted.stay_id is not null as is_readmitted,
        discharge.is_out_of_scope
        or maternity.stay_id is not null
        or hospice.person_key is not null as is_excluded
    from discharge
    left join maternity
        on
            discharge.as_of_date = maternity.as_of_date
            and discharge.stay_id = maternity.stay_id
    left join hospice
        on
            discharge.as_of_date = hospice.as_of_date
            and discharge.person_key = hospice.person_key
    left join readmitted
        on
            discharge.as_of_date = readmitted.as_of_date
            and discharge.stay_id = readmitted.stay_id
    left join {{ ref('int_enrolment') }} as span
        on
            discharge.as_of_date = span.as_of_date
            and discharge.person_key = span.person_key
            and discharge.discharge_date between span.valid_from and span.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    discharge_date as observed_on,
    cast(case when is_readmitted and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
