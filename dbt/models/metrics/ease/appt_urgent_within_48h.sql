-- Two sources, pooled: test calls (no person) and what members asked for.
with audit_call as (
    select
        period.as_of_date,
        period.metric_id,
        audit.practice_id,
        audit.npi,
        cast(null as string) as person_key,
        audit.lob,
        audit.call_date as requested_on,
        coalesce(
            {{ days_between('audit.call_date', 'audit.earliest_offered_date') }}
            between 0 and {{ var('urgent_hours') }} / 24,
            false
        ) as is_met,
        audit.is_auditor_error as is_excluded
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'appt_urgent_within_48h'
        and audit.audit_type = 'appointment_availability'
        and audit.service_type = 'urgent'
),

-- The first offer counts, also when the patient chose a later slot. A refused request's own start was no offer.
request as (
    select
        period.as_of_date,
        period.metric_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        -- The request of a non-member is no test call.
        coalesce(appointment.person_key, appointment.appointment_id) as person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.start_datetime as date) as starts_on,
        appointment.requested_datetime + interval '{{ var("urgent_hours") }}' hour as latest_offer,
        appointment.first_offered_datetime,
        case when appointment.refusal_reason is null then appointment.start_datetime end as slot_datetime
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'appt_urgent_within_48h'
        and appointment.location_id is not null
        and appointment.visit_reason_class = 'urgent'
        and appointment.requested_datetime is not null
        and coalesce(appointment.status_code, 'booked') <> 'entered-in-error'
),

pooled as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        requested_on as observed_on,
        is_met,
        is_excluded
    from audit_call
    union all
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        starts_on as observed_on,
        coalesce(first_offered_datetime <= latest_offer, false)
        or coalesce(slot_datetime <= latest_offer, false) as is_met,
        false as is_excluded
    from request
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from pooled
