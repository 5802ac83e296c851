{%- set youngest_age = 24 -%}
{%- set oldest_age = 64 -%}
{%- set hpv_age = 30 -%}
{%- set cytology_months = 36 -%}
{%- set hpv_months = 60 -%}
{%- set history_months = 36 -%}

with panel as (
    select *
    from {{ ref('int_screening_panel') }}
    where
        metric_id = 'screening_ccs'
        and gender = 'female'
        and age between {{ youngest_age }} and {{ oldest_age }}
),

screened as (
    select distinct
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            panel.person_key = event.person_key
            and panel.period_end >= event.service_date
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
            and (
                (
                    event.code_set = 'CS_CCS_CYTOLOGY'
                    and event.service_date >= {{ add_months(add_days('panel.period_end', 1), -cytology_months) }}
                )
                or (
                    event.code_set = 'CS_CCS_HPV'
                    and panel.age >= {{ hpv_age }}
                    and event.service_date >= {{ add_months(add_days('panel.period_end', 1), -hpv_months) }}
                )
            )
),

without_cervix as (
    select distinct
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_CCS_EXCLUSION'
            and panel.person_key = event.person_key
            and panel.period_end >= event.service_date
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
        panel.is_in_hospice_or_palliative_care
        or without_cervix.person_key is not null
        -- Who came later may have been screened before: not judged, rather than judged wrongly.
        or coalesce(
            panel.history_from > {{ add_months(add_days('panel.period_end', 1), -history_months) }}, true
        ) as is_excluded
    from panel
    left join screened
        on
            panel.as_of_date = screened.as_of_date
            and panel.person_key = screened.person_key
    left join without_cervix
        on
            panel.as_of_date = without_cervix.as_of_date
            and panel.person_key = without_cervix.person_key
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
