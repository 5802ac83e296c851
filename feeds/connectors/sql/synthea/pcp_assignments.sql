-- Synthea assigns nobody. On 1 January of each year a living person goes to the practice visited most in the 24
-- months before (tie: latest visit, then id), known by then without hindsight; nobody visited = nobody assigned.
with years as (
    select make_date(y::integer, 1, 1) as starts
    from range(
        (select year(min(start_date)) + 1 from encounter),
        (select year(max(start_date)) + 1 from encounter)
    ) as r (y)
),
visits as (
    select
        y.starts,
        e.person_id,
        e.organization_id as practice_id,
        row_number() over (
            partition by y.starts, e.person_id
            order by count(*) desc, max(e.started_at) desc, e.organization_id
        ) as place
    from years as y
    inner join encounter as e on e.start_date < y.starts and e.start_date >= y.starts - interval 24 month
    inner join practice as p on p.practice_id = e.organization_id
    inner join patients as m on m.id = e.person_id
    where e.visit_kind is not null and (m.deathdate is null or m.deathdate::date > y.starts)
    group by y.starts, e.person_id, e.organization_id
),
islands as (
    select
        starts,
        person_id,
        practice_id,
        year(starts) - row_number() over (partition by person_id, practice_id order by starts) as island
    from visits
    where place = 1
),
spans as (
    select person_id, practice_id, min(starts) as starts, make_date(year(max(starts))::integer, 12, 31) as last_day
    from islands
    group by person_id, practice_id, island
),
closed as (
    select
        s.person_id,
        s.practice_id,
        s.starts,
        case
            when m.deathdate::date <= s.last_day then m.deathdate::date
            when s.last_day > (select max(start_date) from encounter) then null
            else s.last_day
        end as ends,
        lead(s.starts) over (partition by s.person_id order by s.starts) = s.last_day + 1 as is_followed
    from spans as s
    inner join patients as m on m.id = s.person_id
)
select
    person_id || '-' || strftime(starts, '%Y%m%d') as assignment_id,
    person_id,
    person_id as member_id,
    practice_id,
    starts as assignment_start_date,
    ends as assignment_end_date,
    'claims_attribution' as assignment_method,
    case when ends is null then 'initial' when is_followed then 'transfer' else 'termination' end as change_type,
    case when ends is not null then 'plan' end as change_initiator,
    case when ends is not null then 'unknown' end as reason_code
from closed
