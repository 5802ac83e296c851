-- Tables that every feed query of the Synthea connector reads. Source tables are loaded as text before this runs.

-- Check digit of a 9-digit NPI body: Luhn over the prefix 80840 (whose digits add 24) and the body.
create macro npi_check_digit(body) as (
    10 - (24 + list_sum(list_transform(
        range(1, 10),
        lambda place: case
            when place % 2 = 0 then substr(body, place, 1)::integer
            else 2 * substr(body, place, 1)::integer - 9 * (substr(body, place, 1)::integer > 4)::integer
        end
    ))) % 10
) % 10;

-- Synthea marks instants with Z; its own date-only columns are local dates, and so are ours.
create macro local_date(instant, time_zone) as timezone(time_zone, instant::timestamptz)::date;

-- Synthea ids are UUIDs. Ours is 9 + eight digits of the id's hash + check digit: no real NPI starts with 9.
-- Equal hashes move up to the next free number (n_i = i + max over j <= i of (h_j - j)), so that NPIs are unique.
create table npi as
with hashed as (
    select source_id, ('0x' || substr(md5(source_id), 1, 8))::ubigint::bigint % 99990000 as hash
    from (select id as source_id from providers union select id from organizations)
),
ranked as (
    select source_id, hash, row_number() over (order by hash, source_id) as place
    from hashed
),
numbered as (
    select
        source_id,
        '9' || lpad((place + max(hash - place) over (order by place))::varchar, 8, '0') as body
    from ranked
)
select source_id, body || npi_check_digit(body)::varchar as npi
from numbered;

-- A state that the seed does not know gets the plan's default zone.
create table organization_place as
select o.id as organization_id, coalesce(s.time_zone, 'America/New_York') as time_zone
from organizations as o
left join us_state as s on s.state_code = upper(o.state);

create table patient_place as
select p.id as person_id, s.state_code, coalesce(s.time_zone, 'America/New_York') as time_zone
from patients as p
left join us_state as s on upper(p.state) in (s.state_code, upper(s.state_name));

create table encounter as
with dated as (
    select
        e.id as encounter_id,
        e.patient as person_id,
        e.organization as organization_id,
        e.provider as provider_id,
        e.payer as payer_id,
        lower(e.encounterclass) as encounter_class,
        e.code as encounter_code,
        e.description,
        e.reasoncode as reason_code,
        e.start as started_at,
        e.stop as stopped_at,
        o.time_zone,
        local_date(e.start, o.time_zone) as start_date,
        local_date(coalesce(e.stop, e.start), o.time_zone) as end_date,
        e.total_claim_cost::double as charge_amount,
        e.payer_coverage::double as paid_amount
    from encounters as e
    inner join organization_place as o on o.organization_id = e.organization
)
select
    d.*,
    coalesce(c.claim_type, 'undetermined') as claim_type,
    c.place_of_service_code,
    c.bill_type_code,
    c.revenue_center_code,
    c.hcpcs_code,
    c.hcpcs_modifier_1,
    c.visit_kind,
    coalesce(c.is_stay = '1', false) as is_stay
from dated as d
left join synthea_encounter_class as c
    on c.encounter_class = d.encounter_class and (c.encounter_code = d.encounter_code or c.encounter_code is null)
-- The row of the very code wins over the row of the class.
qualify row_number() over (partition by d.encounter_id order by c.encounter_code nulls last) = 1;

-- CPT tells a new patient (not seen there in the three years before) from an established one, and five age bands.
create table preventive_code as
with seen as (
    select
        encounter_id,
        person_id,
        start_date,
        visit_kind,
        lag(start_date) over (
            partition by person_id, organization_id order by started_at, encounter_id
        ) >= start_date - interval 3 year as is_established
    from encounter
    where visit_kind is not null
),
aged as (
    select s.encounter_id, s.is_established, date_sub('year', p.birthdate::date, s.start_date) as age
    from seen as s
    inner join patients as p on p.id = s.person_id
    where s.visit_kind = 'preventive'
)
select
    a.encounter_id,
    case when a.is_established then c.established_patient_code else c.new_patient_code end as hcpcs_code
from aged as a
inner join synthea_preventive_code as c on a.age >= c.age_from::integer and a.age < c.age_until::integer;

-- A practice is an organisation that gives preventive visits: Synthea sends these to primary care only.
create table practice as
select distinct organization_id as practice_id
from encounter
where visit_kind = 'preventive';
