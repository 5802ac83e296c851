{#- From this age on, living in an institution takes a member out of breast and colorectal screening. -#}
{%- set frail_age = 66 -%}

with panel as (
    select
        panel.as_of_date,
        period.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.gender,
        {{ age_years('panel.birth_date', 'panel.period_end') }} as age,
        panel.period_start,
        panel.period_end,
        panel.had_hospice_day
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_panel_year') }} as panel
        on
            period.as_of_date = panel.as_of_date
            and period.period_start = panel.period_start
            and period.period_end = panel.period_end
    where period.metric_id in ('screening_bcs', 'screening_ccs', 'screening_col')
),

palliative as (
    select distinct
        panel.as_of_date,
        panel.metric_id,
        panel.person_key
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_PALLIATIVE'
            and panel.person_key = event.person_key
            and event.service_date between panel.period_start and panel.period_end
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
),

institutional as (
    select distinct
        panel.as_of_date,
        panel.metric_id,
        panel.person_key
    from panel
    inner join {{ ref('stg_eligibility') }} as span
        on
            panel.person_key = span.person_key
            and (span.long_term_institutional_flag = 1 or span.institutional_snp_flag = 1)
            and panel.period_end >= span.enrollment_start_date
            and panel.period_start <= coalesce(span.enrollment_end_date, {{ forever() }})
            and {{ known_at('span', 'panel.as_of_date') }}
    where panel.age >= {{ frail_age }}
),

-- The plan knows a member's past from enrolment on, and from its first month of claims on.
first_enrolment as (
    select
        as_of_date,
        person_key,
        min(valid_from) as enrolled_from
    from {{ ref('int_enrolment') }}
    group by as_of_date, person_key
),

first_claim as (
    select {{ month_start('min(service_date)') }} as claims_from
    from {{ ref('int_claim_line') }}
)

select
    panel.as_of_date,
    panel.metric_id,
    panel.practice_id,
    panel.npi,
    panel.person_key,
    panel.lob,
    panel.gender,
    panel.age,
    panel.period_start,
    panel.period_end,
    panel.had_hospice_day or palliative.person_key is not null as is_in_hospice_or_palliative_care,
    institutional.person_key is not null as is_institutional,
    case
        when first_enrolment.enrolled_from is not null
            then greatest(first_enrolment.enrolled_from, first_claim.claims_from)
    end as history_from
from panel
cross join first_claim
left join first_enrolment
    on
        panel.as_of_date = first_enrolment.as_of_date
        and panel.person_key = first_enrolment.person_key
left join palliative
    on
        panel.as_of_date = palliative.as_of_date
        and panel.metric_id = palliative.metric_id
        and panel.person_key = palliative.person_key
left join institutional
    on
        panel.as_of_date = institutional.as_of_date
        and panel.metric_id = institutional.metric_id
        and panel.person_key = institutional.person_key
