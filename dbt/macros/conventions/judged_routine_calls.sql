{#-
  A CTE chain that ends with `judged_call`: one row a practice, clinician, service and wave (the newest test call), and
  whether the date offered lies within `limits`: business days by the line of business the caller presented, where a
  caller without a limit of its own gets Medicaid's.
-#}
{%- macro judged_routine_calls(service_types, limits) -%}
call as (
    select
        period.as_of_date,
        period.metric_id,
        audit.audit_id,
        audit.practice_id,
        audit.npi,
        audit.lob,
        audit.caller_payer,
        audit.call_date,
        audit.disposition,
        audit.is_auditor_error,
        audit.earliest_offered_date,
        case audit.caller_payer
            {%- for payer in ['marketplace', 'commercial', 'medicare'] %}
            when '{{ payer }}' then {{ (limits[payer] or limits['medicaid']) | int }}
            {%- endfor %}
            else {{ limits['medicaid'] | int }}
        end as limit_days,
        coalesce(audit.offered_modality, 'in_person') = 'in_person'
        or coalesce(audit.offers_in_person = 1, false) as is_in_person_possible,
        row_number() over (
            partition by
                audit.as_of_date,
                audit.practice_id,
                audit.npi,
                audit.service_type,
                -- Calls that name no wave are not one wave.
                coalesce(audit.wave_id, audit.audit_id)
            order by audit.call_datetime desc nulls last, audit.audit_id desc nulls last
        ) as recency
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'appt_routine_within_standard'
        and audit.audit_type = 'appointment_availability'
        and audit.service_type in ('{{ service_types | join("', '") }}')
),

newest_call as (
    select
        as_of_date,
        metric_id,
        audit_id,
        practice_id,
        npi,
        lob,
        caller_payer,
        call_date,
        disposition,
        is_auditor_error,
        earliest_offered_date,
        limit_days,
        is_in_person_possible,
        {{ business_days('call_date', 'earliest_offered_date') }} as offered_business_days
    from call
    where recency = 1
),

-- What the directory said on the day of the call: has the clinician left, does the payer's member get in?
affiliation_at_call as (
    select
        call.as_of_date,
        call.audit_id,
        min(case when affiliation.end_date < call.call_date then 1 else 0 end) = 1 as has_left,
        max(
            case
                when affiliation.start_date > call.call_date or affiliation.end_date < call.call_date then null
                else
                    coalesce(
                        case call.caller_payer
                            when 'medicaid' then affiliation.accepting_new_medicaid
                            when 'marketplace' then affiliation.accepting_new_marketplace
                            when 'medicare' then affiliation.accepting_new_medicare
                        end,
                        affiliation.accepting_new_patients
                    )
            end
        ) as accepting_new
    from newest_call as call
    inner join {{ ref('int_affiliation') }} as affiliation
        on
            call.as_of_date = affiliation.as_of_date
            and call.npi = affiliation.npi
            and call.practice_id = affiliation.practice_id
    group by call.as_of_date, call.audit_id
),

attestation_before_call as (
    select
        call.as_of_date,
        call.audit_id,
        attestation.accepting_new_medicaid,
        row_number() over (
            partition by call.as_of_date, call.audit_id
            order by attestation.verified_at desc nulls last, attestation.attestation_id desc nulls last
        ) as recency
    from newest_call as call
    inner join {{ ref('stg_directory_attestations') }} as attestation
        on
            call.npi = attestation.npi
            and call.practice_id = attestation.practice_id
            and call.call_date >= attestation.verified_at
            and {{ known_at('attestation', 'call.as_of_date') }}
    where
        call.caller_payer = 'medicaid'
        and attestation.outcome in ('confirmed', 'updated')
),

judged_call as (
    select
        call.as_of_date,
        call.metric_id,
        call.practice_id,
        call.npi,
        call.lob,
        call.call_date,
        call.disposition in ('appointment_offered', 'referred_to_portal', 'records_or_referral_required')
        and call.earliest_offered_date >= call.call_date
        and call.offered_business_days <= call.limit_days
        and call.is_in_person_possible as is_met,
        call.is_auditor_error
        or coalesce(provider.network_end_date < call.call_date, false)
        or coalesce(affiliation_at_call.has_left, false)
        or coalesce(
            call.disposition = 'not_accepting_new'
            and coalesce(attestation.accepting_new_medicaid, affiliation_at_call.accepting_new) = 0,
            false
        ) as is_excluded
    from newest_call as call
    left join {{ ref('int_provider') }} as provider
        on
            call.as_of_date = provider.as_of_date
            and call.npi = provider.npi
    left join affiliation_at_call
        on
            call.as_of_date = affiliation_at_call.as_of_date
            and call.audit_id = affiliation_at_call.audit_id
    left join attestation_before_call as attestation
        on
            call.as_of_date = attestation.as_of_date
            and call.audit_id = attestation.audit_id
            and attestation.recency = 1
)
{%- endmacro -%}
