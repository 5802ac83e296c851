with expected as (
    select
        practices.as_of_date,
        practices.practice_id,
        delivery.feed,
        delivery.cadence,
        delivery.present,
        windows.first_day,
        windows.last_day,
        -- A practice that opened or closed inside the window owes only the months it was open.
        {{ month_start('greatest(windows.first_day, coalesce(practices.active_start_date, windows.first_day))') }}
            as first_month,
        {{ month_start('least(windows.last_day, coalesce(practices.active_end_date, windows.last_day))') }}
            as last_month
    from {{ ref('int_practice') }} as practices
    cross join {{ source('run', 'feed_delivery') }} as delivery
    left join {{ ref('int_feed_window') }} as windows
        on
            practices.as_of_date = windows.as_of_date
            and delivery.feed = windows.feed
),

counted as (
    select
        expected.as_of_date,
        expected.practice_id,
        expected.feed,
        expected.cadence,
        expected.present,
        expected.first_day,
        expected.last_day,
        12 * (year(expected.last_month) - year(expected.first_month))
        + month(expected.last_month) - month(expected.first_month) + 1 as months_expected,
        count(months.month_start) as months_seen
    from expected
    left join {{ ref('int_feed_month') }} as months
        on
            expected.as_of_date = months.as_of_date
            and expected.feed = months.feed
            and (months.practice_id is null or expected.practice_id = months.practice_id)
            and months.month_start between expected.first_month and expected.last_month
    group by
        expected.as_of_date,
        expected.practice_id,
        expected.feed,
        expected.cadence,
        expected.present,
        expected.first_day,
        expected.last_day,
        expected.first_month,
        expected.last_month
),

coverage as (
    select
        as_of_date,
        practice_id,
        feed,
        cadence,
        first_day,
        last_day,
        present,
        case
            when not present then cast(0 as double)
            -- Audits come in waves and registers whole: there are no months to count.
            when cadence in ('wave', 'register') or months_expected is null then cast(1 as double)
            when months_expected <= 0 then cast(0 as double)
            else {{ published('months_seen / cast(months_expected as double)') }}
        end as coverage
    from counted
)

select * from coverage
