-- The final call of each audit case. Some waves flag two calls of a case as final: the later one stands.
with call as (
    select
        spine.as_of_date,
        audit.audit_id,
        audit.wave_id,
        audit.audit_type,
        audit.service_type,
        audit.practice_id,
        audit.npi,
        audit.call_datetime,
        cast(audit.call_datetime as date) as call_date,
        audit.caller_payer,
        audit.disposition,
        audit.earliest_offered_date,
        audit.offered_modality,
        audit.offers_in_person,
        audit.after_hours_response_type,
        audit.emergency_instruction_flag,
        audit.callback_minutes,
        audit.verified_in_network,
        audit.verified_address,
        audit.verified_phone,
        audit.verified_accepting_new,
        audit.finding_reported_date,
        audit.directory_corrected_date,
        row_number() over (
            partition by spine.as_of_date, coalesce(audit.audit_case_id, audit.audit_id)
            order by audit.call_datetime desc nulls last, audit.audit_id desc nulls last
        ) as recency
    from {{ ref('int_as_of') }} as spine
    inner join {{ ref('stg_access_audits') }} as audit
        on {{ known_at('audit', 'spine.as_of_date') }}
    where audit.is_final_disposition = 1
)

select
    as_of_date,
    audit_id,
    wave_id,
    audit_type,
    service_type,
    practice_id,
    npi,
    call_datetime,
    call_date,
    caller_payer,
    case when caller_payer <> 'commercial' then {{ plan_lob('caller_payer') }} end as lob,
    disposition,
    coalesce(disposition = 'excluded_auditor_error', false) as is_auditor_error,
    earliest_offered_date,
    offered_modality,
    offers_in_person,
    after_hours_response_type,
    emergency_instruction_flag,
    callback_minutes,
    verified_in_network,
    verified_address,
    verified_phone,
    verified_accepting_new,
    finding_reported_date,
    directory_corrected_date
from call
where recency = 1
