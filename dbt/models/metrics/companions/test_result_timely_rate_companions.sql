{#- Later than this, a result has not been given. -#}
{%- set never_days = 30 -%}

with measured as (
    select
        as_of_date,
        practice_id,
        npi,
        person_key,
        lob,
        result_date as observed_on,
        {{ add_days('result_date', never_days) }} <= as_of_date as is_ripe,
        coalesce({{ days_between('result_date', 'notified_on') }} between 0 and {{ never_days }}, false) as is_given,
        notify_method,
        preferred_contact_method
    from {{ ref('int_test_result') }}
    where not has_died_in_time
),

companion as (
    select
        measured.as_of_date,
        'result_never_communicated_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when not measured.is_given then 1 else 0 end as numerator,
        1 as denominator
    from measured
    where measured.is_ripe
    union all
    select
        measured.as_of_date,
        'preferred_contact_match_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.notify_method = measured.preferred_contact_method then 1 else 0 end as numerator,
        1 as denominator
    from measured
    where
        measured.is_given
        and measured.notify_method is not null
        and coalesce(measured.preferred_contact_method, 'unknown') <> 'unknown'
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
