{%- set youngest_age = 12 -%}

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
        panel.had_hospice_day
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_panel_year') }} as panel
        on
            period.as_of_date = panel.as_of_date
            and period.period_start = panel.period_start
            and period.period_end = panel.period_end
            and {{ age_years('panel.birth_date', 'panel.period_end') }} >= {{ youngest_age }}
            and panel.had_pcp_visit
    where period.metric_id = 'bh_risk_screening_rate'
),

screened as (
    select
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set in ('CS_DEPRESSION_SCREEN', 'CS_SUBSTANCE_SCREEN', 'CS_TOBACCO_SCREEN')
            and panel.person_key = event.person_key
            and event.service_date between panel.period_start and panel.period_end
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
    union
    select
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('stg_screenings') }} as screening
        on
            panel.person_key = screening.person_key
            and screening.instrument in (
                'PHQ-2', 'PHQ-9', 'PHQ-A', 'EPDS', 'GDS', 'AUDIT', 'AUDIT-C', 'DAST-10', 'CRAFFT'
            )
            and screening.status = 'completed'
            and screening.screening_date between panel.period_start and panel.period_end
            and {{ known_at('screening', 'panel.as_of_date') }}
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
        screened.person_key is not null as is_met,
        panel.had_hospice_day as is_excluded
    from panel
    left join screened
        on
            panel.as_of_date = screened.as_of_date
            and panel.person_key = screened.person_key
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
