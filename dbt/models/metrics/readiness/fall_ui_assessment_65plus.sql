{%- set youngest_age = 65 -%}

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
    where period.metric_id = 'fall_ui_assessment_65plus'
),

screened as (
    select
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_FALLS'
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
            and screening.domain = 'falls'
            and screening.status = 'completed'
            and screening.screening_date between panel.period_start and panel.period_end
            and {{ known_at('screening', 'panel.as_of_date') }}
),

bed_bound as (
    select distinct
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_FALLS_EXCLUSION'
            and panel.person_key = event.person_key
            and event.service_date between panel.period_start and panel.period_end
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
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
        panel.had_hospice_day or bed_bound.person_key is not null as is_excluded
    from panel
    left join screened
        on
            panel.as_of_date = screened.as_of_date
            and panel.person_key = screened.person_key
    left join bed_bound
        on
            panel.as_of_date = bed_bound.as_of_date
            and panel.person_key = bed_bound.person_key
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
