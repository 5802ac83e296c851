with composite_items as (
    select *
    from {{ ref('survey_composite_item') }}
),

scores as (
    select
        practice_id,
        wave_id,
        instrument,
        lob,
        composite,
        {{ exact_sum('share * score') }} as score,
        {{ exact_sum('share * topbox_strict') }} as topbox_strict,
        {{ exact_sum('share * topbox_ncqa') }} as topbox_ncqa
    from composite_items
    group by practice_id, wave_id, instrument, lob, composite
),

-- How far each respondent moves the practice's score; adding up a person's answers first keeps their covariance.
influence as (
    select
        composite_items.practice_id,
        composite_items.wave_id,
        composite_items.instrument,
        composite_items.lob,
        composite_items.composite,
        answers.response_id,
        {{ exact_sum(
            'composite_items.share * answers.weight * (answers.score - composite_items.score) / composite_items.weight'
        ) }} as influence
    from composite_items
    inner join {{ ref('survey_answer') }} as answers
        on
            composite_items.practice_id = answers.practice_id
            and composite_items.wave_id = answers.wave_id
            and composite_items.item_id = answers.item_id
            and composite_items.instrument in (answers.instrument, 'pooled')
            and (composite_items.lob = 'all' or composite_items.lob = answers.lob)
    group by
        composite_items.practice_id,
        composite_items.wave_id,
        composite_items.instrument,
        composite_items.lob,
        composite_items.composite,
        answers.response_id
),

spread as (
    select
        practice_id,
        wave_id,
        instrument,
        lob,
        composite,
        cast(count(*) as bigint) as n,
        power(count(*), 2) * {{ exact_sum('power(influence, 2)') }} as sum_of_squares
    from influence
    group by practice_id, wave_id, instrument, lob, composite
),

composites as (
    select
        scores.practice_id,
        scores.wave_id,
        scores.instrument,
        scores.lob,
        scores.composite,
        scores.score,
        scores.topbox_strict,
        scores.topbox_ncqa,
        spread.n,
        spread.sum_of_squares
    from scores
    inner join spread
        on
            scores.practice_id = spread.practice_id
            and scores.wave_id = spread.wave_id
            and scores.instrument = spread.instrument
            and scores.lob = spread.lob
            and scores.composite = spread.composite

    union all

    -- An item is a score of its own.
    select
        practice_id,
        wave_id,
        instrument,
        lob,
        item_id as composite,
        score,
        topbox_strict,
        topbox_ncqa,
        n,
        sum_of_squares
    from {{ ref('survey_item_score') }}
)

select * from composites
