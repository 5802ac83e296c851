{#- The plan's own choices: how soon another practice must follow, how long an automatic choice may be corrected. -#}
{%- set next_practice_days = 31 -%}
{%- set correction_days = 30 -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'pcp_change_rate'
),

assignment as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_start,
        period.period_end,
        span.person_key,
        span.practice_id,
        span.npi,
        span.assignment_start_date,
        span.assignment_end_date,
        span.assignment_method,
        span.change_type,
        span.change_initiator,
        span.reason_code,
        lead(span.practice_id) over later_span as next_practice_id,
        lead(span.assignment_start_date) over later_span as next_start_date
    from period
    inner join {{ ref('stg_pcp_assignments') }} as span
        on {{ known_at('span', 'period.as_of_date') }}
        -- A span without length never was an assignment.
        and (span.assignment_end_date is null or span.assignment_end_date > span.assignment_start_date)
    window later_span as (
        partition by period.as_of_date, span.person_key
        order by
            span.assignment_start_date asc nulls last,
            span.file_date asc nulls last,
            span.assignment_id asc nulls last
    )
),

change as (
    select
        assignment.as_of_date,
        assignment.metric_id,
        assignment.practice_id,
        assignment.npi,
        assignment.person_key,
        enrolment.lob,
        assignment.assignment_end_date,
        coalesce(
            assignment.reason_code in (
                'member_moved',
                'provider_left_network',
                'provider_retired',
                'auto_assign_correction',
                'age_transition',
                'coverage_end'
            ),
            false
        )
        or (
            coalesce(assignment.assignment_method, '') = 'auto_assign'
            and {{ days_between('assignment.assignment_start_date', 'assignment.assignment_end_date') }}
            <= {{ correction_days }}
        ) as is_excluded
    from assignment
    left join {{ ref('int_enrolment') }} as enrolment
        on
            assignment.as_of_date = enrolment.as_of_date
            and assignment.person_key = enrolment.person_key
            and assignment.assignment_end_date between enrolment.valid_from and enrolment.valid_to
    where
        assignment.assignment_end_date between assignment.period_start and assignment.period_end
        and assignment.change_initiator = 'member'
        and coalesce(assignment.change_type, '') <> 'dismissal'
        and assignment.next_practice_id <> assignment.practice_id
        and {{ days_between('assignment.assignment_end_date', 'assignment.next_start_date') }}
        <= {{ next_practice_days }}
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    assignment_end_date as observed_on,
    cast(case when is_excluded then 0 else 1 end as double) as numerator,
    cast(0 as double) as denominator,
    is_excluded as excluded
from change
union all
{{ exposure_rows('pcp_change_rate') }}
