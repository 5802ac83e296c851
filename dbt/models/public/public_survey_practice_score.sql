{{ config(alias='survey_practice_score') }}

-- A part (an instrument, a line of business) is shown when it and the rest of the answers both have enough respondents;
-- otherwise the rest could be worked out from the part and the whole.
with scores as (
    select *
    from {{ ref('survey_practice_score') }}
),

with_whole as (
    select
        scores.*,
        pooled.n as n_pooled,
        all_lobs.n as n_all_lobs
    from scores
    left join scores as pooled
        on
            scores.practice_id = pooled.practice_id
            and scores.wave_id = pooled.wave_id
            and scores.composite = pooled.composite
            and scores.lob = pooled.lob
            and pooled.instrument = 'pooled'
    left join scores as all_lobs
        on
            scores.practice_id = all_lobs.practice_id
            and scores.wave_id = all_lobs.wave_id
            and scores.composite = all_lobs.composite
            and scores.instrument = all_lobs.instrument
            and all_lobs.lob = 'all'
),

judged as (
    select
        *,
        n >= {{ var('survey_display_n') }}
        and (coalesce(n_pooled, n) = n or n_pooled - n >= {{ var('survey_display_n') }})
        and (coalesce(n_all_lobs, n) = n or n_all_lobs - n >= {{ var('survey_display_n') }}) as is_shown
    from with_whole
),

masked as (
    select
        practice_id,
        wave_id,
        results_on,
        instrument,
        lob,
        composite,
        case when is_shown then round(score_raw, 1) end as score_raw,
        case when is_shown then round(topbox_strict, 2) end as topbox_strict,
        case when is_shown then round(topbox_ncqa, 2) end as topbox_ncqa,
        {{ respondents_band('n') }} as n_band,
        case when is_shown then round(reliability, 2) end as reliability,
        case when is_shown then round(score_shrunk, 1) end as score_shrunk,
        case when is_shown then display_state else 'directional' end as display_state
    from judged
)

select * from masked
