with versions as (

    {{ versions(
        source('feeds', 'immunizations'),
        key=['immunization_id'],
        own_date='occurrence_date'
    ) }}

)

select
    immunization_id,
    {{ person_key('person_id') }} as person_key,
    upper(source_code) as source_code,
    occurrence_date,
    status,
    location_id,
    practitioner_id,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
