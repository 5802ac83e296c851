with versions as (

    {{ versions(
        source('feeds', 'pcp_assignments'),
        key=['assignment_id'],
        own_date='assignment_start_date'
    ) }}

)

select
    assignment_id,
    {{ person_key('person_id') }} as person_key,
    practice_id,
    npi,
    assignment_start_date,
    assignment_end_date,
    assignment_method,
    change_type,
    change_initiator,
    reason_code,
    dismissal_notice_date,
    emergency_coverage_end_date,
    safety_exception_flag,
    change_request_channel,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
