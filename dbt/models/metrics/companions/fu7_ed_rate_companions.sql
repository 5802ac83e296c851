{%- set youngest_age, min_conditions = 18, 2 -%}

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
    from {{ ref('fu7_ed_rate') }} as parent
    inner join {{ ref('int_member') }} as person
        on
            parent.as_of_date = person.as_of_date
            and parent.person_key = person.person_key
    where not parent.excluded
),

chronic as (
    select
        measured.as_of_date,
        measured.person_key,
        measured.observed_on
    from measured
    inner join {{ ref('int_code_event') }} as event
        on
            left(event.code_set, 11) = 'CS_CHRONIC_'
            and measured.person_key = event.person_key
            and event.service_date >= {{ add_months('measured.observed_on', -12) }}
            and measured.observed_on > event.service_date
            and not event.is_denied
            and {{ known_at('event', 'measured.as_of_date') }}
    where measured.age >= {{ youngest_age }}
    group by measured.as_of_date, measured.person_key, measured.observed_on
    having count(distinct event.code_set) >= {{ min_conditions }}
),

-- What the visit was for, by its principal diagnosis.
behavioural as (
    select distinct
        visit.as_of_date,
        visit.person_key,
        visit.ed_date,
        case dx.code_set
            when 'CS_MENTAL_ILLNESS_DX' then 'fu7_ed_mental_health_rate'
            else 'fu7_ed_substance_rate'
        end as metric_id
    from {{ ref('int_ed_visit') }} as visit
    inner join {{ ref('ref_code_sets') }} as dx
        on
            dx.code_set in ('CS_MENTAL_ILLNESS_DX', 'CS_SUBSTANCE_USE_DX')
            and left(visit.principal_dx, length(dx.code)) = dx.code
    where visit.is_treat_and_release
),

companion as (
    select
        measured.as_of_date,
        'fu7_ed_chronic_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    inner join chronic
        on
            measured.as_of_date = chronic.as_of_date
            and measured.person_key = chronic.person_key
            and measured.observed_on = chronic.observed_on
    union all
    select
        measured.as_of_date,
        behavioural.metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    inner join behavioural
        on
            measured.as_of_date = behavioural.as_of_date
            and measured.person_key = behavioural.person_key
            and measured.observed_on = behavioural.ed_date
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
