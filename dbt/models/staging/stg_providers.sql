with versions as (

    {{ versions(source('feeds', 'providers'), key=['npi'], own_date='network_start_date') }}

),

spellings as (

    {{ normalised_set('versions', 'languages', 'language') }}

)

select
    versions.npi,
    versions.first_name,
    versions.last_name,
    upper(versions.primary_taxonomy_code) as primary_taxonomy_code,
    upper(versions.secondary_taxonomy_codes) as secondary_taxonomy_codes,
    versions.specialty,
    versions.sub_specialty,
    versions.entity_type,
    spellings.normalised as languages,
    versions.clas_training_date,
    versions.network_status,
    versions.network_start_date,
    versions.network_end_date,
    versions.data_source,
    versions.file_name,
    versions.file_date,
    versions.ingest_datetime,
    versions.known_from,
    versions.known_until
from versions
left join spellings
    on versions.languages = spellings.raw
