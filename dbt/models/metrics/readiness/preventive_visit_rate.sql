{%- set youngest_age = 3 -%}

with panel as (
    select
        panel.as_of_date,
        period.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.period_start,
        panel.period_end,
        panel.had_hospice_day,
        coalesce(panel.death_date between panel.period_start and panel.period_end, false) as died_in_period
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_panel_year') }} as panel
        on
            period.as_of_date = panel.as_of_date
            and period.period_start = panel.period_start
            and period.period_end = panel.period_end
            and panel.is_continuously_enrolled
            and {{ age_years('panel.birth_date', 'panel.period_end') }} >= {{ youngest_age }}
    where period.metric_id = 'preventive_visit_rate'
),

seen as (
    select distinct
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_visit_service') }} as service
        on
            panel.as_of_date = service.as_of_date
            and panel.person_key = service.person_key
            and service.service_date between panel.period_start and panel.period_end
            and service.clinician_kind in ('pcp', 'obgyn')
            and (
                (service.is_well and coalesce(service.pos, '') <> '81')
                or (
                    service.has_well_dx
                    and service.is_pos_allowed
                    and (
                        service.is_office
                        or service.is_preventive
                        or service.is_video
                        or service.is_phone
                        or service.is_tcm
                    )
                )
            )
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
        seen.person_key is not null as is_met,
        panel.died_in_period or panel.had_hospice_day as is_excluded
    from panel
    left join seen
        on
            panel.as_of_date = seen.as_of_date
            and panel.person_key = seen.person_key
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
