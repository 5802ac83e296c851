-- Practice scores of the waves whose results were out by each as-of date; recency 1 is the newest wave a practice
-- has of a composite.
with known as (
    select
        as_of_dates.as_of_date,
        scores.practice_id,
        scores.wave_id,
        scores.composite,
        scores.score_raw,
        scores.n,
        scores.reliability,
        scores.score_shrunk,
        row_number() over (
            partition by as_of_dates.as_of_date, scores.practice_id, scores.composite
            order by scores.results_on desc nulls last, scores.wave_id desc nulls last
        ) as recency
    from {{ ref('int_as_of') }} as as_of_dates
    inner join {{ ref('survey_practice_score') }} as scores
        on as_of_dates.as_of_date >= scores.results_on
    where
        scores.instrument = 'pooled'
        and scores.lob = 'all'
)

select * from known
