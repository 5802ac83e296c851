{%- set stays_days, recall_days = 30, 30 -%}

with visit as (
    select
        period.as_of_date,
        period.metric_id,
        appointment.appointment_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        appointment.start_datetime,
        cast(appointment.start_datetime as date) as visit_date,
        {{ add_days('appointment.start_datetime', stays_days) }} as stays_until,
        coalesce(appointment.visit_reason_class = 'urgent', false) as is_urgent
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    inner join {{ ref('int_assignment') }} as assignment
        on
            period.as_of_date = assignment.as_of_date
            and appointment.person_key = assignment.person_key
            and appointment.location_id = assignment.practice_id
            and cast(appointment.start_datetime as date) between assignment.valid_from and assignment.valid_to
    where
        period.metric_id = 'next_visit_booked_rate'
        and appointment.status_code = 'fulfilled'
),

booked as (
    select distinct
        visit.as_of_date,
        visit.appointment_id
    from visit
    inner join {{ ref('stg_appointments') }} as next_visit
        on
            visit.person_key = next_visit.person_key
            and visit.practice_id = next_visit.location_id
            and visit.start_datetime < next_visit.start_datetime
            and visit.visit_date <= cast(next_visit.created_datetime as date)
            and {{ known_at('next_visit', 'visit.as_of_date') }}
    where
        coalesce(next_visit.status_code, 'booked') <> 'entered-in-error'
        and (
            {{ days_between('visit.visit_date', 'next_visit.created_datetime') }} <= 1
            or (
                next_visit.booking_source = 'recall'
                and next_visit.reminder_sent_flag = 1
                and {{ days_between('visit.visit_date', 'next_visit.created_datetime') }} <= {{ recall_days }}
            )
        )
),

judged as (
    select
        visit.as_of_date,
        visit.metric_id,
        visit.practice_id,
        visit.npi,
        visit.person_key,
        visit.lob,
        visit.visit_date,
        booked.appointment_id is not null as is_met,
        visit.is_urgent
        or later_assignment.person_key is null
        or (enrolment.person_key is not null and later_enrolment.person_key is null) as is_excluded
    from visit
    left join booked
        on
            visit.as_of_date = booked.as_of_date
            and visit.appointment_id = booked.appointment_id
    left join {{ ref('int_assignment') }} as later_assignment
        on
            visit.as_of_date = later_assignment.as_of_date
            and visit.person_key = later_assignment.person_key
            and visit.practice_id = later_assignment.practice_id
            and visit.stays_until between later_assignment.valid_from and later_assignment.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            visit.as_of_date = enrolment.as_of_date
            and visit.person_key = enrolment.person_key
            and visit.visit_date between enrolment.valid_from and enrolment.valid_to
    left join {{ ref('int_enrolment') }} as later_enrolment
        on
            visit.as_of_date = later_enrolment.as_of_date
            and visit.person_key = later_enrolment.person_key
            and visit.stays_until between later_enrolment.valid_from and later_enrolment.valid_to
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
