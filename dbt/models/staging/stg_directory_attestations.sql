with versions as (

    {{ versions(
        source('feeds', 'directory_attestations'),
        key=['attestation_id'],
        own_date='verified_at'
    ) }}

),

spellings as (

    {{ normalised_set('versions', 'languages', 'language') }}

)

select
    versions.attestation_id,
    versions.npi,
    versions.practice_id,
    versions.verified_at,
    versions.method,
    versions.outcome,
    versions.changed_fields,
    versions.change_effective_date,
    versions.change_reported_date,
    versions.directory_published_date,
    versions.weekly_hours_medicaid,
    versions.weekly_hours_commercial,
    versions.weekly_hours_all,
    versions.accepting_new_medicaid,
    spellings.normalised as languages,
    versions.cultural_competence_training,
    versions.attested_by_role,
    versions.data_source,
    versions.file_name,
    versions.file_date,
    versions.ingest_datetime,
    versions.known_from,
    versions.known_until
from versions
left join spellings
    on versions.languages = spellings.raw
