with steps as (
    select
        as_of_date,
        practice_id,
        npi,
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
    where level = 'provider'
    group by as_of_date, practice_id, npi
)

select
    as_of_date,
    practice_id,
    npi,
    step_ease,
    step_flexible,
    step_minimize,
    step_readiness,
    step_empathy,
    step_information,
    step_follow_up,
    n_metrics_ease,
    n_metrics_flexible,
    n_metrics_minimize,
    n_metrics_readiness,
    n_metrics_empathy,
    n_metrics_information,
    n_metrics_follow_up,
    n_metrics_compliance,
    compliance_index
from steps
