-- A feed is expected in all months that a metric looks at. Metrics look at periods of their own; the whole is what
-- they look at together.
with metric_windows as (
    select distinct
        periods.as_of_date,
        required.feed,
        periods.period_start as first_day,
        periods.period_end as last_day
    from {{ ref('int_metric_period') }} as periods
    inner join {{ ref('int_metric_feed') }} as required
        on periods.metric_id = required.metric_id
    where required.feed is not null
),

wholes as (
    select
        as_of_date,
        feed,
        min(first_day) as first_day,
        max(last_day) as last_day
    from metric_windows
    group by as_of_date, feed
),

windows as (
    select
        as_of_date,
        feed,
        first_day,
        last_day,
        true as is_whole
    from wholes
    union all
    select
        metric_windows.as_of_date,
        metric_windows.feed,
        metric_windows.first_day,
        metric_windows.last_day,
        false as is_whole
    from metric_windows
    inner join wholes
        on
            metric_windows.as_of_date = wholes.as_of_date
            and metric_windows.feed = wholes.feed
            and (metric_windows.first_day > wholes.first_day or metric_windows.last_day < wholes.last_day)
)

select * from windows
