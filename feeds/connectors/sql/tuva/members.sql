-- The patient table speaks first; people known from eligibility alone come with the demographics of their latest span.
with latest_span as (
    select *
    from eligibility
    qualify row_number() over (
        partition by person_id order by enrollment_start_date desc, enrollment_end_date desc nulls first, member_id
    ) = 1
),
one_patient as (
    select *
    from patient
    qualify row_number() over (partition by person_id order by data_source, patient_id) = 1
),
people as (
    select person_id, birth_date, coalesce(sex, gender) as gender, death_date, death_flag, race, ethnicity, state,
        zip_code
    from one_patient
    union all
    select person_id, birth_date, coalesce(gender, sex), death_date, death_flag, race, ethnicity, state, zip_code
    from latest_span
    where person_id not in (select person_id from one_patient where person_id is not null)
)
select
    p.person_id,
    p.birth_date[1:10] as birth_date,
    lower(p.gender) as gender,
    p.death_date[1:10] as death_date,
    case lower(p.death_flag) when 'true' then '1' when 'false' then '0' else p.death_flag end as death_flag,
    nullif(concat_ws(
        '|',
        case when lower(p.ethnicity) = 'hispanic or latino' then our_code('ethnicity', p.ethnicity) end,
        our_code('race', p.race)
    ), '') as race_ethnicity,
    p.race,
    p.ethnicity,
    p.zip_code,
    coalesce(s.state_code, p.state) as state
from people as p
left join us_state as s on upper(p.state) in (s.state_code, upper(s.state_name))
