{%- set social_domains = "('food', 'housing', 'transportation', 'utilities', 'safety', 'finance')" -%}
{%- set intervention_days, hra_days = 30, 90 -%}

with parent as (
    select
        as_of_date,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        excluded
    from {{ ref('sdoh_screening_rate') }}
),

screening as (
    select
        period.as_of_date,
        period.period_end,
        screening.person_key,
        screening.screening_date,
        screening.status,
        screening.result,
        screening.domain
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_screenings') }} as screening
        on
            screening.domain in {{ social_domains }}
            and screening.screening_date between period.period_start and period.period_end
            and {{ known_at('screening', 'period.as_of_date') }}
    where period.metric_id = 'sdoh_screening_rate'
),

declined as (
    select distinct
        as_of_date,
        person_key
    from screening
    where status = 'declined'
),

-- A person and day is one positive screen, whatever the number of needs found.
positive as (
    select distinct
        screening.as_of_date,
        assignment.practice_id,
        assignment.npi,
        screening.person_key,
        enrolment.lob,
        screening.screening_date as observed_on
    from screening
    inner join {{ ref('int_assignment') }} as assignment
        on
            screening.as_of_date = assignment.as_of_date
            and screening.person_key = assignment.person_key
            and screening.screening_date between assignment.valid_from and assignment.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            screening.as_of_date = enrolment.as_of_date
            and screening.person_key = enrolment.person_key
            and screening.screening_date between enrolment.valid_from and enrolment.valid_to
    where
        screening.status = 'completed'
        and screening.result = 'positive'
        and {{ add_days('screening.screening_date', intervention_days) }} <= screening.period_end
),

helped as (
    select distinct
        positive.as_of_date,
        positive.person_key,
        positive.observed_on
    from positive
    inner join {{ ref('stg_care_management') }} as program
        on
            positive.person_key = program.person_key
            and {{ known_at('program', 'positive.as_of_date') }}
            and (
                program.referral_date between positive.observed_on
                and {{ add_days('positive.observed_on', intervention_days) }}
                or program.intervention_date between positive.observed_on
                and {{ add_days('positive.observed_on', intervention_days) }}
            )
),

-- New: enrolled after at least a day without coverage, and long enough for the assessment to be due.
span as (
    select
        as_of_date,
        person_key,
        lob,
        valid_from,
        valid_to,
        lag(valid_to) over (partition by as_of_date, person_key order by valid_from nulls last) as previous_to
    from {{ ref('int_enrolment') }}
),

newcomer as (
    select
        span.as_of_date,
        assignment.practice_id,
        assignment.npi,
        span.person_key,
        span.lob,
        span.valid_from as observed_on,
        {{ add_days('span.valid_from', hra_days) }} as due_on
    from span
    inner join {{ ref('int_metric_period') }} as period
        on
            span.as_of_date = period.as_of_date
            and period.metric_id = 'sdoh_screening_rate'
            and span.valid_from >= period.period_start
            and period.period_end >= {{ add_days('span.valid_from', hra_days) }}
    inner join {{ ref('int_assignment') }} as assignment
        on
            span.as_of_date = assignment.as_of_date
            and span.person_key = assignment.person_key
            and {{ add_days('span.valid_from', hra_days) }} between assignment.valid_from and assignment.valid_to
    where
        span.valid_to >= {{ add_days('span.valid_from', hra_days) }}
        and (span.previous_to is null or span.previous_to < {{ add_days('span.valid_from', -1) }})
),

assessed as (
    select distinct
        newcomer.as_of_date,
        newcomer.person_key,
        newcomer.observed_on
    from newcomer
    inner join {{ ref('stg_screenings') }} as screening
        on
            newcomer.person_key = screening.person_key
            and (screening.source = 'plan_hra' or screening.instrument = 'plan_hra')
            and screening.status = 'completed'
            and screening.screening_date between newcomer.observed_on and newcomer.due_on
            and {{ known_at('screening', 'newcomer.as_of_date') }}
),

companion as (
    select
        parent.as_of_date,
        'sdoh_declined_share' as metric_id,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        case when declined.person_key is not null then 1 else 0 end as numerator,
        1 as denominator
    from parent
    left join declined
        on
            parent.as_of_date = declined.as_of_date
            and parent.person_key = declined.person_key
    where
        not parent.excluded
        or declined.person_key is not null
    union all
    select
        positive.as_of_date,
        'sdoh_intervention_30d_rate' as metric_id,
        positive.practice_id,
        positive.npi,
        positive.person_key,
        positive.lob,
        positive.observed_on,
        case when helped.person_key is not null then 1 else 0 end as numerator,
        1 as denominator
    from positive
    left join helped
        on
            positive.as_of_date = helped.as_of_date
            and positive.person_key = helped.person_key
            and positive.observed_on = helped.observed_on
    union all
    select
        newcomer.as_of_date,
        'hra_90d_rate' as metric_id,
        newcomer.practice_id,
        newcomer.npi,
        newcomer.person_key,
        newcomer.lob,
        newcomer.observed_on,
        case when assessed.person_key is not null then 1 else 0 end as numerator,
        1 as denominator
    from newcomer
    left join assessed
        on
            newcomer.as_of_date = assessed.as_of_date
            and newcomer.person_key = assessed.person_key
            and newcomer.observed_on = assessed.observed_on
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
