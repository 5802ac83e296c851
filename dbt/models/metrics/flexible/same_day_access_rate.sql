{#- "Same or next business day". -#}
{%- set prompt_business_days = 1 -%}

with request as (
    select
        period.as_of_date,
        period.metric_id,
        appointment.location_id as practice_id,
        appointment.practitioner_id as npi,
        appointment.person_key,
        {{ plan_lob('appointment.lob') }} as lob,
        cast(appointment.start_datetime as date) as starts_on,
        coalesce(appointment.status_code = 'fulfilled', false) as is_fulfilled,
        {{ business_days('appointment.requested_datetime', 'appointment.start_datetime') }} as start_days,
        {{ business_days('appointment.requested_datetime', 'appointment.first_offered_datetime') }} as offer_days
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_appointments') }} as appointment
        on
            {{ known_at('appointment', 'period.as_of_date') }}
            and cast(appointment.start_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'same_day_access_rate'
        and appointment.location_id is not null
        and (appointment.visit_reason_class = 'urgent' or appointment.type_code = 'WALKIN')
        and appointment.requested_datetime is not null
        and coalesce(appointment.status_code, 'booked') <> 'entered-in-error'
),

judged as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        starts_on,
        is_fulfilled and start_days <= {{ prompt_business_days }} as is_met,
        start_days > {{ prompt_business_days }}
        and coalesce(offer_days <= {{ prompt_business_days }}, false) as is_excluded
    from request
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    starts_on as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
