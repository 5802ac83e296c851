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
    from {{ ref('pcp_change_rate') }} as parent
    where not parent.excluded
),

dissatisfied as (
    select distinct
        spine.as_of_date,
        span.person_key,
        span.practice_id,
        span.assignment_end_date
    from {{ ref('int_as_of') }} as spine
    inner join {{ ref('stg_pcp_assignments') }} as span
        on
            span.change_initiator = 'member'
            and span.reason_code in ('dissatisfied_care', 'dissatisfied_staff', 'access_wait', 'language_culture')
            and {{ known_at('span', 'spine.as_of_date') }}
),

companion as (
    select
        measured.as_of_date,
        'dissatisfaction_change_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.numerator,
        measured.denominator
    from measured
    left join dissatisfied
        on
            measured.as_of_date = dissatisfied.as_of_date
            and measured.person_key = dissatisfied.person_key
            and measured.practice_id = dissatisfied.practice_id
            and measured.observed_on = dissatisfied.assignment_end_date
    where
        measured.denominator > 0
        or dissatisfied.person_key is not null
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
