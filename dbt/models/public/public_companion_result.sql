{{ config(alias='companion_result') }}

-- Companions cut their parent's count of people in several ways. A cell is held back when its hits, its misses or its
-- people are 1 to 10, and also when they differ by as few from those of the parent or of another companion.
with counts as (
    select
        results.as_of_date,
        results.companion_id as cell_id,
        results.parent_metric_id,
        results.practice_id,
        results.unit,
        results.numerator,
        results.denominator
    from {{ ref('companion_result') }} as results
    inner join {{ ref('ref_companion') }} as companions
        on results.companion_id = companions.companion_id
    where companions.counts_people = 1

    union all

    select
        results.as_of_date,
        results.metric_id as cell_id,
        results.metric_id as parent_metric_id,
        results.practice_id,
        results.unit,
        results.numerator,
        results.denominator
    from {{ ref('metric_result') }} as results
    inner join {{ ref('ref_metric') }} as metrics
        on results.metric_id = metrics.metric_id
    where
        results.level = 'practice'
        and results.lob = 'all'
        and metrics.counts_people = 1
        and results.denominator > 0
),

cells as (
    select
        counts.as_of_date,
        counts.cell_id,
        counts.parent_metric_id,
        counts.practice_id,
        -- The sum of days, minutes or indices is no count: only its people can be few.
        case when counts.unit in ('proportion', 'per_1000_mm') then counts.numerator else 0 end as hits,
        case when counts.unit = 'proportion' then counts.denominator - counts.numerator else 0 end as misses,
        case
            when counts.unit = 'per_1000_mm' then counts.denominator / parents.window_months
            else counts.denominator
        end as people
    from counts
    inner join {{ ref('ref_metric') }} as parents
        on counts.parent_metric_id = parents.metric_id
),

unsafe as (
    select
        cells.as_of_date,
        cells.cell_id,
        cells.practice_id
    from cells
    inner join cells as others
        on
            cells.as_of_date = others.as_of_date
            and cells.parent_metric_id = others.parent_metric_id
            and cells.practice_id = others.practice_id
    group by cells.as_of_date, cells.cell_id, cells.practice_id
    having
        max(
            case
                when
                    {{ is_small_count('cells.hits') }}
                    or {{ is_small_count('cells.misses') }}
                    or {{ is_small_count('cells.people') }}
                    or {{ is_small_count('abs(round(cells.hits - others.hits, 6))') }}
                    or {{ is_small_count('abs(round(cells.misses - others.misses, 6))') }}
                    or {{ is_small_count('abs(round(cells.people - others.people, 6))') }}
                    then 1
                else 0
            end
        ) = 1
),

results as (
    select
        results.*,
        companions.counts_people,
        run.is_run_as_of,
        unsafe.cell_id is not null as suppressed,
        case when results.unit in ('proportion', 'index') then 2 else 1 end as decimals
    from {{ ref('companion_result') }} as results
    inner join {{ ref('ref_companion') }} as companions
        on results.companion_id = companions.companion_id
    inner join {{ ref('ref_metric') }} as parents
        on
            results.parent_metric_id = parents.metric_id
            and parents.is_public = 1
    inner join {{ ref('int_as_of') }} as run
        on results.as_of_date = run.as_of_date
    left join unsafe
        on
            results.as_of_date = unsafe.as_of_date
            and results.companion_id = unsafe.cell_id
            and results.practice_id = unsafe.practice_id
),

masked as (
    select
        as_of_date,
        companion_id,
        parent_metric_id,
        practice_id,
        -- Windows of successive dates overlap: their counts of people could be subtracted.
        case when not suppressed and (is_run_as_of or counts_people = 0) then numerator end as numerator,
        case when not suppressed and (is_run_as_of or counts_people = 0) then denominator end as denominator,
        case when counts_people = 0 then n_observations end as n_observations,
        case when not suppressed then round(value, decimals) end as value,
        unit,
        suppressed
    from results
)

select * from masked
