{#- The measure's own window: the discharge date and 30 days after it. -#}
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
    where metric_id = 'med_rec_post_discharge_rate'
),

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
        or home.code is null as is_out_of_scope
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
    left join {{ ref('ref_code_sets') }} as home
        on
            home.code_set = 'CS_DISPO_HOME'
            and stay.discharge_disposition_code = home.code
),

enrolled as (
    select
        discharge.as_of_date,
        discharge.stay_id,
        max(case when discharge.discharge_date between span.valid_from and span.valid_to then span.lob end) as lob
    from discharge
    inner join {{ ref('int_enrolment') }} as span
        on
            discharge.as_of_date = span.as_of_date
            and discharge.person_key = span.person_key
            and discharge.window_end >= span.valid_from
            and discharge.discharge_date <= span.valid_to
    group by discharge.as_of_date, discharge.stay_id
    -- Covered on the discharge date and on each day of the window.
    having
        sum(
            {{ days_between(
                'greatest(span.valid_from, discharge.discharge_date)', 'least(span.valid_to, discharge.window_end)'
            ) }} + 1
        ) = {{ window_days }} + 1
),

returned as (
    select distinct
        discharge.as_of_date,
        discharge.stay_id
    from discharge
    inner join {{ ref('int_inpatient_stay') }} as later
        on
            discharge.as_of_date = later.as_of_date
            and discharge.person_key = later.person_key
            and discharge.stay_id <> later.stay_id
            and later.admit_date between discharge.discharge_date and discharge.window_end
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
        enrolled.lob,
        discharge.discharge_date,
        reconciled.stay_id is not null as is_met,
        discharge.is_out_of_scope
        or returned.stay_id is not null
        or hospice.person_key is not null as is_excluded
    from discharge
    inner join enrolled
        on
            discharge.as_of_date = enrolled.as_of_date
            and discharge.stay_id = enrolled.stay_id
    left join returned
        on
            discharge.as_of_date = returned.as_of_date
            and discharge.stay_id = returned.stay_id
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
