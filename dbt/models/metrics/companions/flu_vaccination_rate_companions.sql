{%- set youngest_adult_age = 19 -%}

with measured as (
    select
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        parent.numerator,
        parent.denominator,
        {{ age_years('person.birth_date', 'parent.observed_on') }} as age
    from {{ ref('flu_vaccination_rate') }} as parent
    inner join {{ ref('int_member') }} as person
        on
            parent.as_of_date = person.as_of_date
            and parent.person_key = person.person_key
    where not parent.excluded
),

companion as (
    select
        measured.as_of_date,
        'flu_vaccination_rate_adult' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    where measured.age >= {{ youngest_adult_age }}
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    false as excluded
from companion
