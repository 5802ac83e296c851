with steps as (
    select
        as_of_date,
        practice_id,
        max(case when step_code = 'EASE' then step_score end) as step_ease,
        max(case when step_code = 'FLEXIBLE' then step_score end) as step_flexible,
        max(case when step_code = 'MINIMIZE' then step_score end) as step_minimize,
        max(case when step_code = 'READINESS' then step_score end) as step_readiness,
        max(case when step_code = 'EMPATHY' then step_score end) as step_empathy,
        max(case when step_code = 'INFORMATION' then step_score end) as step_information,
        max(case when step_code = 'FOLLOW-UP' then step_score end) as step_follow_up,
        max(case when step_code = 'COMPLIANCE' then step_score end) as compliance_index,
        max(case when step_code = 'EASE' then n_metrics else 0 end) as n_metrics_ease,
        max(case when step_code = 'FLEXIBLE' then n_metrics else 0 end) as n_metrics_flexible,
        max(case when step_code = 'MINIMIZE' then n_metrics else 0 end) as n_metrics_minimize,
        max(case when step_code = 'READINESS' then n_metrics else 0 end) as n_metrics_readiness,
        max(case when step_code = 'EMPATHY' then n_metrics else 0 end) as n_metrics_empathy,
        max(case when step_code = 'INFORMATION' then n_metrics else 0 end) as n_metrics_information,
        max(case when step_code = 'FOLLOW-UP' then n_metrics else 0 end) as n_metrics_follow_up,
        max(case when step_code = 'COMPLIANCE' then n_metrics else 0 end) as n_metrics_compliance
    from {{ ref('int_step_score') }}
    where level = 'practice'
    group by as_of_date, practice_id
),

failures as (
    select
        results.as_of_date,
        results.practice_id,
        {{ sorted_list("case when metrics.hard_fail = 1 and results.status = 'not_met' then results.metric_id end") }}
            as hard_fail,
        cast(
            sum(
                case
                    when metrics.tier = 'core' and results.status in ('not_applicable', 'insufficient') then 1
                    else 0
                end
            ) as bigint
        ) as data_gap_count
    from {{ ref('metric_result') }} as results
    inner join {{ ref('ref_metric') }} as metrics
        on results.metric_id = metrics.metric_id
    where
        results.level = 'practice'
        and results.lob = 'all'
    group by results.as_of_date, results.practice_id
),

touchpoints as (
    select
        as_of_date,
        practice_id,
        max(case when composite = 'tp1' then score_raw end) as touchpoint_ease,
        max(case when composite = 'tp2' then score_raw end) as touchpoint_flexible,
        max(case when composite = 'tp3' then score_raw end) as touchpoint_minimize,
        max(case when composite = 'tp4' then score_raw end) as touchpoint_readiness,
        max(case when composite = 'tp5' then score_raw end) as touchpoint_empathy,
        max(case when composite = 'tp6' then score_raw end) as touchpoint_information,
        max(case when composite = 'tp7' then score_raw end) as touchpoint_follow_up
    from {{ ref('int_survey_as_known') }}
    where
        recency = 1
        and n >= {{ var('survey_display_n') }}
    group by as_of_date, practice_id
),

scorecards as (
    select
        practices.as_of_date,
        practices.practice_id,
        practices.is_active,
        {{ known_members('panels.members', 'practices.as_of_date') }} as members,
        steps.step_ease,
        steps.step_flexible,
        steps.step_minimize,
        steps.step_readiness,
        steps.step_empathy,
        steps.step_information,
        steps.step_follow_up,
        steps.n_metrics_ease,
        steps.n_metrics_flexible,
        steps.n_metrics_minimize,
        steps.n_metrics_readiness,
        steps.n_metrics_empathy,
        steps.n_metrics_information,
        steps.n_metrics_follow_up,
        steps.n_metrics_compliance,
        touchpoints.touchpoint_ease,
        touchpoints.touchpoint_flexible,
        touchpoints.touchpoint_minimize,
        touchpoints.touchpoint_readiness,
        touchpoints.touchpoint_empathy,
        touchpoints.touchpoint_information,
        touchpoints.touchpoint_follow_up,
        steps.compliance_index,
        failures.hard_fail is not null as hard_fail_flag,
        failures.hard_fail,
        failures.data_gap_count
    from {{ ref('int_practice') }} as practices
    inner join steps
        on
            practices.as_of_date = steps.as_of_date
            and practices.practice_id = steps.practice_id
    inner join failures
        on
            practices.as_of_date = failures.as_of_date
            and practices.practice_id = failures.practice_id
    left join {{ ref('int_practice_panel') }} as panels
        on
            practices.as_of_date = panels.as_of_date
            and practices.practice_id = panels.practice_id
    left join touchpoints
        on
            practices.as_of_date = touchpoints.as_of_date
            and practices.practice_id = touchpoints.practice_id
)

select * from scorecards
