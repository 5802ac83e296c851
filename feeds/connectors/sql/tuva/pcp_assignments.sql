-- Months in a row with one practice and provider are one span; a span that reaches the newest month is open.
with islands as (
    select
        *,
        year(month_start) * 12 + month(month_start) - row_number() over (
            partition by person_id, practice_id, npi order by month_start
        ) as island
    from (select distinct person_id, member_id, practice_id, npi, month_start from attributed_month)
),
spans as (
    select
        person_id,
        min(member_id) as member_id,
        practice_id,
        npi,
        min(month_start) as starts,
        last_day(max(month_start)) as last_day
    from islands
    group by person_id, practice_id, npi, island
),
closed as (
    select
        *,
        case when last_day < (select max(month_start) from attributed_month) then last_day end as ends,
        lead(starts) over (partition by person_id order by starts, practice_id, npi) = last_day + 1 as is_followed
    from spans
)
select
    md5(concat_ws('|', person_id, practice_id, npi, starts::varchar)) as assignment_id,
    person_id,
    member_id,
    practice_id,
    npi,
    starts as assignment_start_date,
    ends as assignment_end_date,
    case when ends is null then 'initial' when is_followed then 'transfer' else 'termination' end as change_type,
    case when ends is not null then 'unknown' end as reason_code
from closed
