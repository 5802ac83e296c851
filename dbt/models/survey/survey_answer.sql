with run as (
    select as_of_date
    from {{ ref('int_as_of') }}
    where is_run_as_of
),

known as (
    select
        responses.response_id,
        responses.instrument,
        responses.wave_id,
        responses.response_month,
        responses.practice_id,
        {{ plan_lob('responses.lob') }} as lob,
        responses.item_id,
        cast(responses.response_code as double) as code,
        coalesce(responses.response_weight, 1) as weight,
        responses.age_band,
        responses.education_band,
        responses.general_health,
        responses.mental_health,
        responses.proxy_flag
    from {{ ref('stg_survey_responses') }} as responses
    inner join run
        on {{ known_at('responses', 'run.as_of_date') }}
    -- A wave that is still in the field has no results yet.
    inner join {{ ref('ref_survey_wave') }} as waves
        on
            responses.wave_id = waves.wave_id
            and run.as_of_date >= waves.results_on
    where
        responses.response_code is not null
        and responses.nonresponse_reason is null
),

-- Codes off the scale ("don't know", typing errors) are no answers; nothing is imputed.
valid as (
    select
        known.*,
        scales.best_code,
        scales.topbox_strict_steps,
        scales.topbox_ncqa_steps,
        100 * abs(known.code - scales.worst_code) / abs(scales.best_code - scales.worst_code) as score
    from known
    inner join {{ ref('ref_survey_item') }} as items
        on known.item_id = items.item_id
    inner join {{ ref('ref_survey_scale') }} as scales
        on items.scale = scales.scale
    where
        known.code between least(scales.worst_code, scales.best_code) and greatest(scales.worst_code, scales.best_code)
        and known.weight > 0
),

answers as (
    select
        response_id,
        instrument,
        wave_id,
        response_month,
        practice_id,
        lob,
        item_id,
        {{ published('score') }} as score,
        case when abs(best_code - code) <= topbox_strict_steps then 1 else 0 end as topbox_strict,
        case when abs(best_code - code) <= topbox_ncqa_steps then 1 else 0 end as topbox_ncqa,
        cast(weight as double) as weight,
        age_band,
        education_band,
        general_health,
        mental_health,
        proxy_flag
    from valid
)

select * from answers
