{%- set oldest_age = 74 -%}
{%- set lookback_months = 27 -%}

with panel as (
    select *
    from {{ ref('int_screening_panel') }}
    where
        metric_id = 'screening_bcs'
        and gender = 'female'
        and age between {{ var('bcs_age_min') }} and {{ oldest_age }}
),

screened as (
    select distinct
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_BCS_MAMMOGRAM'
            and panel.person_key = event.person_key
            and panel.period_end >= event.service_date
            and event.service_date >= {{ add_months(add_days('panel.period_end', 1), -lookback_months) }}
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
),

-- Both breasts gone: said as such, or side by side.
mastectomy as (
    select
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on event.code_set in (
            'CS_MASTECTOMY_BILATERAL', 'CS_MASTECTOMY_RIGHT', 'CS_MASTECTOMY_LEFT', 'CS_MASTECTOMY_PROCEDURE'
        )
        and panel.person_key = event.person_key
        and panel.period_end >= event.service_date
        and not event.is_denied
        and {{ known_at('event', 'panel.as_of_date') }}
    group by panel.as_of_date, panel.person_key
    having
        max(
            case
                when event.code_set = 'CS_MASTECTOMY_BILATERAL' then 1
                when
                    event.code_set = 'CS_MASTECTOMY_PROCEDURE' and {{ list_contains('event.modifiers', "'50'") }}
                    then 1
                else 0
            end
        ) = 1
        or (
            max(
                case
                    when event.code_set = 'CS_MASTECTOMY_RIGHT' then 1
                    when
                        event.code_set = 'CS_MASTECTOMY_PROCEDURE' and {{ list_contains('event.modifiers', "'RT'") }}
                        then 1
                    else 0
                end
            ) = 1
            and max(
                case
                    when event.code_set = 'CS_MASTECTOMY_LEFT' then 1
                    when
                        event.code_set = 'CS_MASTECTOMY_PROCEDURE' and {{ list_contains('event.modifiers', "'LT'") }}
                        then 1
                    else 0
                end
            ) = 1
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
        screened.person_key is not null as is_met,
        panel.is_in_hospice_or_palliative_care
        or panel.is_institutional
        or mastectomy.person_key is not null as is_excluded
    from panel
    left join screened
        on
            panel.as_of_date = screened.as_of_date
            and panel.person_key = screened.person_key
    left join mastectomy
        on
            panel.as_of_date = mastectomy.as_of_date
            and panel.person_key = mastectomy.person_key
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
