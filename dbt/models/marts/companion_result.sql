-- Wherever the parent metric is measured, and the companion's own feed is there: absent feeds give no rate of 0.
with observations as (
    select
        observations.as_of_date,
        observations.metric_id as companion_id,
        companions.parent_metric_id,
        observations.practice_id,
        companions.unit,
        companions.aggregation,
        observations.numerator,
        observations.denominator,
        case when observations.denominator > 0 then 1 else 0 end as is_counted,
        -- A quantile keeps every value: only where one is asked for.
        case
            when companions.aggregation in ('median', 'p90') and observations.denominator > 0
                then observations.numerator
        end as measured
    from {{ ref('int_companion_observation') }} as observations
    inner join {{ ref('ref_companion') }} as companions
        on observations.metric_id = companions.companion_id
    inner join {{ ref('int_metric_coverage') }} as coverage
        on
            observations.as_of_date = coverage.as_of_date
            and observations.practice_id = coverage.practice_id
            and companions.parent_metric_id = coverage.metric_id
            and coverage.is_present
    left join {{ ref('feed_coverage') }} as own_feed
        on
            observations.as_of_date = own_feed.as_of_date
            and observations.practice_id = own_feed.practice_id
            and companions.also_needs = own_feed.feed
    where
        not observations.excluded
        and (companions.also_needs is null or own_feed.present)
),

sums as (
    select
        as_of_date,
        companion_id,
        parent_metric_id,
        practice_id,
        unit,
        aggregation,
        {{ exact_sum('numerator') }} as numerator,
        {{ exact_sum('denominator') }} as denominator,
        sum(is_counted) as n_observations,
        {{ median('measured') }} as median,
        {{ quantile('measured', 0.9) }} as p90
    from observations
    group by as_of_date, companion_id, parent_metric_id, practice_id, unit, aggregation
),

results as (
    select
        as_of_date,
        companion_id,
        parent_metric_id,
        practice_id,
        {{ published('numerator') }} as numerator,
        {{ published('denominator') }} as denominator,
        cast(n_observations as bigint) as n_observations,
        {{ published("""
            case
                when aggregation = 'median' then median
                when aggregation = 'p90' then p90
                when unit = 'per_1000_mm' then 1000 * numerator / denominator
                else numerator / denominator
            end
        """) }} as value,
        unit
    from sums
    where denominator > 0
)

select * from results
