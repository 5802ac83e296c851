{{ config(alias='practice_features') }}

-- Scores of single composites and means over waves stay inside: they may rest on fewer answers than may be shown.
select
    features.as_of_date,
    features.practice_id,
    features.wave_id,
    features.practice_type,
    features.state,
    scorecards.members,
    scorecards.step_ease,
    scorecards.step_flexible,
    scorecards.step_minimize,
    scorecards.step_readiness,
    scorecards.step_empathy,
    scorecards.step_information,
    scorecards.step_follow_up,
    round(features.trend_ease, 1) as trend_ease,
    round(features.trend_flexible, 1) as trend_flexible,
    round(features.trend_minimize, 1) as trend_minimize,
    round(features.trend_readiness, 1) as trend_readiness,
    round(features.trend_empathy, 1) as trend_empathy,
    round(features.trend_information, 1) as trend_information,
    round(features.trend_follow_up, 1) as trend_follow_up,
    scorecards.n_metrics_ease,
    scorecards.n_metrics_flexible,
    scorecards.n_metrics_minimize,
    scorecards.n_metrics_readiness,
    scorecards.n_metrics_empathy,
    scorecards.n_metrics_information,
    scorecards.n_metrics_follow_up,
    scorecards.n_metrics_compliance,
    scorecards.compliance_index,
    scorecards.hard_fail_flag,
    scorecards.data_gap_count,
    scorecards.touchpoint_ease,
    scorecards.touchpoint_flexible,
    scorecards.touchpoint_minimize,
    scorecards.touchpoint_readiness,
    scorecards.touchpoint_empathy,
    scorecards.touchpoint_information,
    scorecards.touchpoint_follow_up,
    features.prior_wave_id,
    case
        when features.prior_pe_index_n >= {{ var('survey_display_n') }} then round(features.prior_pe_index_raw, 1)
    end as prior_pe_index_raw,
    case
        when features.prior_pe_index_n >= {{ var('survey_display_n') }} then round(features.prior_pe_index_shrunk, 1)
    end as prior_pe_index_shrunk,
    {{ respondents_band('features.prior_pe_index_n') }} as prior_pe_index_n_band,
    features.n_prior_waves
from {{ ref('practice_features') }} as features
inner join {{ ref('public_practice_scorecard') }} as scorecards
    on
        features.as_of_date = scorecards.as_of_date
        and features.practice_id = scorecards.practice_id
