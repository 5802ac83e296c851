-- Mean score of the core metrics of a step that have enough evidence (catalogue G.2), for practices and clinicians,
-- all lines of business together. The public score leaves out what may not leave, so that nothing can be worked out
-- by subtraction.
with scores as (
    select
        results.as_of_date,
        results.level,
        results.practice_id,
        results.npi,
        metrics.step_code,
        metrics.is_public,
        results.score_0_100
    from {{ ref('metric_result') }} as results
    inner join {{ ref('ref_metric') }} as metrics
        on results.metric_id = metrics.metric_id
    where
        results.lob = 'all'
        and metrics.tier = 'core'
),

sums as (
    select
        as_of_date,
        level,
        practice_id,
        npi,
        step_code,
        {{ exact_sum('score_0_100') }} as total,
        cast(count(score_0_100) as bigint) as n_metrics,
        {{ exact_sum('is_public * score_0_100') }} as public_total,
        cast(count(case when is_public = 1 then score_0_100 end) as bigint) as public_n_metrics
    from scores
    group by as_of_date, level, practice_id, npi, step_code
),

means as (
    select
        as_of_date,
        level,
        practice_id,
        npi,
        step_code,
        {{ published('total / nullif(n_metrics, 0)') }} as step_score,
        n_metrics,
        {{ published('public_total / nullif(public_n_metrics, 0)') }} as public_step_score,
        public_n_metrics
    from sums
)

select * from means
