{%- set day_opens_hour, day_closes_hour = 8, 17 -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'extended_hours_visit_share'
),

-- Claims need time to arrive: the fallback looks at the period of the other visit metrics made from claims.
claims_period as (
    select
        period.as_of_date,
        period.metric_id,
        claims.period_start,
        claims.period_end
    from period
    inner join {{ ref('int_metric_period') }} as claims
        on period.as_of_date = claims.as_of_date
    where claims.metric_id = 'telehealth_visit_share'
),

appointment as (
    select
        period.as_of_date,
        period.metric_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.start_datetime as date) as visit_date,
        hour(appointment.start_datetime) < {{ day_opens_hour }}
        or hour(appointment.start_datetime) >= {{ day_closes_hour }}
        or {{ day_of_week('appointment.start_datetime') }} >= 6
        or coalesce(calendar.is_federal_holiday, false) as is_met
    from period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    left join {{ ref('ref_calendar') }} as calendar
        on cast(appointment.start_datetime as date) = calendar.date_day
    where
        appointment.location_id is not null
        and appointment.status_code = 'fulfilled'
),

covered as (
    select distinct
        as_of_date,
        practice_id
    from appointment
),

visit_day as (
    select
        claims_period.as_of_date,
        claims_period.metric_id,
        visit.practice_id,
        visit.person_key,
        visit.service_date,
        min(visit.npi) as npi
    from claims_period
    inner join {{ ref('int_visit_service') }} as visit
        on
            claims_period.as_of_date = visit.as_of_date
            and visit.service_date between claims_period.period_start and claims_period.period_end
    left join covered
        on
            visit.as_of_date = covered.as_of_date
            and visit.practice_id = covered.practice_id
    where
        visit.is_pcp_visit
        and visit.practice_id is not null
        and covered.practice_id is null
    group by
        claims_period.as_of_date,
        claims_period.metric_id,
        visit.practice_id,
        visit.person_key,
        visit.service_date
),

extended_day as (
    select distinct
        claims_period.as_of_date,
        event.person_key,
        event.service_date
    from claims_period
    inner join {{ ref('int_code_event') }} as event
        on
            event.service_date between claims_period.period_start and claims_period.period_end
            and {{ known_at('event', 'claims_period.as_of_date') }}
    where
        event.code_set = 'CS_AFTER_HOURS'
        and event.code in ('99050', '99051')
        and not coalesce(event.is_denied, false)
),

visit as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        visit_date,
        is_met
    from appointment
    union all
    select
        visit_day.as_of_date,
        visit_day.metric_id,
        visit_day.practice_id,
        visit_day.npi,
        visit_day.person_key,
        enrolment.lob,
        visit_day.service_date as visit_date,
        extended_day.person_key is not null as is_met
    from visit_day
    left join extended_day
        on
            visit_day.as_of_date = extended_day.as_of_date
            and visit_day.person_key = extended_day.person_key
            and visit_day.service_date = extended_day.service_date
    left join {{ ref('int_enrolment') }} as enrolment
        on
            visit_day.as_of_date = enrolment.as_of_date
            and visit_day.person_key = enrolment.person_key
            and visit_day.service_date between enrolment.valid_from and enrolment.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    visit_date as observed_on,
    cast(case when is_met then 1 else 0 end as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from visit
