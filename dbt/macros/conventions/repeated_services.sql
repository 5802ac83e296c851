{#-
  A CTE chain that ends with `repeat_event`: services on the watch list that repeat an earlier one of the same person
  within its window; `pair` says, of `earlier` and `later`, which repeats are meant.
-#}
{%- macro repeated_services(pair) -%}
period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'duplicate_service_rate'
),

-- Services on the watch list, before any as-of date is looked at.
watched as (
    select
        watch.watch_group,
        watch.window_days,
        event.person_key,
        event.service_date,
        event.modifiers,
        event.rendering_npi,
        coalesce(event.rendering_tin, event.billing_tin) as tin,
        event.known_from,
        event.known_until
    from {{ ref('int_code_event') }} as event
    inner join {{ ref('ref_duplicate_watch') }} as watch
        on event.code_set = watch.code_set
),

declared_repeat as (
    select used.modifiers
    from (
        select distinct modifiers
        from watched
    ) as used
    inner join {{ ref('ref_code_sets') }} as modifier
        on
            modifier.code_set = 'CS_REPEAT_MOD'
            and {{ list_contains('used.modifiers', 'modifier.code') }}
    group by used.modifiers
),

service as (
    select
        period.as_of_date,
        period.period_start,
        watched.watch_group,
        watched.window_days,
        watched.person_key,
        watched.service_date,
        watched.rendering_npi,
        watched.tin,
        declared_repeat.modifiers is not null as is_declared_repeat
    from period
    inner join watched
        on
            period.period_end >= watched.service_date
            -- Nothing earlier can be the first of a pair.
            and watched.service_date >= {{ add_days('period.period_start', '-watched.window_days') }}
            and {{ known_at('watched', 'period.as_of_date') }}
    left join declared_repeat
        on watched.modifiers = declared_repeat.modifiers
),

-- Days on which a repeat has its reasons, and the days next to them.
hospital_span as (
    select
        as_of_date,
        person_key,
        {{ add_days('ed_date', -1) }} as starts_on,
        {{ add_days('ed_date', 1) }} as ends_on
    from {{ ref('int_ed_visit') }}
    union all
    select
        as_of_date,
        person_key,
        {{ add_days('admit_date', -1) }} as starts_on,
        {{ add_days('discharge_date', 1) }} as ends_on
    from {{ ref('int_inpatient_stay') }}
    union all
    select
        period.as_of_date,
        event.person_key,
        {{ add_days('event.service_date', -1) }} as starts_on,
        {{ add_days('event.service_date', 1) }} as ends_on
    from period
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_OBSERVATION'
            and not event.is_denied
            and {{ known_at('event', 'period.as_of_date') }}
),

hospital_day as (
    select distinct
        service.as_of_date,
        service.person_key,
        service.service_date
    from service
    inner join hospital_span
        on
            service.as_of_date = hospital_span.as_of_date
            and service.person_key = hospital_span.person_key
            and service.service_date between hospital_span.starts_on and hospital_span.ends_on
),

described as (
    select
        service.*,
        service.is_declared_repeat or hospital_day.person_key is not null as is_expected
    from service
    left join hospital_day
        on
            service.as_of_date = hospital_day.as_of_date
            and service.person_key = hospital_day.person_key
            and service.service_date = hospital_day.service_date
),

-- One event a person, group and second date, whatever the number of earlier services it repeats.
repeated as (
    select
        later.as_of_date,
        later.watch_group,
        later.person_key,
        later.service_date,
        min(case when earlier.is_expected or later.is_expected then 1 else 0 end) = 1 as is_expected
    from described as later
    inner join described as earlier
        on
            later.as_of_date = earlier.as_of_date
            and later.person_key = earlier.person_key
            and later.watch_group = earlier.watch_group
            and later.service_date > earlier.service_date
            and {{ days_between('earlier.service_date', 'later.service_date') }} <= later.window_days
            and {{ pair }}
    where later.service_date >= later.period_start
    group by later.as_of_date, later.watch_group, later.person_key, later.service_date
),

under_treatment as (
    select distinct
        period.as_of_date,
        event.person_key
    from period
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_DUPLICATE_EXCLUSION'
            and event.service_date between period.period_start and period.period_end
            and not event.is_denied
            and {{ known_at('event', 'period.as_of_date') }}
),

repeat_event as (
    select
        repeated.as_of_date,
        period.metric_id,
        assignment.practice_id,
        assignment.npi,
        repeated.person_key,
        span.lob,
        repeated.service_date,
        repeated.is_expected or under_treatment.person_key is not null as is_excluded
    from repeated
    inner join period
        on repeated.as_of_date = period.as_of_date
    inner join {{ ref('int_assignment') }} as assignment
        on
            repeated.as_of_date = assignment.as_of_date
            and repeated.person_key = assignment.person_key
            and repeated.service_date between assignment.valid_from and assignment.valid_to
    left join {{ ref('int_enrolment') }} as span
        on
            repeated.as_of_date = span.as_of_date
            and repeated.person_key = span.person_key
            and repeated.service_date between span.valid_from and span.valid_to
    left join under_treatment
        on
            repeated.as_of_date = under_treatment.as_of_date
            and repeated.person_key = under_treatment.person_key
)
{%- endmacro -%}
