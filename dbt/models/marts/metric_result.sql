{#- Rounded numbers: the median of two of them may lie a last digit beside a value that is as large. -#}
{%- set rounding = 0.00000001 -%}

with judged as (
    select
        estimates.*,
        metrics.direction,
        metrics.census,
        metrics.score_rule,
        metrics.score_cap,
        targets.target,
        targets.target_basis,
        companions.practice_id is not null as is_met_by_companion,
        case when metrics.direction = 'lower' then -1 else 1 end as sign,
        -- The end of the interval that lies on the good side: still short of the target means surely short of it.
        coalesce(
            case when metrics.direction = 'lower' then estimates.ci_low else estimates.ci_high end, estimates.value
        ) as best_plausible
    from {{ ref('int_metric_estimate') }} as estimates
    inner join {{ ref('ref_metric') }} as metrics
        on estimates.metric_id = metrics.metric_id
    inner join {{ ref('int_metric_target') }} as targets
        on
            estimates.as_of_date = targets.as_of_date
            and estimates.metric_id = targets.metric_id
            and estimates.lob = targets.lob
    left join {{ ref('int_met_by_companion') }} as companions
        on
            estimates.as_of_date = companions.as_of_date
            and estimates.metric_id = companions.metric_id
            and estimates.practice_id = companions.practice_id
),

with_status as (
    select
        *,
        case
            when not is_measured then 'not_applicable'
            when sufficiency < 1 or feed_coverage < {{ var('min_feed_coverage') }} or target is null then 'insufficient'
            when sign * (value - target) >= -{{ rounding }} or is_met_by_companion then 'met'
            when census = 1 or sign * best_plausible < sign * target then 'not_met'
            else 'uncertain'
        end as status,
        -- Half of the evidence that a verdict needs is enough for a place in a step's score.
        is_measured and sufficiency >= 0.5 as is_scored
    from judged
),

ranked as (
    select
        *,
        cume_dist() over (
            partition by as_of_date, metric_id, level, lob, is_scored
            order by sign * value_shrunk nulls last
        ) as share_no_better
    from with_status
),

results as (
    select
        ranked.as_of_date,
        periods.period_start,
        periods.period_end,
        ranked.metric_id,
        ranked.level,
        case
            when ranked.level = 'provider' then concat(ranked.npi, ':', ranked.practice_id)
            else ranked.practice_id
        end as entity_id,
        ranked.practice_id,
        ranked.npi,
        ranked.lob,
        ranked.numerator,
        ranked.denominator,
        ranked.n_observations,
        ranked.n_excluded,
        ranked.value,
        ranked.unit,
        ranked.value_shrunk,
        ranked.ci_low,
        ranked.ci_high,
        ranked.target,
        ranked.target_basis,
        ranked.status,
        {{ published("""
            case
                when not ranked.is_scored then null
                when ranked.score_rule = 'percentile' then 100 * ranked.share_no_better
                when ranked.score_rule = 'capped' then 100 * least(ranked.value_shrunk / ranked.score_cap, 1)
                when ranked.direction = 'lower' then 100 * (1 - ranked.value_shrunk)
                else 100 * ranked.value_shrunk
            end
        """) }} as score_0_100,
        suppression.metric_id is not null as suppressed,
        {{ published('ranked.feed_coverage') }} as feed_coverage
    from ranked
    inner join {{ ref('int_metric_period') }} as periods
        on
            ranked.as_of_date = periods.as_of_date
            and ranked.metric_id = periods.metric_id
    left join {{ ref('int_metric_suppression') }} as suppression
        on
            ranked.as_of_date = suppression.as_of_date
            and ranked.metric_id = suppression.metric_id
            and ranked.level = suppression.level
            and ranked.practice_id = suppression.practice_id
            and coalesce(ranked.npi, '') = coalesce(suppression.npi, '')
            and ranked.lob = suppression.lob
)

select * from results
