{#- The measure's own window: the discharge date and 30 days after it. -#}
{%- set window_days = 30 -%}
{%- set adult_age = 18 -%}

-- Covered on the discharge date and on each day of the window.
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
        discharge.next_admit_date,
        discharge.is_birth
        or discharge.is_planned_chemo
        or coalesce(discharge.disposition, '') <> 'CS_DISPO_HOME' as is_out_of_scope
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_discharge') }} as discharge
        on
            period.as_of_date = discharge.as_of_date
            and discharge.is_acute
            and discharge.age >= {{ adult_age }}
            and discharge.discharge_date between period.period_start and period.mature_end
            and {{ add_days('discharge.discharge_date', window_days) }} <= discharge.covered_to
    where period.metric_id = 'med_rec_post_discharge_rate'
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

reconciled as (
    select distinct
        discharge.as_of_date,
        discharge.stay_id
    from discharge
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_MED_REC'
            and discharge.person_key = event.person_key
            and event.service_date between discharge.discharge_date and discharge.window_end
            and not event.is_denied
            and {{ known_at('event', 'discharge.as_of_date') }}
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
        reconciled.stay_id is not null as is_met,
        discharge.is_out_of_scope
        or coalesce(discharge.next_admit_date <= discharge.window_end, false)
        or hospice.person_key is not null as is_excluded
    from discharge
    left join hospice
        on
            discharge.as_of_date = hospice.as_of_date
            and discharge.person_key = hospice.person_key
    left join reconciled
        on
            discharge.as_of_date = reconciled.as_of_date
            and discharge.stay_id = reconciled.stay_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    discharge_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
