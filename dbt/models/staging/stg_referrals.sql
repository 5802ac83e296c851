with versions as (

    {{ versions(source('feeds', 'referrals'), key=['referral_id'], own_date='referral_date') }}

)

select
    referral_id,
    {{ person_key('person_id') }} as person_key,
    referring_npi,
    practice_id,
    referral_date,
    urgency,
    referred_to_npi,
    upper(referred_to_taxonomy) as referred_to_taxonomy,
    specialists_offered_count,
    {{ icd_code('reason_code') }} as reason_code,
    pa_required_flag,
    status,
    scheduled_visit_date,
    visit_date,
    consult_report_received_date,
    patient_contact_date,
    contact_outcome,
    patient_deferred_flag,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
