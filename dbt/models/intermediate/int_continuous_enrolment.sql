with periods as (

    {{ annual_periods() }}

),

covered as (

    select
        period.as_of_date,
        period.period_start,
        period.period_end,
        enrolment.person_key,
        enrolment.lob,
        enrolment.valid_from,
        enrolment.valid_to,
        lag(enrolment.valid_to) over (
            partition by period.as_of_date, period.period_end, enrolment.person_key
            order by enrolment.valid_from asc nulls last
        ) as previous_to
    from periods as period
    inner join {{ ref('int_enrolment') }} as enrolment
        on
            period.as_of_date = enrolment.as_of_date
            and period.period_end >= enrolment.valid_from
            and period.period_start <= enrolment.valid_to

),

-- Days without cover before each span: since the span before it, or since the period began.
gaps as (

    select
        as_of_date,
        period_start,
        period_end,
        person_key,
        lob,
        valid_to,
        case
            when valid_from <= period_start then 0
            when previous_to is null then {{ days_between('period_start', 'valid_from') }}
            else {{ days_between('previous_to', 'valid_from') }} - 1
        end as gap_days
    from covered

)

select
    as_of_date,
    person_key,
    period_start,
    period_end,
    max(valid_to) >= period_end
    and max(gap_days) <= {{ var('max_enrolment_gap_days') }}
    and sum(case when gap_days > 0 then 1 else 0 end) <= 1 as is_continuously_enrolled,
    max(case when valid_to >= period_end then lob end) as lob
from gaps
group by as_of_date, person_key, period_start, period_end
