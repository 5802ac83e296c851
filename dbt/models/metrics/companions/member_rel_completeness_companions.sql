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
        coalesce(person.is_race_known, false) as has_race,
        coalesce(person.is_language_known, false) as has_language,
        coalesce(person.preferred_contact_method, 'unknown') <> 'unknown' as has_contact_method
    from {{ ref('member_rel_completeness') }} as parent
    left join {{ ref('int_member') }} as person
        on
            parent.as_of_date = person.as_of_date
            and parent.person_key = person.person_key
    where not parent.excluded
),

companion as (
    select
        measured.as_of_date,
        'race_known_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.has_race then 1 else 0 end as numerator,
        1 as denominator
    from measured
    union all
    select
        measured.as_of_date,
        'language_known_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.has_language then 1 else 0 end as numerator,
        1 as denominator
    from measured
    union all
    select
        measured.as_of_date,
        'rel_known_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.has_race and measured.has_language then 1 else 0 end as numerator,
        1 as denominator
    from measured
    union all
    select
        measured.as_of_date,
        'contact_preference_known_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.has_contact_method then 1 else 0 end as numerator,
        1 as denominator
    from measured
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
