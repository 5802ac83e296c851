-- Claim lines where the export has claims: one a CHARGE transaction of the claims that bill an encounter.
-- Synthea also writes one claim a medication order; those are the pharmacy feed's.
create table encounter_claim as
select c.id as claim_id, e.encounter_id
from claims as c
inner join encounter as e on e.encounter_id = c.appointmentid
where exists (
    select 1
    from claims_transactions as t
    where t.claimid = c.id and t.type = 'CHARGE' and t.procedurecode = e.encounter_code
);

create table claim_payment as
select claimid as claim_id, max(fromdate) as paid_at
from claims_transactions
where type = 'PAYMENT'
group by claimid;

create table claim_diagnosis as
with slots as (
    unpivot (
        select
            id as claim_id,
            diagnosis1 as "1", diagnosis2 as "2", diagnosis3 as "3", diagnosis4 as "4",
            diagnosis5 as "5", diagnosis6 as "6", diagnosis7 as "7", diagnosis8 as "8"
        from claims
    )
    on columns(* exclude (claim_id))
    into name slot value code
),
first_slots as (
    select claim_id, code, min(slot::integer) as slot
    from slots
    group by claim_id, code
)
select claim_id, list(code order by slot) as codes
from first_slots
group by claim_id;

create table claim_line as
with charges as (
    select
        k.claim_id,
        k.encounter_id,
        t.fromdate as started_at,
        -- Synthea writes the epoch where a charge has no end.
        coalesce(nullif(t.todate, '1970-01-01T00:00:00Z'), t.fromdate) as stopped_at,
        t.amount::double as charge_amount,
        t.units::double as service_unit_quantity,
        t.procedurecode = e.encounter_code as is_encounter_code,
        row_number() over (partition by k.claim_id order by t.chargeid::bigint, t.id) as claim_line_number
    from encounter_claim as k
    inner join encounter as e on e.encounter_id = k.encounter_id
    inner join claims_transactions as t on t.claimid = k.claim_id and t.type = 'CHARGE'
),
marked as (
    select
        *,
        is_encounter_code and row_number() over (
            partition by claim_id, is_encounter_code order by claim_line_number
        ) = 1 as is_visit_line
    from charges
)
select m.*, p.paid_at, d.codes as diagnoses
from marked as m
left join claim_payment as p on p.claim_id = m.claim_id
left join claim_diagnosis as d on d.claim_id = m.claim_id;
