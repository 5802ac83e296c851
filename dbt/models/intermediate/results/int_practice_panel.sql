-- People assigned to a practice and enrolled on the 15th of the newest month known at each as-of date.
with newest as (
    select
        as_of_date,
        max(month_start) as month_start
    from {{ ref('int_member_month') }}
    group by as_of_date
),

panels as (
    select
        months.as_of_date,
        months.practice_id,
        cast(sum(months.member_months) as bigint) as members
    from {{ ref('int_member_month') }} as months
    inner join newest
        on
            months.as_of_date = newest.as_of_date
            and months.month_start = newest.month_start
    group by months.as_of_date, months.practice_id
)

select * from panels
