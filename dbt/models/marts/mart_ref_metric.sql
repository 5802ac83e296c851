{{ config(alias='ref_metric') }}

select
    metrics.metric_id,
    metrics.name,
    metrics.step_code,
    steps.step_order,
    steps.step_name,
    metrics.tier,
    metrics.level,
    metrics.unit,
    metrics.direction,
    metrics.min_denominator,
    metrics.min_denominator_with_person,
    metrics.target_type,
    metrics.target_value,
    metrics.required_feeds,
    metrics.optional_feeds,
    metrics.aggregation,
    metrics.window_months,
    metrics.runout_months,
    metrics.maturity_days,
    metrics.interval,
    metrics.census,
    metrics.counts_people,
    metrics.score_rule,
    metrics.score_cap,
    metrics.hard_fail,
    metrics.is_public
from {{ ref('ref_metric') }} as metrics
inner join {{ ref('ref_step') }} as steps
    on metrics.step_code = steps.step_code
