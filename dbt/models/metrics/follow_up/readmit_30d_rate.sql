{#- The measure's own window. -#}
{%- set window_days = 30 -%}
{%- set adult_age = 18 -%}

-- Left alive, and neither to another hospital nor to hospice.
with discharge as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_start,
        period.period_end,
        discharge.stay_id,
        discharge.person_key,
        discharge.discharge_date,
        {{ add_days('discharge.discharge_date', window_days) }} as window_end,
        discharge.practice_id,
        discharge.npi,
        discharge.lob,
        discharge.is_birth
        or discharge.is_planned_chemo
        or coalesce(discharge.disposition in ('CS_DISPO_TRANSFER', 'CS_DISPO_HOSPICE'), false) as is_out_of_scope
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_discharge') }} as discharge
        on
            period.as_of_date = discharge.as_of_date
            and discharge.is_acute
            and discharge.age >= {{ adult_age }}
            and discharge.discharge_date between period.period_start and period.mature_end
            and coalesce(discharge.disposition, '') not in ('CS_DISPO_DIED', 'CS_DISPO_STILL_PATIENT')
    where period.metric_id = 'readmit_30d_rate'
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
        discharge.lob,
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
