with versions as (

    {{ versions(
        source('feeds', 'interpreter_requests'),
        key=['request_id'],
        own_date='coalesce(requested_datetime, scheduled_start_datetime)'
    ) }}

),

spellings as (

    {{ normalised_set('versions', 'language', 'language') }}

)

select
    versions.request_id,
    {{ person_key('versions.person_id') }} as person_key,
    versions.practice_id,
    versions.appointment_id,
    spellings.normalised as language,
    versions.modality,
    versions.requested_datetime,
    versions.scheduled_start_datetime,
    versions.actual_start_datetime,
    versions.status,
    versions.interpreter_qualified_flag,
    versions.vendor,
    versions.data_source,
    versions.file_name,
    versions.file_date,
    versions.ingest_datetime,
    versions.known_from,
    versions.known_until
from versions
left join spellings
    on versions.language = spellings.raw
