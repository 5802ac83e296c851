with result as (
    select
        period.as_of_date,
        period.metric_id,
        result.practice_id,
        result.npi,
        result.person_key,
        result.lob,
        result.result_date,
        result.has_died_in_time,
        coalesce(result.notify_method = 'portal', false) as is_portal,
        {{ days_between('result.result_date', 'result.notified_on') }} as notified_days,
        {{ days_between('result.result_date', 'result.viewed_on') }} as viewed_days,
        case
            when result.source_abnormal_flag in ('LL', 'HH', 'AA') then {{ var('result_days_critical') }}
            when result.source_abnormal_flag <> 'N' or result.action_required_flag = 1
                then {{ var('result_days_action') }}
            else {{ var('result_days_normal') }}
        end as limit_days
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_test_result') }} as result
        on period.as_of_date = result.as_of_date
    where period.metric_id = 'test_result_timely_rate'
),

judged as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        result_date,
        coalesce(notified_days between 0 and limit_days, false)
        and (
            not is_portal
            or coalesce(viewed_days between 0 and limit_days, false)
        ) as is_met,
        has_died_in_time as is_excluded
    from result
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    result_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
