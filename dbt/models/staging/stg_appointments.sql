with versions as (

    {{ versions(
        source('feeds', 'appointments'),
        key=['appointment_id'],
        own_date='least(start_datetime, created_datetime)'
    ) }}

)

select
    appointment_id,
    {{ person_key('person_id') }} as person_key,
    encounter_id,
    start_datetime,
    end_datetime,
    duration,
    location_id,
    practitioner_id,
    type_code,
    type_description,
    status_code,
    requested_datetime,
    created_datetime,
    first_offered_datetime,
    booking_channel,
    booking_source,
    visit_reason_class,
    modality,
    checkin_datetime,
    roomed_datetime,
    provider_seen_datetime,
    checkout_datetime,
    cancel_datetime,
    cancellation_initiator,
    refusal_reason,
    reminder_sent_flag,
    confirmation_channels,
    lob,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
