with call as (
    select
        period.as_of_date,
        period.metric_id,
        audit.audit_id,
        audit.practice_id,
        audit.npi,
        audit.lob,
        audit.call_date,
        audit.is_auditor_error,
        {{ day_of_week('audit.call_date') }} as day_of_week,
        60 * hour(audit.call_datetime) + minute(audit.call_datetime) as minute_of_day,
        audit.after_hours_response_type in (
            'live_clinician',
            'answering_service_reaches_clinician',
            'recording_with_oncall_number_or_transfer',
            'nurse_line_with_pcp_escalation'
        )
        and audit.emergency_instruction_flag = 1 as is_met
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'after_hours_coverage_rate'
        and audit.audit_type = 'after_hours_phone'
),

-- A federal holiday is outside hours whatever is posted for its weekday.
call_inside_hours as (
    select distinct
        call.as_of_date,
        call.audit_id
    from call
    inner join {{ ref('int_posted_hours') }} as hours
        on
            call.as_of_date = hours.as_of_date
            and call.practice_id = hours.practice_id
            and call.day_of_week = hours.day_of_week
            and call.minute_of_day >= hours.opens_minute
            and call.minute_of_day < hours.closes_minute
    left join {{ ref('ref_calendar') }} as calendar
        on call.call_date = calendar.date_day
    where not coalesce(calendar.is_federal_holiday, false)
),

judged as (
    select
        call.as_of_date,
        call.metric_id,
        call.practice_id,
        call.npi,
        call.lob,
        call.call_date,
        call.is_met,
        call.is_auditor_error or call_inside_hours.audit_id is not null as is_excluded
    from call
    left join call_inside_hours
        on
            call.as_of_date = call_inside_hours.as_of_date
            and call.audit_id = call_inside_hours.audit_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    lob,
    call_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
