with scores as (
    select *
    from {{ ref('survey_composite_score') }}
    where n >= {{ var('survey_internal_n') }}
),

plan_means as (
    select
        wave_id,
        instrument,
        lob,
        composite,
        {{ exact_sum('n * score', 28) }} / sum(n) as plan_mean
    from scores
    group by wave_id, instrument, lob, composite
),

plans as (
    select
        scores.wave_id,
        scores.instrument,
        scores.lob,
        scores.composite,
        max(plan_means.plan_mean) as plan_mean,
        cast(count(*) as double) as entities,
        cast(sum(scores.n) as double) as n_total,
        {{ exact_sum('scores.n * power(scores.score - plan_means.plan_mean, 2)', 28) }}
        / nullif(count(*) - 1, 0) as ms_between,
        {{ exact_sum('scores.sum_of_squares', 28) }} / nullif(sum(scores.n) - count(*), 0) as ms_within,
        (sum(scores.n) - sum(scores.n * scores.n) / cast(sum(scores.n) as double)) / nullif(count(*) - 1, 0) as n0
    from scores
    inner join plan_means
        on
            scores.wave_id = plan_means.wave_id
            and scores.instrument = plan_means.instrument
            and scores.lob = plan_means.lob
            and scores.composite = plan_means.composite
    group by scores.wave_id, scores.instrument, scores.lob, scores.composite
),

shrinkage as (
    select
        wave_id,
        instrument,
        lob,
        composite,
        plan_mean,
        {{ shrinkage_k('entities', 'n_total', 'ms_between', 'ms_within', 'n0') }} as k
    from plans
),

reliable as (
    select
        scores.practice_id,
        scores.wave_id,
        waves.results_on,
        scores.instrument,
        scores.lob,
        scores.composite,
        {{ published('scores.score') }} as score_raw,
        {{ published('scores.topbox_strict') }} as topbox_strict,
        {{ published('scores.topbox_ncqa') }} as topbox_ncqa,
        scores.n,
        {{ published('scores.n / (scores.n + shrinkage.k)') }} as reliability,
        {{ published(shrunk('scores.n * scores.score', 'scores.n', 'shrinkage.k', 'shrinkage.plan_mean')) }}
            as score_shrunk
    from scores
    inner join shrinkage
        on
            scores.wave_id = shrinkage.wave_id
            and scores.instrument = shrinkage.instrument
            and scores.lob = shrinkage.lob
            and scores.composite = shrinkage.composite
    inner join {{ ref('ref_survey_wave') }} as waves
        on scores.wave_id = waves.wave_id
),

displayed as (
    select
        practice_id,
        wave_id,
        results_on,
        instrument,
        lob,
        composite,
        score_raw,
        topbox_strict,
        topbox_ncqa,
        n,
        reliability,
        score_shrunk,
        case
            when n < {{ var('survey_display_n') }} then 'directional'
            when reliability < {{ var('survey_min_reliability') }} then 'low_reliability'
            else 'reportable'
        end as display_state
    from reliable
)

select * from displayed
