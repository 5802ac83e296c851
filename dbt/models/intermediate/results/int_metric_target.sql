-- A target taken from the plan is set by the as-of of 31 December before and stays for the year; without ten
-- practices with enough evidence there, by the same as-of.
with sufficient as (
    select
        estimates.as_of_date,
        estimates.metric_id,
        estimates.lob,
        estimates.value,
        metrics.target_type,
        metrics.direction
    from {{ ref('int_metric_estimate') }} as estimates
    inner join {{ ref('ref_metric') }} as metrics
        on estimates.metric_id = metrics.metric_id
    where
        metrics.target_type <> 'fixed'
        and estimates.level = 'practice'
        and estimates.is_measured
        and estimates.sufficiency >= 1
        and estimates.feed_coverage >= {{ var('min_feed_coverage') }}
),

plan_levels as (
    select
        as_of_date,
        metric_id,
        lob,
        count(*) as practices,
        case
            when max(target_type) = 'plan_median' then {{ median('value') }}
            when max(direction) = 'lower' then {{ quantile('value', 0.25) }}
            else {{ quantile('value', 0.75) }}
        end as target
    from sufficient
    group by as_of_date, metric_id, lob
),

results as (
    select distinct
        as_of_date,
        metric_id,
        lob
    from {{ ref('int_metric_estimate') }}
),

targets as (
    select
        results.as_of_date,
        results.metric_id,
        results.lob,
        {{ published(
            "case when metrics.target_type = 'fixed' then metrics.target_value else coalesce(baseline.target, current_level.target) end"
        ) }} as target,
        case
            when metrics.target_type = 'fixed' then 'fixed'
            when baseline.target is not null then 'baseline'
            when current_level.target is not null then 'current'
        end as target_basis
    from results
    inner join {{ ref('ref_metric') }} as metrics
        on results.metric_id = metrics.metric_id
    left join plan_levels as baseline
        on
            results.metric_id = baseline.metric_id
            and results.lob = baseline.lob
            and baseline.practices >= {{ var('baseline_min_practices') }}
            and baseline.as_of_date = {{ add_days("date_trunc('year', results.as_of_date)", -1) }}
    left join plan_levels as current_level
        on
            results.metric_id = current_level.metric_id
            and results.lob = current_level.lob
            and results.as_of_date = current_level.as_of_date
)

select * from targets
