{%- set review_days = 30 -%}

with companion as (
    select
        period.as_of_date,
        'care_plan_participation_rate' as metric_id,
        assignment.practice_id,
        assignment.npi,
        plan.person_key,
        enrolment.lob,
        plan.care_plan_date as observed_on,
        case
            when
                plan.pcp_reviewed_date between plan.care_plan_date
                and {{ add_days('plan.care_plan_date', review_days) }}
                then 1
            else 0
        end as numerator,
        1 as denominator
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_care_management') }} as plan
        on
            {{ known_at('plan', 'period.as_of_date') }}
            and plan.care_plan_date between period.period_start and {{ add_days('period.period_end', -review_days) }}
    inner join {{ ref('int_assignment') }} as assignment
        on
            period.as_of_date = assignment.as_of_date
            and plan.person_key = assignment.person_key
            and plan.care_plan_date between assignment.valid_from and assignment.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            period.as_of_date = enrolment.as_of_date
            and plan.person_key = enrolment.person_key
            and plan.care_plan_date between enrolment.valid_from and enrolment.valid_to
    where
        period.metric_id = 'case_mgmt_referral_rate'
        -- Open through the days of review.
        and (plan.closed_date is null or plan.closed_date > {{ add_days('plan.care_plan_date', review_days) }})
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
