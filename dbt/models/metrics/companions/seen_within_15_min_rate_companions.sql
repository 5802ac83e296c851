{%- set late_after_minutes = 15 -%}
{#- The waits that the parent counts: bounds of a bad clock and late patients are out. -#}
{%- set shortest_wait_minutes, longest_wait_minutes = -60, 360 -%}
{%- set long_waits = [30, 60] -%}

with visit as (
    select
        period.as_of_date,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.start_datetime as date) as observed_on,
        appointment.checkin_datetime,
        coalesce(
            appointment.checkin_datetime > appointment.start_datetime + interval '{{ late_after_minutes }}' minute,
            false
        ) as is_late,
        case
            when
                coalesce(appointment.modality, 'in_person') in ('in_person', 'video')
                and appointment.provider_seen_datetime
                >= coalesce(appointment.checkin_datetime, appointment.provider_seen_datetime)
                then {{ minutes_between(
                    'greatest(appointment.start_datetime, coalesce(appointment.checkin_datetime, appointment.start_datetime))',
                    'appointment.provider_seen_datetime'
                ) }}
        end as wait_minutes
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'seen_within_15_min_rate'
        and appointment.location_id is not null
        and appointment.status_code = 'fulfilled'
        and coalesce(appointment.type_code, '') <> 'WALKIN'
        and coalesce(appointment.booking_channel, '') <> 'walkin'
),

timed as (
    select
        as_of_date,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        wait_minutes
    from visit
    where
        not is_late
        and wait_minutes between {{ shortest_wait_minutes }} and {{ longest_wait_minutes }}
),

companion as (
    select
        visit.as_of_date,
        'late_checkin_share' as metric_id,
        visit.practice_id,
        visit.npi,
        visit.person_key,
        visit.lob,
        visit.observed_on,
        case when visit.is_late then 1 else 0 end as numerator,
        1 as denominator
    from visit
    where visit.checkin_datetime is not null
    union all
    select
        timed.as_of_date,
        'wait_minutes_p50' as metric_id,
        timed.practice_id,
        timed.npi,
        timed.person_key,
        timed.lob,
        timed.observed_on,
        timed.wait_minutes as numerator,
        1 as denominator
    from timed
    union all
    select
        timed.as_of_date,
        'wait_minutes_p90' as metric_id,
        timed.practice_id,
        timed.npi,
        timed.person_key,
        timed.lob,
        timed.observed_on,
        timed.wait_minutes as numerator,
        1 as denominator
    from timed
    {%- for minutes in long_waits %}
        union all
        select
            timed.as_of_date,
            'wait_over_{{ minutes }}_min_share' as metric_id,
            timed.practice_id,
            timed.npi,
            timed.person_key,
            timed.lob,
            timed.observed_on,
            case when timed.wait_minutes > {{ minutes }} then 1 else 0 end as numerator,
            1 as denominator
        from timed
    {%- endfor %}
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    false as excluded
from companion
