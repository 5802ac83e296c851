{%- set youngest_age = 46 -%}
{%- set oldest_age = 75 -%}
{%- set history_months = 36 -%}

with panel as (
    select *
    from {{ ref('int_screening_panel') }}
    where
        metric_id = 'screening_col'
        and age between {{ youngest_age }} and {{ oldest_age }}
),

-- For how long each test keeps a member up to date.
test as (
    select
        test.code_set,
        test.valid_months
    from (
        values
        ('CS_COL_FIT', 12),
        ('CS_COL_DNA', 36),
        ('CS_COL_SIGMOIDOSCOPY', 60),
        ('CS_COL_CT', 60),
        ('CS_COL_COLONOSCOPY', 120)
    ) as test (code_set, valid_months)
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
    inner join test
        on
            event.code_set = test.code_set
            and event.service_date >= {{ add_months(add_days('panel.period_end', 1), '-test.valid_months') }}
),

without_colon as (
    select distinct
        panel.as_of_date,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_COL_EXCLUSION'
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
        or panel.is_institutional
        or without_colon.person_key is not null
        -- Who came later may have been screened before: not judged, rather than judged wrongly.
        or coalesce(
            panel.history_from > {{ add_months(add_days('panel.period_end', 1), -history_months) }}, true
        ) as is_excluded
    from panel
    left join screened
        on
            panel.as_of_date = screened.as_of_date
            and panel.person_key = screened.person_key
    left join without_colon
        on
            panel.as_of_date = without_colon.as_of_date
            and panel.person_key = without_colon.person_key
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
