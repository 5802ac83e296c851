with visit as (
    select
        period.as_of_date,
        appointment.appointment_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.start_datetime as date) as observed_on,
        coalesce(
            {{ list_contains('lower(clinician.languages)', 'lower(person.preferred_language)') }}, false
        ) as speaks_language
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    inner join {{ ref('int_member') }} as person
        on
            period.as_of_date = person.as_of_date
            and appointment.person_key = person.person_key
            and person.interpreter_needed = 1
    left join {{ ref('int_provider') }} as clinician
        on
            period.as_of_date = clinician.as_of_date
            and appointment.practitioner_id = clinician.npi
    where
        period.metric_id = 'interpreter_fulfilment_rate'
        and appointment.location_id is not null
        and appointment.status_code = 'fulfilled'
),

helped as (
    select
        visit.as_of_date,
        visit.appointment_id
    from visit
    inner join {{ ref('stg_interpreter_requests') }} as request
        on
            {{ known_at('request', 'visit.as_of_date') }}
            and visit.person_key = request.person_key
            and visit.practice_id = request.practice_id
            and visit.observed_on = cast(coalesce(request.scheduled_start_datetime, request.requested_datetime) as date)
    union
    select
        visit.as_of_date,
        visit.appointment_id
    from visit
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_INTERPRETER'
            and visit.person_key = event.person_key
            and visit.observed_on = event.service_date
            and not event.is_denied
            and {{ known_at('event', 'visit.as_of_date') }}
),

companion as (
    select
        visit.as_of_date,
        'lep_visit_interpreter_coverage' as metric_id,
        visit.practice_id,
        visit.npi,
        visit.person_key,
        visit.lob,
        visit.observed_on,
        case when visit.speaks_language or helped.appointment_id is not null then 1 else 0 end as numerator,
        1 as denominator
    from visit
    left join helped
        on
            visit.as_of_date = helped.as_of_date
            and visit.appointment_id = helped.appointment_id
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
