-- A feed is expected in all months that some metric looks at.
with windows as (
    select
        periods.as_of_date,
        required.feed,
        min(periods.period_start) as first_day,
        max(periods.period_end) as last_day
    from {{ ref('int_metric_period') }} as periods
    inner join {{ ref('int_metric_feed') }} as required
        on periods.metric_id = required.metric_id
    where required.feed is not null
    group by periods.as_of_date, required.feed
)

select * from windows
