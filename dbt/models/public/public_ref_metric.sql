{{ config(alias='ref_metric') }}

select
    metric_id,
    name,
    step_code,
    step_order,
    step_name,
    tier,
    level,
    unit,
    direction,
    min_denominator,
    min_denominator_with_person,
    target_type,
    target_value,
    required_feeds,
    optional_feeds,
    aggregation,
    window_months,
    runout_months,
    maturity_days,
    interval,
    census,
    counts_people,
    score_rule,
    score_cap,
    hard_fail
from {{ ref('mart_ref_metric') }}
where is_public = 1
