with versions as (

    {{ versions(
        source('feeds', 'screenings'),
        key=['screening_id'],
        own_date='screening_date'
    ) }}

),

spellings as (

    {{ normalised_set('versions', 'instrument', 'screening_instrument') }}

)

select
    versions.screening_id,
    {{ person_key('versions.person_id') }} as person_key,
    versions.practice_id,
    versions.source,
    versions.screening_date,
    spellings.normalised as instrument,
    versions.domain,
    versions.status,
    versions.result,
    versions.score,
    versions.risk_level,
    {{ icd_code('versions.z_codes') }} as z_codes,
    versions.data_source,
    versions.file_name,
    versions.file_date,
    versions.ingest_datetime,
    versions.known_from,
    versions.known_until
from versions
left join spellings
    on versions.instrument = spellings.raw
