with versions as (

    {{ versions(
        source('feeds', 'lab_results'),
        key=['lab_result_id'],
        own_date='coalesce(result_datetime, collection_datetime)'
    ) }}

)

select
    lab_result_id,
    {{ person_key('person_id') }} as person_key,
    encounter_id,
    accession_number,
    source_order_code,
    source_order_description,
    source_component_code,
    upper(status) as status,
    result,
    result_datetime,
    collection_datetime,
    source_units,
    upper(source_abnormal_flag) as source_abnormal_flag,
    ordering_practitioner_id,
    result_type,
    order_datetime,
    action_required_flag,
    patient_notified_datetime,
    notify_method,
    patient_viewed_datetime,
    practice_id,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
