-- required_feeds reads: groups joined by ';' must all be there, of the feeds joined by '|' inside a group one will
-- do.
with positions as (
    select numbers.position
    from (values (1), (2), (3), (4), (5), (6), (7), (8)) as numbers (position)
),

groups as (
    select
        metrics.metric_id,
        positions.position as feed_group,
        split_part(metrics.required_feeds, ';', positions.position) as feeds
    from {{ ref('ref_metric') }} as metrics
    cross join positions
),

feeds as (
    select
        groups.metric_id,
        groups.feed_group,
        delivery.feed
    from groups
    left join {{ source('run', 'feed_delivery') }} as delivery
        on {{ list_contains('groups.feeds', 'delivery.feed') }}
    where groups.feeds <> ''
)

select * from feeds
