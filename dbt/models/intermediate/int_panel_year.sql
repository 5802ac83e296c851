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
        max(case when assignment.valid_to >= period.period_end then assignment.npi end) as npi
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
    having
        max(assignment.valid_to) >= period.period_end
        and sum({{ days_between(
            'greatest(assignment.valid_from, period.period_start)',
            'least(assignment.valid_to, period.period_end)'
        ) }} + 1) >= {{ var('min_assigned_days') }}

),

hospice as (

    select distinct
        period.as_of_date,
        period.period_end,
        hospice_day.person_key
    from periods as period
    inner join {{ ref('int_hospice') }} as hospice_day
        on
            period.as_of_date = hospice_day.as_of_date
            and hospice_day.service_date between period.period_start and period.period_end

),

seen as (

    select distinct
        period.as_of_date,
        period.period_end,
        service.person_key
    from periods as period
    inner join {{ ref('int_visit_service') }} as service
        on
            period.as_of_date = service.as_of_date
            and service.service_date between period.period_start and period.period_end
            and service.is_pcp_visit

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
    coalesce(enrolment.is_continuously_enrolled, false) as is_continuously_enrolled,
    hospice.person_key is not null as had_hospice_day,
    seen.person_key is not null as had_pcp_visit
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
left join hospice
    on
        panel.as_of_date = hospice.as_of_date
        and panel.person_key = hospice.person_key
        and panel.period_end = hospice.period_end
left join seen
    on
        panel.as_of_date = seen.as_of_date
        and panel.person_key = seen.person_key
        and panel.period_end = seen.period_end
