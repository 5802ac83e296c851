with months as (

    select
        as_of.as_of_date,
        calendar.date_day as month_start,
        {{ add_days('calendar.date_day', 14) }} as census_day
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('ref_calendar') }} as calendar
        on
            day(calendar.date_day) = 1
            and calendar.date_day > {{ add_months('as_of.as_of_date', '-' ~ var('visit_history_months')) }}
            and {{ add_days('calendar.date_day', 14) }} <= as_of.as_of_date

),

-- Spans in which a person was both assigned and enrolled.
panel_spans as (

    select
        assignment.as_of_date,
        assignment.practice_id,
        assignment.npi,
        enrolment.lob,
        greatest(assignment.valid_from, enrolment.valid_from) as valid_from,
        least(assignment.valid_to, enrolment.valid_to) as valid_to
    from {{ ref('int_assignment') }} as assignment
    inner join {{ ref('int_enrolment') }} as enrolment
        on
            assignment.as_of_date = enrolment.as_of_date
            and assignment.person_key = enrolment.person_key
            and assignment.valid_from <= enrolment.valid_to
            and assignment.valid_to >= enrolment.valid_from

)

select
    month.as_of_date,
    month.month_start,
    span.practice_id,
    span.npi,
    span.lob,
    count(*) as member_months
from months as month
inner join panel_spans as span
    on
        month.as_of_date = span.as_of_date
        and month.census_day between span.valid_from and span.valid_to
group by month.as_of_date, month.month_start, span.practice_id, span.npi, span.lob
