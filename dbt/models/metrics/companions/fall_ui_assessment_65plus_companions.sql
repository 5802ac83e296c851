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
    from {{ ref('fall_ui_assessment_65plus') }} as parent
    inner join {{ ref('int_metric_period') }} as period
        on
            parent.as_of_date = period.as_of_date
            and parent.metric_id = period.metric_id
    inner join {{ ref('int_member') }} as person
        on
            parent.as_of_date = person.as_of_date
            and parent.person_key = person.person_key
    where
        not parent.excluded
        and person.gender = 'female'
),

assessed as (
    select distinct
        measured.as_of_date,
        measured.person_key
    from measured
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_INCONTINENCE'
            and measured.person_key = event.person_key
            and event.service_date between measured.period_start and measured.period_end
            and not event.is_denied
            and {{ known_at('event', 'measured.as_of_date') }}
),

companion as (
    select
        measured.as_of_date,
        'incontinence_assessment_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when assessed.person_key is not null then 1 else 0 end as numerator,
        1 as denominator
    from measured
    left join assessed
        on
            measured.as_of_date = assessed.as_of_date
            and measured.person_key = assessed.person_key
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
