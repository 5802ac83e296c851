with prior_scores as (
    select
        as_of_date,
        practice_id,
        max(case when composite = 'pe_index' then wave_id end) as prior_wave_id,
        max(case when composite = 'pe_index' then score_raw end) as prior_pe_index_raw,
        max(case when composite = 'pe_index' then n end) as prior_pe_index_n,
        max(case when composite = 'pe_index' then score_shrunk end) as prior_pe_index_shrunk,
        max(case when composite = 'pe_index' then reliability end) as prior_pe_index_reliability,
        max(case when composite = 'needed_care' then score_shrunk end) as prior_needed_care_shrunk,
        max(case when composite = 'quick_care' then score_shrunk end) as prior_quick_care_shrunk,
        max(case when composite = 'communication' then score_shrunk end) as prior_communication_shrunk,
        max(case when composite = 'coordination' then score_shrunk end) as prior_coordination_shrunk,
        max(case when composite = 'rating' then score_shrunk end) as prior_rating_shrunk,
        max(case when composite = 'tp1' then score_shrunk end) as touchpoint_ease,
        max(case when composite = 'tp2' then score_shrunk end) as touchpoint_flexible,
        max(case when composite = 'tp3' then score_shrunk end) as touchpoint_minimize,
        max(case when composite = 'tp4' then score_shrunk end) as touchpoint_readiness,
        max(case when composite = 'tp5' then score_shrunk end) as touchpoint_empathy,
        max(case when composite = 'tp6' then score_shrunk end) as touchpoint_information,
        max(case when composite = 'tp7' then score_shrunk end) as touchpoint_follow_up
    from {{ ref('int_survey_as_known') }}
    where recency = 1
    group by as_of_date, practice_id
),

earlier_waves as (
    select
        as_of_date,
        practice_id,
        cast(count(*) as bigint) as n_prior_waves,
        {{ published(exact_sum('score_shrunk') ~ ' / count(*)') }} as prior_pe_index_mean
    from {{ ref('int_survey_as_known') }}
    where composite = 'pe_index'
    group by as_of_date, practice_id
),

scorecards as (
    select
        *,
        lag(step_ease) over (partition by practice_id order by as_of_date nulls last) as previous_ease,
        lag(step_flexible) over (partition by practice_id order by as_of_date nulls last) as previous_flexible,
        lag(step_minimize) over (partition by practice_id order by as_of_date nulls last) as previous_minimize,
        lag(step_readiness) over (partition by practice_id order by as_of_date nulls last) as previous_readiness,
        lag(step_empathy) over (partition by practice_id order by as_of_date nulls last) as previous_empathy,
        lag(step_information) over (partition by practice_id order by as_of_date nulls last) as previous_information,
        lag(step_follow_up) over (partition by practice_id order by as_of_date nulls last) as previous_follow_up
    from {{ ref('practice_scorecard') }}
),

features as (
    select
        scorecards.as_of_date,
        scorecards.practice_id,
        as_of_dates.wave_id,
        practices.practice_type,
        practices.state,
        scorecards.members,
        scorecards.step_ease,
        scorecards.step_flexible,
        scorecards.step_minimize,
        scorecards.step_readiness,
        scorecards.step_empathy,
        scorecards.step_information,
        scorecards.step_follow_up,
        {{ published('scorecards.step_ease - scorecards.previous_ease') }} as trend_ease,
        {{ published('scorecards.step_flexible - scorecards.previous_flexible') }} as trend_flexible,
        {{ published('scorecards.step_minimize - scorecards.previous_minimize') }} as trend_minimize,
        {{ published('scorecards.step_readiness - scorecards.previous_readiness') }} as trend_readiness,
        {{ published('scorecards.step_empathy - scorecards.previous_empathy') }} as trend_empathy,
        {{ published('scorecards.step_information - scorecards.previous_information') }} as trend_information,
        {{ published('scorecards.step_follow_up - scorecards.previous_follow_up') }} as trend_follow_up,
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
        prior_scores.touchpoint_ease,
        prior_scores.touchpoint_flexible,
        prior_scores.touchpoint_minimize,
        prior_scores.touchpoint_readiness,
        prior_scores.touchpoint_empathy,
        prior_scores.touchpoint_information,
        prior_scores.touchpoint_follow_up,
        prior_scores.prior_wave_id,
        prior_scores.prior_pe_index_raw,
        prior_scores.prior_pe_index_n,
        prior_scores.prior_pe_index_shrunk,
        prior_scores.prior_pe_index_reliability,
        {{ published("""
            (
                coalesce(prior_scores.prior_needed_care_shrunk, prior_scores.prior_quick_care_shrunk)
                + coalesce(prior_scores.prior_quick_care_shrunk, prior_scores.prior_needed_care_shrunk)
            ) / 2
        """) }} as prior_access_shrunk,
        prior_scores.prior_needed_care_shrunk,
        prior_scores.prior_quick_care_shrunk,
        prior_scores.prior_communication_shrunk,
        prior_scores.prior_coordination_shrunk,
        prior_scores.prior_rating_shrunk,
        coalesce(earlier_waves.n_prior_waves, 0) as n_prior_waves,
        earlier_waves.prior_pe_index_mean
    from scorecards
    inner join {{ ref('int_as_of') }} as as_of_dates
        on scorecards.as_of_date = as_of_dates.as_of_date
    inner join {{ ref('int_practice') }} as practices
        on
            scorecards.as_of_date = practices.as_of_date
            and scorecards.practice_id = practices.practice_id
    left join prior_scores
        on
            scorecards.as_of_date = prior_scores.as_of_date
            and scorecards.practice_id = prior_scores.practice_id
    left join earlier_waves
        on
            scorecards.as_of_date = earlier_waves.as_of_date
            and scorecards.practice_id = earlier_waves.practice_id
)

select * from features
