{%- set elements = {
    'directory_network_accuracy_rate': 'verified_in_network',
    'directory_address_accuracy_rate': 'verified_address',
    'directory_phone_accuracy_rate': 'verified_phone',
    'directory_accepting_accuracy_rate': 'verified_accepting_new'
} -%}

with call as (
    select
        period.as_of_date,
        audit.audit_id,
        audit.practice_id,
        audit.npi,
        audit.lob,
        audit.call_date as observed_on,
        {%- for element in elements.values() %}
            audit.{{ element }},
        {%- endfor %}
        period.metric_id
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'directory_accuracy_rate'
        and audit.audit_type = 'directory_verification'
        and not audit.is_auditor_error
),

-- The first change published after a call that found something wrong. What was never put right has no days.
corrected as (
    select
        call.as_of_date,
        call.audit_id,
        min(attestation.directory_published_date) as published_on
    from call
    inner join {{ ref('stg_directory_attestations') }} as attestation
        on
            call.practice_id = attestation.practice_id
            and call.npi = attestation.npi
            and attestation.outcome = 'updated'
            and attestation.directory_published_date between call.observed_on and call.as_of_date
            and {{ known_at('attestation', 'call.as_of_date') }}
    where 0 in ({{ elements.values() | map('replace', 'verified_', 'call.verified_') | join(', ') }})
    group by call.as_of_date, call.audit_id
),

companion as (
    {%- for companion_id, element in elements.items() %}
        select
            as_of_date,
            '{{ companion_id }}' as metric_id,
            practice_id,
            npi,
            cast(null as string) as person_key,
            lob,
            observed_on,
            case when {{ element }} = 1 then 1 else 0 end as numerator,
            1 as denominator
        from call
        union all
    {%- endfor %}
    select
        call.as_of_date,
        'directory_error_fix_days' as metric_id,
        call.practice_id,
        call.npi,
        cast(null as string) as person_key,
        call.lob,
        call.observed_on,
        {{ days_between('call.observed_on', 'corrected.published_on') }} as numerator,
        1 as denominator
    from call
    inner join corrected
        on
            call.as_of_date = corrected.as_of_date
            and call.audit_id = corrected.audit_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    false as excluded
from companion
