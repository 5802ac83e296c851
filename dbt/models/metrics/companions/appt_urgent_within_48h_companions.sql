-- A test call is nobody's: it has no person.
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
    from {{ ref('appt_urgent_within_48h') }} as parent
    where not parent.excluded
),

companion as (
    select
        measured.as_of_date,
        'urgent_call_within_48h' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    where measured.person_key is null
    union all
    select
        measured.as_of_date,
        'urgent_request_within_48h' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    where measured.person_key is not null
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
