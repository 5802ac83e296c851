{%- set noon_hour = 12 -%}

with booked as (
    select
        period.as_of_date,
        appointment.appointment_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.start_datetime as date) as observed_on,
        appointment.status_code,
        appointment.reminder_sent_flag,
        appointment.confirmation_channels,
        appointment.created_datetime,
        appointment.cancel_datetime,
        -- A session is a clinician's morning or afternoon.
        hour(appointment.start_datetime) >= {{ noon_hour }} as is_afternoon
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'no_show_rate'
        and appointment.location_id is not null
        and appointment.status_code in ('fulfilled', 'noshow', 'cancelled')
),

cancelled as (
    select
        as_of_date,
        appointment_id,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        is_afternoon,
        min(cancel_datetime) over session_slots as first_cancelled_at,
        row_number() over (
            partition by as_of_date, practice_id, npi, observed_on, is_afternoon
            order by cancel_datetime nulls last, appointment_id nulls last
        ) as place
    from booked
    where
        status_code = 'cancelled'
        and npi is not null
        and cancel_datetime is not null
    window session_slots as (partition by as_of_date, practice_id, npi, observed_on, is_afternoon)
),

-- One booking made after a cancellation fills one slot of the session.
filled as (
    select
        cancelled.as_of_date,
        cancelled.appointment_id,
        cancelled.place <= count(booked.appointment_id) as is_filled
    from cancelled
    left join booked
        on
            cancelled.as_of_date = booked.as_of_date
            and cancelled.practice_id = booked.practice_id
            and cancelled.npi = booked.npi
            and cancelled.observed_on = booked.observed_on
            and cancelled.is_afternoon = booked.is_afternoon
            and booked.status_code <> 'cancelled'
            and cancelled.first_cancelled_at <= booked.created_datetime
    group by cancelled.as_of_date, cancelled.appointment_id, cancelled.place
),

companion as (
    select
        booked.as_of_date,
        'reminder_coverage_rate' as metric_id,
        booked.practice_id,
        booked.npi,
        booked.person_key,
        booked.lob,
        booked.observed_on,
        case
            when booked.reminder_sent_flag = 1 or booked.confirmation_channels <> '' then 1
            else 0
        end as numerator,
        1 as denominator
    from booked
    where booked.status_code in ('fulfilled', 'noshow')
    union all
    select
        cancelled.as_of_date,
        'standby_fill_rate' as metric_id,
        cancelled.practice_id,
        cancelled.npi,
        cancelled.person_key,
        cancelled.lob,
        cancelled.observed_on,
        case when filled.is_filled then 1 else 0 end as numerator,
        1 as denominator
    from cancelled
    inner join filled
        on
            cancelled.as_of_date = filled.as_of_date
            and cancelled.appointment_id = filled.appointment_id
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
