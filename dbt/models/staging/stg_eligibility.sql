with versions as (

    {{ versions(
        source('feeds', 'eligibility'),
        key=['person_id', 'member_id', 'enrollment_start_date', 'plan'],
        own_date='enrollment_start_date'
    ) }}

)

select
    {{ person_key('person_id') }} as person_key,
    enrollment_start_date,
    enrollment_end_date,
    payer,
    payer_type,
    plan,
    lob,
    dual_status_code,
    enrollment_status,
    hospice_flag,
    institutional_snp_flag,
    long_term_institutional_flag,
    group_id,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
