with versions as (

    {{ versions(
        source('feeds', 'grievances'),
        key=['grievance_id'],
        own_date='received_date'
    ) }}

)

select
    grievance_id,
    record_type,
    {{ person_key('person_id') }} as person_key,
    received_date,
    category,
    subcategory,
    discrimination_flag,
    against_type,
    against_practice_id,
    against_npi,
    resolved_date,
    outcome,
    severity_level,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
