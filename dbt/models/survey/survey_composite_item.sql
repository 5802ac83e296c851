-- A composite is made of its items in equal parts, the index of its composites in equal parts: both are weighted
-- sums of item means. With the weights at hand, one formula gives the score and the spread of either.
with items as (
    select
        practice_id,
        wave_id,
        instrument,
        lob,
        item_id,
        score,
        topbox_strict,
        topbox_ncqa,
        weight
    from {{ ref('survey_item_score') }}
),

in_composite as (
    select
        items.*,
        recipe.composite,
        recipe.min_items,
        recipe.in_pe_index,
        count(*) over (
            partition by items.practice_id, items.wave_id, items.instrument, items.lob, recipe.composite
        ) as n_items
    from items
    inner join {{ ref('ref_survey_composite') }} as recipe
        on
            items.instrument = recipe.instrument
            and items.item_id = recipe.item_id
),

complete as (
    select *
    from in_composite
    where n_items >= min_items
),

n_composites as (
    select
        practice_id,
        wave_id,
        instrument,
        lob,
        count(distinct composite) as n_composites
    from complete
    where in_pe_index = 1
    group by practice_id, wave_id, instrument, lob
),

shares as (
    select
        practice_id,
        wave_id,
        instrument,
        lob,
        composite,
        item_id,
        1 / cast(n_items as double) as share,
        score,
        topbox_strict,
        topbox_ncqa,
        weight
    from complete

    union all

    select
        complete.practice_id,
        complete.wave_id,
        complete.instrument,
        complete.lob,
        'pe_index' as composite,
        complete.item_id,
        1 / cast(complete.n_items * n_composites.n_composites as double) as share,
        complete.score,
        complete.topbox_strict,
        complete.topbox_ncqa,
        complete.weight
    from complete
    inner join n_composites
        on
            complete.practice_id = n_composites.practice_id
            and complete.wave_id = n_composites.wave_id
            and complete.instrument = n_composites.instrument
            and complete.lob = n_composites.lob
    where complete.in_pe_index = 1
)

select * from shares
