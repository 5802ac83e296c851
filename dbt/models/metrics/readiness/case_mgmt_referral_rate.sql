{#- The plan's own choices: what makes a member high-risk, and when a referral answers to it. -#}
{%- set repeat_ed_days = 180 -%}
{%- set chronic_groups = 3 -%}
{%- set referral_days_before = 30 -%}
{%- set referral_days_after = 90 -%}

with panel as (
    select
        panel.as_of_date,
        period.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.death_date,
        panel.period_start,
        panel.period_end,
        panel.had_hospice_day,
        period.mature_end
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_panel_year') }} as panel
        on
            period.as_of_date = panel.as_of_date
            and period.period_start = panel.period_start
            and period.period_end = panel.period_end
    where period.metric_id = 'case_mgmt_referral_rate'
),

ed_visit as (
    select
        panel.as_of_date,
        panel.person_key,
        visit.ed_date,
        lag(visit.ed_date) over (
            partition by panel.as_of_date, panel.person_key
            order by visit.ed_date asc nulls last, visit.ed_visit_id asc nulls last
        ) as previous_ed_date
    from panel
    inner join {{ ref('int_ed_visit') }} as visit
        on
            panel.as_of_date = visit.as_of_date
            and panel.person_key = visit.person_key
            and visit.is_treat_and_release
            and visit.ed_date between panel.period_start and panel.period_end
),

acute_stay as (
    select
        panel.as_of_date,
        panel.person_key,
        stay.admit_date,
        row_number() over (
            partition by panel.as_of_date, panel.person_key
            order by stay.admit_date asc nulls last, stay.stay_id asc nulls last
        ) as stay_number
    from panel
    inner join {{ ref('int_inpatient_stay') }} as stay
        on
            panel.as_of_date = stay.as_of_date
            and panel.person_key = stay.person_key
            and stay.is_acute
            and stay.admit_date between panel.period_start and panel.period_end
),

chronic_group as (
    select
        panel.as_of_date,
        panel.person_key,
        event.code_set,
        min(event.service_date) as known_on
    from panel
    inner join {{ ref('int_code_event') }} as event
        on
            left(event.code_set, 11) = 'CS_CHRONIC_'
            and panel.person_key = event.person_key
            and event.service_date between panel.period_start and panel.period_end
            and not event.is_denied
            and {{ known_at('event', 'panel.as_of_date') }}
    group by panel.as_of_date, panel.person_key, event.code_set
),

ranked_group as (
    select
        as_of_date,
        person_key,
        known_on,
        row_number() over (
            partition by as_of_date, person_key
            order by known_on asc nulls last, code_set asc nulls last
        ) as group_number
    from chronic_group
),

acute_event as (
    select
        as_of_date,
        person_key,
        min(happened_on) as first_happened_on
    from (
        select
            as_of_date,
            person_key,
            ed_date as happened_on
        from ed_visit
        union all
        select
            as_of_date,
            person_key,
            admit_date as happened_on
        from acute_stay
    ) as event
    group by as_of_date, person_key
),

reason as (
    select
        as_of_date,
        person_key,
        ed_date as qualified_on
    from ed_visit
    where {{ days_between('previous_ed_date', 'ed_date') }} <= {{ repeat_ed_days }}
    union all
    select
        as_of_date,
        person_key,
        admit_date as qualified_on
    from acute_stay
    where stay_number = 2
    union all
    select
        ranked_group.as_of_date,
        ranked_group.person_key,
        greatest(ranked_group.known_on, acute_event.first_happened_on) as qualified_on
    from ranked_group
    inner join acute_event
        on
            ranked_group.as_of_date = acute_event.as_of_date
            and ranked_group.person_key = acute_event.person_key
    where ranked_group.group_number = {{ chronic_groups }}
    union all
    select
        panel.as_of_date,
        panel.person_key,
        screening.screening_date as qualified_on
    from panel
    inner join {{ ref('stg_screenings') }} as screening
        on
            panel.person_key = screening.person_key
            and (screening.source = 'plan_hra' or screening.instrument = 'plan_hra')
            and screening.risk_level = 'high'
            and screening.screening_date between panel.period_start and panel.period_end
            and {{ known_at('screening', 'panel.as_of_date') }}
),

high_risk as (
    select
        panel.as_of_date,
        panel.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.death_date,
        panel.had_hospice_day,
        min(reason.qualified_on) as qualified_on
    from panel
    inner join reason
        on
            panel.as_of_date = reason.as_of_date
            and panel.person_key = reason.person_key
    group by
        panel.as_of_date,
        panel.metric_id,
        panel.practice_id,
        panel.npi,
        panel.person_key,
        panel.lob,
        panel.death_date,
        panel.had_hospice_day,
        panel.mature_end
    having min(reason.qualified_on) <= panel.mature_end
),

managed as (
    select distinct
        high_risk.as_of_date,
        high_risk.person_key
    from high_risk
    inner join {{ ref('stg_care_management') }} as program
        on
            high_risk.person_key = program.person_key
            and {{ known_at('program', 'high_risk.as_of_date') }}
            and (
                (
                    program.referral_source = 'pcp'
                    and coalesce(program.referral_date, program.opened_date)
                    between {{ add_days('high_risk.qualified_on', -referral_days_before) }}
                    and {{ add_days('high_risk.qualified_on', referral_days_after) }}
                )
                or (
                    program.opened_date <= high_risk.qualified_on
                    and (program.closed_date is null or program.closed_date >= high_risk.qualified_on)
                )
            )
),

judged as (
    select
        high_risk.as_of_date,
        high_risk.metric_id,
        high_risk.practice_id,
        high_risk.npi,
        high_risk.person_key,
        high_risk.lob,
        high_risk.qualified_on,
        managed.person_key is not null as is_met,
        high_risk.had_hospice_day
        or coalesce(
            high_risk.death_date <= {{ add_days('high_risk.qualified_on', referral_days_after) }}, false
        ) as is_excluded
    from high_risk
    left join managed
        on
            high_risk.as_of_date = managed.as_of_date
            and high_risk.person_key = managed.person_key
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    qualified_on as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
