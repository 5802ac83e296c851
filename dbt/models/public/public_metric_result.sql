{{ config(alias='metric_result') }}

with results as (
    select
        results.*,
        run.is_run_as_of,
        metrics.counts_people,
        case when results.unit in ('proportion', 'index') then 2 else 1 end as decimals
    from {{ ref('metric_result') }} as results
    inner join {{ ref('ref_metric') }} as metrics
        on results.metric_id = metrics.metric_id
    inner join {{ ref('int_as_of') }} as run
        on results.as_of_date = run.as_of_date
    where metrics.is_public = 1
),

masked as (
    select
        as_of_date,
        period_start,
        period_end,
        metric_id,
        level,
        entity_id,
        practice_id,
        npi,
        lob,
        -- Windows of successive dates overlap: their counts of people could be subtracted, so only the newest are
        -- published.
        case when not suppressed and (is_run_as_of or counts_people = 0) then numerator end as numerator,
        case when not suppressed and (is_run_as_of or counts_people = 0) then denominator end as denominator,
        case when counts_people = 0 then n_observations end as n_observations,
        case when counts_people = 0 then n_excluded end as n_excluded,
        case when not suppressed then round(value, decimals) end as value,
        unit,
        case when not suppressed then round(value_shrunk, decimals) end as value_shrunk,
        case when not suppressed then round(ci_low, decimals) end as ci_low,
        case when not suppressed then round(ci_high, decimals) end as ci_high,
        round(target, decimals) as target,
        target_basis,
        status,
        case when not suppressed then round(score_0_100, 1) end as score_0_100,
        suppressed,
        round(feed_coverage, 2) as feed_coverage
    from results
)

select * from masked
