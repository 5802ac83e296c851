{%- set on_time_minutes, cancel_notice_hours = 15, 24 -%}

with request as (
    select
        period.as_of_date,
        period.metric_id,
        request.practice_id,
        request.person_key,
        cast(coalesce(request.scheduled_start_datetime, request.requested_datetime) as date) as service_date,
        request.status,
        request.status = 'fulfilled'
        and request.interpreter_qualified_flag = 1
        and request.actual_start_datetime
        <= request.scheduled_start_datetime + interval '{{ on_time_minutes }}' minute as is_met,
        appointment.status_code = 'cancelled' as is_visit_cancelled,
        appointment.cancel_datetime
        > request.scheduled_start_datetime - interval '{{ cancel_notice_hours }}' hour as is_short_notice
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_interpreter_requests') }} as request
        on
            {{ known_at('request', 'period.as_of_date') }}
            and cast(coalesce(request.scheduled_start_datetime, request.requested_datetime) as date)
            between period.period_start and period.period_end
    left join {{ ref('stg_appointments') }} as appointment
        on
            request.appointment_id = appointment.appointment_id
            and {{ known_at('appointment', 'period.as_of_date') }}
    where
        period.metric_id = 'interpreter_fulfilment_rate'
        and request.practice_id is not null
),

-- The member may cancel a day ahead; with less notice somebody was waiting and the request stays.
judged as (
    select
        request.as_of_date,
        request.metric_id,
        request.practice_id,
        request.person_key,
        enrolment.lob,
        request.service_date,
        request.is_met,
        case
            when request.status = 'cancelled_by_member' then not coalesce(request.is_short_notice, false)
            else coalesce(request.is_visit_cancelled, false)
        end as is_excluded
    from request
    left join {{ ref('int_enrolment') }} as enrolment
        on
            request.as_of_date = enrolment.as_of_date
            and request.person_key = enrolment.person_key
            and request.service_date between enrolment.valid_from and enrolment.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    cast(null as string) as npi,
    person_key,
    lob,
    service_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
