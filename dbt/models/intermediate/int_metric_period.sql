with period_ends as (

    select
        as_of.as_of_date,
        metric.metric_id,
        metric.window_months,
        metric.maturity_days,
        -- The month of the as-of date is never complete, not even on its last day; run-out counts from that month.
        {{ month_end(add_months('as_of.as_of_date', '-greatest(metric.runout_months, 1)')) }} as period_end
    from {{ ref('int_as_of') }} as as_of
    cross join {{ ref('ref_metric') }} as metric

)

select
    as_of_date,
    metric_id,
    {{ month_start(add_months('period_end', '1 - window_months')) }} as period_start,
    period_end,
    {{ add_days('period_end', '-maturity_days') }} as mature_end
from period_ends
