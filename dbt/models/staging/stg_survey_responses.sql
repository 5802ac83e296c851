{{ config(schema='survey') }}

with versions as (

    {{ versions(
        source('feeds', 'survey_responses'),
        key=['response_id', 'item_id'],
        own_date='response_month'
    ) }}

),

-- Adjusters of a handful of respondents could tell who they are.
respondents as (

    select
        practice_id,
        wave_id,
        count(distinct response_id) >= {{ var('survey_internal_n') }} as is_large_enough
    from versions
    where known_until is null
    group by practice_id, wave_id

)

select
    version.response_id,
    version.instrument,
    version.wave_id,
    version.response_month,
    version.practice_id,
    version.lob,
    version.item_id,
    version.response_code,
    version.nonresponse_reason,
    version.mode,
    version.survey_language,
    version.age_band,
    case when respondents.is_large_enough then version.education_band end as education_band,
    case when respondents.is_large_enough then version.general_health end as general_health,
    case when respondents.is_large_enough then version.mental_health end as mental_health,
    case when respondents.is_large_enough then version.proxy_flag end as proxy_flag,
    version.response_weight,
    version.data_source,
    version.file_name,
    version.file_date,
    version.ingest_datetime,
    version.known_from,
    version.known_until
from versions as version
left join respondents
    on
        version.practice_id = respondents.practice_id
        and version.wave_id = respondents.wave_id
