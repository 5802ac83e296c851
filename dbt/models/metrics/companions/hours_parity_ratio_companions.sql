{#- Calls about one clinician within a week are a pair. -#}
{%- set pair_days = 7 -%}

with call as (
    select
        period.as_of_date,
        audit.audit_id,
        audit.practice_id,
        audit.npi,
        audit.service_type,
        audit.caller_payer,
        audit.call_date,
        {{ business_days('audit.call_date', 'audit.earliest_offered_date') }} as offered_days
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'hours_parity_ratio'
        and audit.audit_type = 'appointment_availability'
        and audit.earliest_offered_date is not null
        and not audit.is_auditor_error
)

select
    medicaid.as_of_date,
    'hours_parity_offer_gap_days' as metric_id,
    medicaid.practice_id,
    medicaid.npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    medicaid.call_date as observed_on,
    cast(medicaid.offered_days - commercial.offered_days as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from call as medicaid
inner join call as commercial
    on
        medicaid.as_of_date = commercial.as_of_date
        and medicaid.practice_id = commercial.practice_id
        and medicaid.npi = commercial.npi
        and medicaid.service_type = commercial.service_type
        and abs({{ days_between('medicaid.call_date', 'commercial.call_date') }}) <= {{ pair_days }}
where
    medicaid.caller_payer = 'medicaid'
    and commercial.caller_payer = 'commercial'
