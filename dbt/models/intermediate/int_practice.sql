select
    as_of.as_of_date,
    practice.practice_id,
    practice.practice_name,
    practice.organization_npi,
    practice.tin_hash,
    practice.practice_type,
    practice.address,
    practice.city,
    practice.state,
    practice.zip_code,
    practice.county_fips,
    practice.time_zone,
    practice.phone,
    practice.website_url,
    practice.digital_contact,
    practice.hours_json,
    practice.scheduling_channels,
    practice.lob_participation,
    practice.accessibility_office,
    practice.accessibility_exam_room,
    practice.accessibility_equipment,
    practice.telehealth_offered,
    practice.active_start_date,
    practice.active_end_date,
    coalesce(practice.active_start_date <= as_of.as_of_date, true)
    and coalesce(practice.active_end_date >= as_of.as_of_date, true) as is_active
from {{ ref('stg_practices') }} as practice
inner join {{ ref('int_as_of') }} as as_of
    on {{ known_at('practice', 'as_of.as_of_date') }}
