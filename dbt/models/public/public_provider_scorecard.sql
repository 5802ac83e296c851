{{ config(alias='provider_scorecard') }}

select
    scorecards.as_of_date,
    scorecards.practice_id,
    scorecards.npi,
    round(scorecards.step_ease, 1) as step_ease,
    round(scorecards.step_flexible, 1) as step_flexible,
    round(scorecards.step_minimize, 1) as step_minimize,
    round(scorecards.step_readiness, 1) as step_readiness,
    round(scorecards.step_empathy, 1) as step_empathy,
    round(scorecards.step_information, 1) as step_information,
    round(scorecards.step_follow_up, 1) as step_follow_up,
    scorecards.n_metrics_ease,
    scorecards.n_metrics_flexible,
    scorecards.n_metrics_minimize,
    scorecards.n_metrics_readiness,
    scorecards.n_metrics_empathy,
    scorecards.n_metrics_information,
    scorecards.n_metrics_follow_up,
    coalesce(compliance.public_n_metrics, 0) as n_metrics_compliance,
    round(compliance.public_step_score, 1) as compliance_index
from {{ ref('provider_scorecard') }} as scorecards
left join {{ ref('int_step_score') }} as compliance
    on
        scorecards.as_of_date = compliance.as_of_date
        and scorecards.practice_id = compliance.practice_id
        and scorecards.npi = compliance.npi
        and compliance.level = 'provider'
        and compliance.step_code = 'COMPLIANCE'
