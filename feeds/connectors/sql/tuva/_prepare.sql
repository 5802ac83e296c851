-- Our word for a Tuva value; null where the seed has none.
create macro known_code(domain_name, tuva) as (
    select c.our_value from tuva_code as c where c.domain = domain_name and c.tuva_value = lower(trim(tuva))
);

-- The same, but a value the seed does not know is handed on as it is, for the gate to judge.
create macro our_code(domain_name, tuva) as coalesce(known_code(domain_name, tuva), tuva);

create table attributed_month as
select
    a.person_id,
    coalesce(a.member_id, a.patient_id, a.person_id) as member_id,
    a.practice_id,
    coalesce(p.npi, a.provider_id) as npi,
    make_date(a.digits[1:4]::integer, a.digits[5:6]::integer, 1) as month_start
from (
    select
        person_id,
        member_id,
        patient_id,
        coalesce(payer_attributed_provider_practice, custom_attributed_provider_practice) as practice_id,
        coalesce(payer_attributed_provider, custom_attributed_provider) as provider_id,
        regexp_replace(year_month, '[^0-9]', '', 'g') as digits
    from provider_attribution
) as a
left join practitioner as p on p.practitioner_id = a.provider_id
where a.practice_id is not null;
