with claim_days as (

    select distinct
        as_of.as_of_date,
        event.person_key,
        event.service_date
    from {{ ref('int_code_event') }} as event
    inner join {{ ref('int_as_of') }} as as_of
        on
            {{ known_at('event', 'as_of.as_of_date') }}
            and event.service_date <= as_of.as_of_date
    where
        event.code_set = 'CS_HOSPICE'
        and not event.is_denied

),

spans as (

    select
        as_of.as_of_date,
        eligibility.person_key,
        eligibility.enrollment_start_date as valid_from,
        least(coalesce(eligibility.enrollment_end_date, as_of.as_of_date), as_of.as_of_date) as valid_to
    from {{ ref('stg_eligibility') }} as eligibility
    inner join {{ ref('int_as_of') }} as as_of
        on {{ known_at('eligibility', 'as_of.as_of_date') }}
    where eligibility.hospice_flag = 1

),

-- A flagged span is told by its first day and each first of a month in it: enough for any window of whole months.
flagged_days as (

    select
        as_of_date,
        person_key,
        valid_from as service_date
    from spans
    where valid_from <= valid_to
    union
    select
        span.as_of_date,
        span.person_key,
        calendar.date_day as service_date
    from spans as span
    inner join {{ ref('ref_calendar') }} as calendar
        on
            calendar.date_day between span.valid_from and span.valid_to
            and day(calendar.date_day) = 1

)

select
    as_of_date,
    person_key,
    service_date
from claim_days
union
select
    as_of_date,
    person_key,
    service_date
from flagged_days
