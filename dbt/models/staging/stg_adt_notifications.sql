with versions as (

    {{ versions(
        source('feeds', 'adt_notifications'),
        key=['notification_id'],
        own_date='coalesce(notified_datetime, event_datetime)'
    ) }}

)

select
    notification_id,
    {{ person_key('person_id') }} as person_key,
    facility_npi,
    upper(event_type_code) as event_type_code,
    upper(patient_class) as patient_class,
    event_datetime,
    admit_datetime,
    discharge_datetime,
    {{ padded_code('discharge_disposition_code', 2) }} as discharge_disposition_code,
    practice_id,
    notified_datetime,
    delivery_status,
    record_requested_datetime,
    record_received_datetime,
    record_type,
    shared_ehr_flag,
    source,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
