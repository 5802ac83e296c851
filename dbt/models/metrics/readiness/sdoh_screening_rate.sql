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
        panel.had_pcp_visit
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_panel_year') }} as panel
        on
            period.as_of_date = panel.as_of_date
            and period.period_start = panel.period_start
            and period.period_end = panel.period_end
    where period.metric_id = 'sdoh_screening_rate'
),

screening as (
    select
        panel.as_of_date,
        panel.person_key,
        screening.status,
        coalesce(screening.source = 'plan_hra' or screening.instrument = 'plan_hra', false) as is_hra,
        coalesce(
            screening.domain in ('food', 'housing', 'transportation', 'utilities', 'safety', 'finance'), false
        ) as is_social
    from panel
    inner join {{ ref('stg_screenings') }} as screening
        on
            panel.person_key = screening.person_key
            and screening.screening_date between panel.period_start and panel.period_end
            and {{ known_at('screening', 'panel.as_of_date') }}
),

assessed as (
    select distinct
        as_of_date,
        person_key
    from screening
    where is_hra and status = 'completed'
),

screened as (
    select
        as_of_date,
        person_key
    from screening
    where is_social and status = 'completed'
    union
    select
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set in ('CS_SDOH_SCREEN', 'CS_SDOH_DX')
            and panel.person_key = event.person_key
            and event.service_date between panel.period_start and panel.period_end
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
),

declined as (
    select distinct
        as_of_date,
        person_key
    from screening
    where is_social and status = 'declined'
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
        panel.had_hospice_day
        or (screened.person_key is null and declined.person_key is not null) as is_excluded
    from panel
    left join assessed
        on
            panel.as_of_date = assessed.as_of_date
            and panel.person_key = assessed.person_key
    left join screened
        on
            panel.as_of_date = screened.as_of_date
            and panel.person_key = screened.person_key
    left join declined
        on
            panel.as_of_date = declined.as_of_date
            and panel.person_key = declined.person_key
    where panel.had_pcp_visit or assessed.person_key is not null
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
