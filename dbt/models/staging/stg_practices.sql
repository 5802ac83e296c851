with versions as (

    {{ versions(
        source('feeds', 'practices'),
        key=['practice_id'],
        own_date='active_start_date'
    ) }}

)

select
    practice_id,
    practice_name,
    organization_npi,
    tin_hash,
    practice_type,
    address,
    city,
    upper(state) as state,
    left(zip_code, 5) as zip_code,
    county_fips,
    time_zone,
    phone,
    website_url,
    digital_contact,
    hours_json,
    scheduling_channels,
    lob_participation,
    accessibility_office,
    accessibility_exam_room,
    accessibility_equipment,
    telehealth_offered,
    active_start_date,
    active_end_date,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
