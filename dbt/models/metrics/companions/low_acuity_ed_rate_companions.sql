{%- set office_opens_hour, office_closes_hour = 8, 17 -%}

with measured as (
    select
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        parent.numerator,
        parent.denominator
    from {{ ref('low_acuity_ed_rate') }} as parent
    where not parent.excluded
),

-- One treat-and-release visit of a person and day stands for the parent's observation.
office_hours as (
    select distinct
        as_of_date,
        person_key,
        ed_date
    from {{ ref('int_ed_visit') }}
    where
        is_treat_and_release
        and em_level <= 2
        and {{ day_of_week('ed_date') }} <= 5
        and admit_hour >= {{ office_opens_hour }}
        and admit_hour < {{ office_closes_hour }}
),

companion as (
    select
        measured.as_of_date,
        'low_acuity_ed_office_hours_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    left join office_hours
        on
            measured.as_of_date = office_hours.as_of_date
            and measured.person_key = office_hours.person_key
            and measured.observed_on = office_hours.ed_date
    where
        measured.denominator > 0
        or office_hours.person_key is not null
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
