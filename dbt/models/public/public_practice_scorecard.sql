{{ config(alias='practice_scorecard') }}

select
    scorecards.as_of_date,
    scorecards.practice_id,
    scorecards.is_active,
    case when not {{ is_small_count('scorecards.members') }} then scorecards.members end as members,
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
    compliance.public_n_metrics as n_metrics_compliance,
    round(scorecards.touchpoint_ease, 1) as touchpoint_ease,
    round(scorecards.touchpoint_flexible, 1) as touchpoint_flexible,
    round(scorecards.touchpoint_minimize, 1) as touchpoint_minimize,
    round(scorecards.touchpoint_readiness, 1) as touchpoint_readiness,
    round(scorecards.touchpoint_empathy, 1) as touchpoint_empathy,
    round(scorecards.touchpoint_information, 1) as touchpoint_information,
    round(scorecards.touchpoint_follow_up, 1) as touchpoint_follow_up,
    round(compliance.public_step_score, 1) as compliance_index,
    scorecards.hard_fail_flag,
    scorecards.hard_fail,
    scorecards.data_gap_count
from {{ ref('practice_scorecard') }} as scorecards
inner join {{ ref('int_step_score') }} as compliance
    on
        scorecards.as_of_date = compliance.as_of_date
        and scorecards.practice_id = compliance.practice_id
        and compliance.level = 'practice'
        and compliance.step_code = 'COMPLIANCE'
