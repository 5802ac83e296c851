with periods as (

    {{ annual_periods() }}

),

-- Assigned days are counted by practice: a change of clinician inside it does not matter.
panel as (

    select
        period.as_of_date,
        assignment.person_key,
        assignment.practice_id,
        period.period_start,
        period.period_end,
        max(case when assignment.valid_to >= period.period_end then assignment.npi end) as npi,
        max(assignment.valid_to) as assigned_to,
        sum({{ days_between(
            'greatest(assignment.valid_from, period.period_start)',
            'least(assignment.valid_to, period.period_end)'
        ) }} + 1) as assigned_days
    from periods as period
    inner join {{ ref('int_assignment') }} as assignment
        on
            period.as_of_date = assignment.as_of_date
            and period.period_end >= assignment.valid_from
            and period.period_start <= assignment.valid_to
    group by
        period.as_of_date,
        assignment.person_key,
        assignment.practice_id,
        period.period_start,
        period.period_end

)

select
    panel.as_of_date,
    panel.person_key,
    panel.practice_id,
    panel.npi,
    enrolment.lob,
    panel.period_start,
    panel.period_end,
    member.birth_date,
    member.gender,
    member.death_date,
    coalesce(enrolment.is_continuously_enrolled, false) as is_continuously_enrolled
from panel
left join {{ ref('int_continuous_enrolment') }} as enrolment
    on
        panel.as_of_date = enrolment.as_of_date
        and panel.person_key = enrolment.person_key
        and panel.period_end = enrolment.period_end
left join {{ ref('int_member') }} as member
    on
        panel.as_of_date = member.as_of_date
        and panel.person_key = member.person_key
where
    panel.assigned_to >= panel.period_end
    and panel.assigned_days >= {{ var('min_assigned_days') }}
