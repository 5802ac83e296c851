-- Which results may not leave because they show, or let somebody work out, a count of 1 to 10 people. A cell is
-- unsafe when its hits, its misses or its people are that few. Parts are then held back together with as many
-- others, smallest first, as it takes until what is left of the total without the published parts is safe again.
with cells as (
    select
        as_of_date,
        metric_id,
        level,
        practice_id,
        npi,
        lob,
        -- An index is no count: only its people can be few.
        case when unit = 'index' then 0 else numerator end as hits,
        case when unit = 'proportion' then denominator - numerator else 0 end as misses,
        case when unit = 'per_1000_mm' then denominator / window_months else denominator end as people
    from {{ ref('int_metric_estimate') }}
    where
        counts_people = 1
        and is_measured
),

judged as (
    select
        *,
        case
            when {{ is_small_count('hits') }} or {{ is_small_count('misses') }} or {{ is_small_count('people') }} then 1
            else 0
        end as is_unsafe
    from cells
),

totals as (
    select *
    from judged
    where
        level = 'practice'
        and lob = 'all'
),

-- Two ways to split a practice's total: by line of business and by clinician.
parts as (
    select
        *,
        level as split,
        coalesce(npi, lob) as part
    from judged
    where (level = 'practice' and lob <> 'all') or (level = 'provider' and lob = 'all')
),

ordered as (
    select
        *,
        row_number() over (
            partition by as_of_date, metric_id, practice_id, split
            order by is_unsafe desc nulls last, people asc nulls last, part asc nulls last
        ) as position,
        sum(is_unsafe) over (partition by as_of_date, metric_id, practice_id, split) as n_unsafe
    from parts
),

-- If this part and all after it were published: what could be worked out about the rest?
rests as (
    select
        ordered.*,
        totals.hits - sum(ordered.hits) over from_here as rest_hits,
        totals.misses - sum(ordered.misses) over from_here as rest_misses,
        totals.people - sum(ordered.people) over from_here as rest_people
    from ordered
    inner join totals
        on
            ordered.as_of_date = totals.as_of_date
            and ordered.metric_id = totals.metric_id
            and ordered.practice_id = totals.practice_id
    window from_here as (
        partition by ordered.as_of_date, ordered.metric_id, ordered.practice_id, ordered.split
        order by ordered.position nulls last
        rows between current row and unbounded following
    )
),

first_published as (
    select
        as_of_date,
        metric_id,
        practice_id,
        split,
        min(position) as position
    from rests
    where
        position > n_unsafe
        and not (
            {{ is_small_count('round(rest_hits, 6)') }}
            or {{ is_small_count('round(rest_misses, 6)') }}
            or {{ is_small_count('round(rest_people, 6)') }}
        )
    group by as_of_date, metric_id, practice_id, split
),

suppressed as (
    select
        as_of_date,
        metric_id,
        level,
        practice_id,
        npi,
        lob
    from totals
    where is_unsafe = 1

    union all

    select
        ordered.as_of_date,
        ordered.metric_id,
        ordered.level,
        ordered.practice_id,
        ordered.npi,
        ordered.lob
    from ordered
    left join first_published
        on
            ordered.as_of_date = first_published.as_of_date
            and ordered.metric_id = first_published.metric_id
            and ordered.practice_id = first_published.practice_id
            and ordered.split = first_published.split
    where
        first_published.position is null
        or ordered.position < first_published.position

    union all

    -- A clinician's line of business is part of two totals at once; it is never published.
    select
        as_of_date,
        metric_id,
        level,
        practice_id,
        npi,
        lob
    from judged
    where
        level = 'provider'
        and lob <> 'all'
)

select * from suppressed
