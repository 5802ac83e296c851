{%- set coverage_days = var('dismissal_coverage_days') -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        mature_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'dismissal_30day_coverage_rate'
),

assignment as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_start,
        period.mature_end,
        span.assignment_id,
        span.person_key,
        span.practice_id,
        span.npi,
        span.assignment_start_date,
        span.assignment_method,
        span.change_type,
        span.change_initiator,
        span.dismissal_notice_date,
        span.emergency_coverage_end_date,
        span.safety_exception_flag
    from period
    inner join {{ ref('stg_pcp_assignments') }} as span
        on {{ known_at('span', 'period.as_of_date') }}
        -- A span without length never was an assignment.
        and (span.assignment_end_date is null or span.assignment_end_date > span.assignment_start_date)
),

dismissal as (
    select
        as_of_date,
        metric_id,
        assignment_id,
        person_key,
        practice_id,
        npi,
        dismissal_notice_date,
        {{ add_days('dismissal_notice_date', coverage_days) }} as full_window_end,
        emergency_coverage_end_date,
        coalesce(safety_exception_flag, 0) = 1 as is_safety_exception
    from assignment
    where
        change_initiator = 'practice'
        and change_type = 'dismissal'
        and dismissal_notice_date between period_start and mature_end
),

-- The duty ends early only when the member's own new choice takes over.
duty as (
    select
        dismissal.as_of_date,
        dismissal.assignment_id,
        coalesce(min(chosen.assignment_start_date), dismissal.full_window_end) as duty_end
    from dismissal
    left join assignment as chosen
        on
            dismissal.as_of_date = chosen.as_of_date
            and dismissal.person_key = chosen.person_key
            and dismissal.practice_id <> chosen.practice_id
            and chosen.assignment_method = 'member_choice'
            and chosen.assignment_start_date between dismissal.dismissal_notice_date and dismissal.full_window_end
    group by dismissal.as_of_date, dismissal.assignment_id, dismissal.full_window_end
),

refused as (
    select distinct
        dismissal.as_of_date,
        dismissal.assignment_id
    from dismissal
    inner join duty
        on
            dismissal.as_of_date = duty.as_of_date
            and dismissal.assignment_id = duty.assignment_id
    inner join {{ ref('stg_appointments') }} as appointment
        on
            dismissal.person_key = appointment.person_key
            and dismissal.practice_id = appointment.location_id
            and appointment.visit_reason_class = 'urgent'
            and appointment.refusal_reason = 'dismissed'
            and cast(appointment.requested_datetime as date) between dismissal.dismissal_notice_date and duty.duty_end
            and {{ known_at('appointment', 'dismissal.as_of_date') }}
),

complained as (
    select distinct
        dismissal.as_of_date,
        dismissal.assignment_id
    from dismissal
    inner join duty
        on
            dismissal.as_of_date = duty.as_of_date
            and dismissal.assignment_id = duty.assignment_id
    inner join {{ ref('stg_grievances') }} as grievance
        on
            dismissal.person_key = grievance.person_key
            and coalesce(grievance.record_type, 'grievance') = 'grievance'
            and grievance.category = 'dismissal_coverage'
            and grievance.outcome = 'substantiated'
            and coalesce(grievance.against_practice_id, dismissal.practice_id) = dismissal.practice_id
            and grievance.received_date between dismissal.dismissal_notice_date and duty.duty_end
            and {{ known_at('grievance', 'dismissal.as_of_date') }}
),

-- Someone of whom the eligibility feed says nothing is not taken for disenrolled.
member as (
    select
        dismissal.as_of_date,
        dismissal.assignment_id,
        max(
            case when dismissal.dismissal_notice_date between span.valid_from and span.valid_to then span.lob end
        ) as lob,
        count(span.person_key) > 0
        and sum(
            case
                when
                    span.valid_from <= dismissal.full_window_end
                    and span.valid_to >= dismissal.dismissal_notice_date
                    then
                        {{ days_between(
                            'greatest(span.valid_from, dismissal.dismissal_notice_date)',
                            'least(span.valid_to, dismissal.full_window_end)'
                        ) }} + 1
                else 0
            end
        ) <= {{ coverage_days }} as is_disenrolled
    from dismissal
    left join {{ ref('int_enrolment') }} as span
        on
            dismissal.as_of_date = span.as_of_date
            and dismissal.person_key = span.person_key
    group by dismissal.as_of_date, dismissal.assignment_id
),

judged as (
    select
        dismissal.as_of_date,
        dismissal.metric_id,
        dismissal.practice_id,
        dismissal.npi,
        dismissal.person_key,
        member.lob,
        dismissal.dismissal_notice_date,
        coalesce(dismissal.emergency_coverage_end_date >= duty.duty_end, false)
        and refused.assignment_id is null
        and complained.assignment_id is null as is_met,
        dismissal.is_safety_exception
        or member.is_disenrolled
        or coalesce(person.death_date <= dismissal.full_window_end, false) as is_excluded
    from dismissal
    inner join duty
        on
            dismissal.as_of_date = duty.as_of_date
            and dismissal.assignment_id = duty.assignment_id
    inner join member
        on
            dismissal.as_of_date = member.as_of_date
            and dismissal.assignment_id = member.assignment_id
    left join {{ ref('int_member') }} as person
        on
            dismissal.as_of_date = person.as_of_date
            and dismissal.person_key = person.person_key
    left join refused
        on
            dismissal.as_of_date = refused.as_of_date
            and dismissal.assignment_id = refused.assignment_id
    left join complained
        on
            dismissal.as_of_date = complained.as_of_date
            and dismissal.assignment_id = complained.assignment_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    dismissal_notice_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
