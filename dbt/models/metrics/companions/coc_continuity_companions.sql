{#- Two visits give only 0 or 1. -#}
{%- set min_visits = 3 -%}

with measured as (
    select
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        parent.numerator,
        parent.denominator,
        period.period_start,
        period.period_end
    from {{ ref('coc_continuity') }} as parent
    inner join {{ ref('int_metric_period') }} as period
        on
            parent.as_of_date = period.as_of_date
            and parent.metric_id = period.metric_id
    where not parent.excluded
),

often as (
    select
        measured.as_of_date,
        measured.person_key
    from measured
    inner join {{ ref('int_visit_service') }} as service
        on
            measured.as_of_date = service.as_of_date
            and measured.person_key = service.person_key
            and service.service_date between measured.period_start and measured.period_end
            and service.is_pcp_visit
    group by measured.as_of_date, measured.person_key
    having count(distinct concat_ws(' ', cast(service.service_date as string), service.npi)) >= {{ min_visits }}
),

companion as (
    select
        measured.as_of_date,
        'coc_continuity_3_visits' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    inner join often
        on
            measured.as_of_date = often.as_of_date
            and measured.person_key = often.person_key
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
