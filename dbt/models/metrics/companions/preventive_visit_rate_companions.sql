{%- set last_young_age = 21 -%}

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
    from {{ ref('preventive_visit_rate') }} as parent
    inner join {{ ref('int_member') }} as person
        on
            parent.as_of_date = person.as_of_date
            and parent.person_key = person.person_key
    where not parent.excluded
),

companion as (
    select
        measured.as_of_date,
        'preventive_visit_rate_3_to_21' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    where measured.age <= {{ last_young_age }}
    union all
    select
        measured.as_of_date,
        'preventive_visit_rate_22_plus' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    where measured.age > {{ last_young_age }}
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
