with spans as (

    select
        as_of.as_of_date,
        eligibility.person_key,
        {{ plan_lob('eligibility.lob') }} as lob,
        eligibility.plan,
        eligibility.file_date,
        eligibility.enrollment_start_date as valid_from,
        coalesce(eligibility.enrollment_end_date, {{ forever() }}) as valid_to
    from {{ ref('stg_eligibility') }} as eligibility
    inner join {{ ref('int_as_of') }} as as_of
        on {{ known_at('eligibility', 'as_of.as_of_date') }}
    where
        eligibility.enrollment_end_date is null
        or eligibility.enrollment_end_date >= eligibility.enrollment_start_date

),

{{ disjoint_spans(
    'spans',
    partition_by=['as_of_date', 'person_key'],
    attributes=['lob'],
    priority="span.valid_from desc nulls last, span.file_date desc nulls last, span.plan asc nulls last, "
        ~ "span.lob asc nulls last, span.valid_to desc nulls last",
    tolerated_gap=1
) }},

followed as (

    select
        *,
        lead(valid_from) over (
            partition by as_of_date, person_key
            order by valid_from asc nulls last
        ) as next_from
    from disjoint

),

-- A single open day between two spans is an artefact of monthly files: it never disenrols anybody.
closed as (

    select
        as_of_date,
        person_key,
        lob,
        valid_from,
        case
            when {{ days_between('valid_to', 'next_from') }} = 2 then {{ add_days('valid_to', 1) }}
            else valid_to
        end as valid_to,
        coalesce({{ days_between('valid_to', 'next_from') }} <= 2, false) as is_continued
    from followed

)

select
    as_of_date,
    person_key,
    lob,
    valid_from,
    valid_to,
    min(case when not is_continued then valid_to end) over (
        partition by as_of_date, person_key
        order by valid_from asc nulls last
        rows between current row and unbounded following
    ) as covered_to
from closed
