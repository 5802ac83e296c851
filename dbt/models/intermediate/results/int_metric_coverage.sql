with best_of_group as (
    select
        coverage.as_of_date,
        coverage.practice_id,
        required.metric_id,
        required.feed_group,
        max(case when coverage.present then 1 else 0 end) as is_present,
        max(coverage.coverage) as coverage
    from {{ ref('int_metric_feed') }} as required
    inner join {{ ref('int_metric_period') }} as periods
        on required.metric_id = periods.metric_id
    inner join {{ ref('int_feed_coverage') }} as coverage
        on
            required.feed = coverage.feed
            and periods.as_of_date = coverage.as_of_date
            and periods.period_start = coalesce(coverage.first_day, periods.period_start)
            and periods.period_end = coalesce(coverage.last_day, periods.period_end)
    group by coverage.as_of_date, coverage.practice_id, required.metric_id, required.feed_group
),

weakest_group as (
    select
        as_of_date,
        practice_id,
        metric_id,
        min(is_present) = 1 as is_present,
        min(coverage) as coverage
    from best_of_group
    group by as_of_date, practice_id, metric_id
)

select * from weakest_group
