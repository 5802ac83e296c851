with versions as (

    {{ versions(
        source('feeds', 'prior_authorizations'),
        key=['pa_id'],
        own_date='received_datetime'
    ) }}

)

select
    pa_id,
    {{ person_key('person_id') }} as person_key,
    requesting_npi,
    practice_id,
    service_category,
    upper(procedure_codes) as procedure_codes,
    {{ ndc_11('ndc_code') }} as ndc_code,
    order_date,
    received_datetime,
    channel,
    urgency,
    request_type,
    pa_required_flag,
    admin_return_reason,
    additional_info_requested_datetime,
    additional_info_received_datetime,
    decision_datetime,
    upper(decision_code) as decision_code,
    denial_reason,
    extension_flag,
    appeal_outcome,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
