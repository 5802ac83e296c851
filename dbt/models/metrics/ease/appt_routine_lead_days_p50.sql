{%- set longest_lead_days = 365 -%}

with appointment as (
    select
        period.as_of_date,
        period.metric_id,
        appointment.appointment_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.requested_datetime as date) as requested_on,
        cast(appointment.created_datetime as date) as created_on,
        cast(appointment.start_datetime as date) as starts_on,
        coalesce(appointment.booking_source in ('recall', 'checkout'), false) as is_planned
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'appt_routine_lead_days_p50'
        and appointment.location_id is not null
        and appointment.type_code in ('ROUTINE', 'CHECKUP')
        and appointment.status_code in ('fulfilled', 'noshow', 'booked', 'checked-in', 'arrived')
        and appointment.requested_datetime is not null
),

-- Made on the day of a completed visit: booked at checkout, whatever the source says.
visit_day as (
    select distinct
        appointment.as_of_date,
        appointment.appointment_id
    from appointment
    inner join {{ ref('stg_appointments') }} as visit
        on
            appointment.person_key = visit.person_key
            and appointment.practice_id = visit.location_id
            and appointment.created_on = cast(visit.start_datetime as date)
            and appointment.appointment_id <> visit.appointment_id
            and {{ known_at('visit', 'appointment.as_of_date') }}
    where visit.status_code = 'fulfilled'
),

judged as (
    select
        appointment.as_of_date,
        appointment.metric_id,
        appointment.practice_id,
        appointment.npi,
        appointment.person_key,
        appointment.lob,
        appointment.starts_on,
        {{ business_days('appointment.requested_on', 'appointment.starts_on') }} as lead_days,
        appointment.is_planned
        or visit_day.appointment_id is not null
        or {{ days_between('appointment.requested_on', 'appointment.starts_on') }}
        not between 0 and {{ longest_lead_days }} as is_excluded
    from appointment
    left join visit_day
        on
            appointment.as_of_date = visit_day.as_of_date
            and appointment.appointment_id = visit_day.appointment_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    starts_on as observed_on,
    cast(case when is_excluded then 0 else lead_days end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
