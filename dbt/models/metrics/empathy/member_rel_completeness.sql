with panel as (
    select
        panel.as_of_date,
        period.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.period_start,
        panel.period_end
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_panel_year') }} as panel
        on
            period.as_of_date = panel.as_of_date
            and period.period_start = panel.period_start
            and period.period_end = panel.period_end
    where period.metric_id = 'member_rel_completeness'
),

-- Claims stand in for appointments only in a plan that sends no appointments at all.
visit as (
    select
        panel.as_of_date,
        panel.person_key,
        coalesce(appointment.modality, 'in_person') = 'phone' as is_phone
    from panel
    inner join {{ ref('stg_appointments') }} as appointment
        on
            panel.person_key = appointment.person_key
            and panel.practice_id = appointment.location_id
            and appointment.status_code = 'fulfilled'
            and cast(appointment.start_datetime as date) between panel.period_start and panel.period_end
            and {{ known_at('appointment', 'panel.as_of_date') }}
    union all
    select
        panel.as_of_date,
        panel.person_key,
        service.is_phone
    from panel
    inner join {{ ref('int_visit_service') }} as service
        on
            panel.as_of_date = service.as_of_date
            and panel.person_key = service.person_key
            and panel.practice_id = service.practice_id
            and service.is_pcp_visit
            and service.service_date between panel.period_start and panel.period_end
    where not exists (select 1 from {{ ref('stg_appointments') }})
),

seen as (
    select
        as_of_date,
        person_key,
        min(case when is_phone then 1 else 0 end) = 1 as is_phone_only
    from visit
    group by as_of_date, person_key
),

judged as (
    select
        panel.as_of_date,
        panel.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.period_end,
        coalesce(
            (person.is_race_known or person.is_race_declined)
            and (person.is_language_known or person.is_language_declined),
            false
        ) as is_met,
        seen.is_phone_only as is_excluded
    from panel
    inner join seen
        on
            panel.as_of_date = seen.as_of_date
            and panel.person_key = seen.person_key
    left join {{ ref('int_member') }} as person
        on
            panel.as_of_date = person.as_of_date
            and panel.person_key = person.person_key
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    period_end as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
