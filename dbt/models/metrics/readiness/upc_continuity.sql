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
    where period.metric_id = 'upc_continuity'
),

clinician as (
    select
        panel.as_of_date,
        panel.person_key,
        service.npi,
        -- A visit is a person, a day and a clinician: several lines of one day are one visit.
        count(distinct service.service_date) as visits
    from panel
    inner join {{ ref('int_visit_service') }} as service
        on
            panel.as_of_date = service.as_of_date
            and panel.person_key = service.person_key
            and service.service_date between panel.period_start and panel.period_end
            and service.is_pcp_visit
    group by panel.as_of_date, panel.person_key, service.npi
),

member as (
    select
        as_of_date,
        person_key,
        max(visits) as most_visits,
        sum(visits) as all_visits
    from clinician
    group by as_of_date, person_key
)

select
    panel.as_of_date,
    panel.metric_id,
    panel.practice_id,
    panel.npi,
    panel.person_key,
    panel.lob,
    panel.period_end as observed_on,
    cast(member.most_visits as double) / cast(member.all_visits as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from panel
inner join member
    on
        panel.as_of_date = member.as_of_date
        and panel.person_key = member.person_key
where member.all_visits >= {{ var('coc_min_visits') }}
