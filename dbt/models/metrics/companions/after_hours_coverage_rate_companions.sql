-- The calls that the parent counts; a call-back was needed where its minutes are known.
with counted as (
    select distinct
        as_of_date,
        practice_id,
        npi,
        observed_on
    from {{ ref('after_hours_coverage_rate') }}
    where not excluded
),

companion as (
    select
        call.as_of_date,
        'callback_within_30min_rate' as metric_id,
        call.practice_id,
        call.npi,
        cast(null as string) as person_key,
        call.lob,
        call.call_date as observed_on,
        case when call.callback_minutes <= {{ var('callback_minutes') }} then 1 else 0 end as numerator,
        1 as denominator
    from counted
    inner join {{ ref('int_audit_call') }} as call
        on
            counted.as_of_date = call.as_of_date
            and counted.practice_id = call.practice_id
            and counted.npi is not distinct from call.npi
            and counted.observed_on = call.call_date
    where
        call.audit_type = 'after_hours_phone'
        and not call.is_auditor_error
        and call.callback_minutes is not null
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
