-- Every practice has exactly one result, all lines of business together, for every metric of the registry and as-of
-- date; and no metric that is not in the registry has results.
with expected as (
    select
        practices.as_of_date,
        practices.practice_id,
        metrics.metric_id
    from {{ ref('int_practice') }} as practices
    cross join {{ ref('ref_metric') }} as metrics
),

found as (
    select
        as_of_date,
        practice_id,
        metric_id,
        count(*) as n_rows
    from {{ ref('metric_result') }}
    where
        level = 'practice'
        and lob = 'all'
    group by as_of_date, practice_id, metric_id
)

select
    coalesce(expected.as_of_date, found.as_of_date) as as_of_date,
    coalesce(expected.practice_id, found.practice_id) as practice_id,
    coalesce(expected.metric_id, found.metric_id) as metric_id,
    found.n_rows
from expected
full outer join found
    on
        expected.as_of_date = found.as_of_date
        and expected.practice_id = found.practice_id
        and expected.metric_id = found.metric_id
where coalesce(found.n_rows, 0) <> 1 or expected.metric_id is null
