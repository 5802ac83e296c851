with versions as (

    {{ versions(
        source('feeds', 'access_audits'),
        key=['audit_id'],
        own_date='call_datetime'
    ) }}

)

select
    audit_id,
    audit_case_id,
    attempt_no,
    is_final_disposition,
    wave_id,
    vendor_independent_flag,
    audit_type,
    practice_id,
    npi,
    call_datetime,
    caller_payer,
    caller_profile,
    service_type,
    disposition,
    earliest_offered_date,
    offered_modality,
    offers_in_person,
    after_hours_response_type,
    emergency_instruction_flag,
    callback_minutes,
    language_option_flag,
    verified_in_network,
    verified_address,
    verified_phone,
    verified_accepting_new,
    verified_specialty,
    finding_reported_date,
    directory_corrected_date,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
