-- Metrics look at a feed over periods of different length; shown is the longest.
select
    as_of_date,
    practice_id,
    feed,
    cadence,
    present,
    coverage
from {{ ref('int_feed_coverage') }}
qualify row_number() over (partition by as_of_date, practice_id, feed order by first_day asc nulls last) = 1
