{#- Who takes many medicines for long: at least so many ingredients, each supplied for at least so many days. -#}
{%- set adult_age = 18 -%}
{%- set many_ingredients = 5 -%}
{%- set chronic_days_supply = 90 -%}

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
            and {{ age_years('panel.birth_date', 'panel.period_end') }} >= {{ adult_age }}
    where period.metric_id = 'med_review_rate'
),

chronic_ingredient as (
    select
        panel.as_of_date,
        panel.person_key,
        coalesce(fill.ingredient_rxcui, fill.ndc_code) as ingredient
    from panel
    inner join {{ ref('stg_pharmacy_claims') }} as fill
        on
            panel.person_key = fill.person_key
            and fill.dispensing_date between panel.period_start and panel.period_end
            and coalesce(fill.claim_status, 'paid') = 'paid'
            and coalesce(fill.quantity, 0) >= 0
            and {{ known_at('fill', 'panel.as_of_date') }}
    group by panel.as_of_date, panel.person_key, coalesce(fill.ingredient_rxcui, fill.ndc_code)
    having sum(fill.days_supply) >= {{ chronic_days_supply }}
),

on_many_drugs as (
    select
        as_of_date,
        person_key
    from chronic_ingredient
    group by as_of_date, person_key
    having count(ingredient) >= {{ many_ingredients }}
),

service as (
    select
        panel.as_of_date,
        panel.person_key,
        event.service_date,
        event.code_set
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set in ('CS_MED_REVIEW', 'CS_MED_REVIEW_NOTE', 'CS_MED_LIST')
            and panel.person_key = event.person_key
            and event.service_date between panel.period_start and panel.period_end
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
),

reviewed as (
    select
        as_of_date,
        person_key
    from service
    where code_set = 'CS_MED_REVIEW'
    union
    select
        note.as_of_date,
        note.person_key
    from service as note
    inner join service as medicine_list
        on
            note.as_of_date = medicine_list.as_of_date
            and note.person_key = medicine_list.person_key
            and note.service_date = medicine_list.service_date
            and medicine_list.code_set = 'CS_MED_LIST'
    where note.code_set = 'CS_MED_REVIEW_NOTE'
    union
    select
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('stg_care_management') }} as program
        on
            panel.person_key = program.person_key
            and program.program = 'mtm'
            and program.closed_reason = 'goals_met'
            and program.closed_date between panel.period_start and panel.period_end
            and {{ known_at('program', 'panel.as_of_date') }}
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
        reviewed.person_key is not null as is_met,
        panel.had_hospice_day as is_excluded
    from panel
    inner join on_many_drugs
        on
            panel.as_of_date = on_many_drugs.as_of_date
            and panel.person_key = on_many_drugs.person_key
    left join reviewed
        on
            panel.as_of_date = reviewed.as_of_date
            and panel.person_key = reviewed.person_key
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
