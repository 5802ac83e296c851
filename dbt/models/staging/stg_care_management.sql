with versions as (

    {{ versions(
        source('feeds', 'care_management'),
        key=['cm_id'],
        own_date='coalesce(referral_date, opened_date, intervention_date)'
    ) }}

)

select
    cm_id,
    {{ person_key('person_id') }} as person_key,
    program,
    referral_date,
    referral_source,
    referring_practice_id,
    status,
    opened_date,
    closed_date,
    closed_reason,
    care_plan_date,
    pcp_reviewed_date,
    {{ icd_code('barrier_codes') }} as barrier_codes,
    need_category,
    intervention_date,
    intervention_type,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
