select
    as_of_date,
    practice_id,
    feed,
    cadence,
    present,
    coverage
from {{ ref('int_feed_coverage') }}
where is_whole
