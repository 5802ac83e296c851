{#- A late patient is nobody's wait; minutes outside the bounds (bounds included) are a bad clock. -#}
{%- set late_after_minutes = 15 -%}
{%- set shortest_wait_minutes, longest_wait_minutes = -60, 360 -%}

with visit as (
    select
        period.as_of_date,
        period.metric_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        appointment.start_datetime,
        coalesce(appointment.checkin_datetime, appointment.start_datetime) as arrived_at,
        appointment.provider_seen_datetime as seen_at,
        coalesce(appointment.type_code = 'WALKIN', false)
        or coalesce(appointment.booking_channel = 'walkin', false) as is_walk_in
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'seen_within_15_min_rate'
        and appointment.location_id is not null
        and appointment.status_code = 'fulfilled'
        and coalesce(appointment.modality, 'in_person') in ('in_person', 'video')
        and appointment.provider_seen_datetime is not null
        and (
            appointment.checkin_datetime is null
            or appointment.provider_seen_datetime >= appointment.checkin_datetime
        )
),

timed as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        cast(start_datetime as date) as visit_date,
        is_walk_in,
        arrived_at > start_datetime + interval '{{ late_after_minutes }}' minute as is_late,
        {{ minutes_between('greatest(start_datetime, arrived_at)', 'seen_at') }} as wait_minutes
    from visit
),

judged as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        visit_date,
        wait_minutes <= {{ var('wait_minutes') }} as is_met,
        is_walk_in
        or is_late
        or wait_minutes not between {{ shortest_wait_minutes }} and {{ longest_wait_minutes }} as is_excluded
    from timed
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    visit_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
