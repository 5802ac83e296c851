{{ config(alias='feed_coverage') }}

select
    as_of_date,
    practice_id,
    feed,
    cadence,
    present,
    round(coverage, 2) as coverage
from {{ ref('feed_coverage') }}
