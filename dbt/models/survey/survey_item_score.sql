-- Groups with fewer respondents than may be used at all end here: nothing downstream has to remember to drop them.
with respondents as (
    select distinct
        practice_id,
        wave_id,
        instrument,
        lob,
        response_id
    from {{ ref('survey_answer') }}
),

groups as (
    select
        practice_id,
        wave_id,
        case when grouping(instrument) = 1 then 'pooled' else instrument end as instrument,
        case when grouping(lob) = 1 then 'all' else lob end as lob
    from respondents
    group by
        grouping sets (
            (practice_id, wave_id),
            (practice_id, wave_id, instrument),
            (practice_id, wave_id, lob),
            (practice_id, wave_id, instrument, lob)
        )
    having count(*) >= {{ var('survey_internal_n') }}
),

items as (
    select
        practice_id,
        wave_id,
        case when grouping(instrument) = 1 then 'pooled' else instrument end as instrument,
        case when grouping(lob) = 1 then 'all' else lob end as lob,
        item_id,
        cast(count(*) as bigint) as n,
        {{ exact_sum('weight') }} as weight,
        {{ exact_sum('weight * score') }} as weighted_score,
        {{ exact_sum('weight * topbox_strict') }} as weighted_topbox_strict,
        {{ exact_sum('weight * topbox_ncqa') }} as weighted_topbox_ncqa,
        {{ exact_sum('weight * weight') }} as squared_weight,
        {{ exact_sum('weight * weight * score') }} as squared_weight_score,
        {{ exact_sum('weight * weight * score * score') }} as squared_weight_squared_score
    from {{ ref('survey_answer') }}
    group by grouping sets (
        (practice_id, wave_id, item_id),
        (practice_id, wave_id, instrument, item_id),
        (practice_id, wave_id, lob, item_id),
        (practice_id, wave_id, instrument, lob, item_id)
    )
),

means as (
    select
        *,
        weighted_score / weight as score
    from items
),

scores as (
    select
        items.practice_id,
        items.wave_id,
        items.instrument,
        items.lob,
        items.item_id,
        items.n,
        items.weight,
        items.score,
        items.weighted_topbox_strict / items.weight as topbox_strict,
        items.weighted_topbox_ncqa / items.weight as topbox_ncqa,
        -- sum((n * weight / all weights * (answer - score))^2), multiplied out
        {{ published("""
            power(items.n / items.weight, 2) * (
                items.squared_weight_squared_score
                - 2 * items.score * items.squared_weight_score
                + power(items.score, 2) * items.squared_weight
            )
        """) }} as sum_of_squares
    from means as items
    -- A missing line of business joins to nothing: it counts in `all` only.
    inner join groups
        on
            items.practice_id = groups.practice_id
            and items.wave_id = groups.wave_id
            and items.instrument = groups.instrument
            and items.lob = groups.lob
)

select * from scores
