-- One row a payer transition. Old exports give whole years (both inclusive), newer ones instants (end exclusive).
-- NO_INSURANCE is no coverage, nor is a transition that ends on the day it starts; a payer that the seed does not know is kept with its type empty.
with spans as (
    select
        t.patient as person_id,
        coalesce(t.memberid, t.patient) as member_id,
        t.starts,
        t.ends,
        y.name as payer_name,
        h.time_zone
    from transition as t
    inner join payers as y on y.id = t.payer
    inner join patient_place as h on h.person_id = t.patient
),
dated as (
    select
        *,
        case when length(starts) = 4 then (starts || '-01-01')::date else local_date(starts, time_zone) end
            as enrollment_start_date,
        case
            when ends is null then null
            when length(ends) = 4 then (ends || '-12-31')::date
            else local_date(ends, time_zone) - 1
        end as enrollment_end_date
    from spans
)
select
    d.person_id,
    d.member_id,
    d.enrollment_start_date,
    d.enrollment_end_date,
    d.payer_name as payer,
    p.payer_type,
    d.payer_name as plan,
    p.lob
from dated as d
left join synthea_payer as p on p.payer_name = d.payer_name
where coalesce(p.is_coverage, '1') = '1'
    and d.enrollment_end_date is distinct from d.enrollment_start_date - 1
