-- The periods for which a feed is expected. What comes whole or in waves has no months to count.
select distinct
    periods.as_of_date,
    required.feed,
    periods.period_start as first_day,
    periods.period_end as last_day
from {{ ref('int_metric_period') }} as periods
inner join {{ ref('int_metric_feed') }} as required
    on periods.metric_id = required.metric_id
inner join {{ source('run', 'feed_delivery') }} as delivery
    on required.feed = delivery.feed
where delivery.cadence not in ('wave', 'register')
