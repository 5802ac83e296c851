{%- set elements = {
    'directory_network_accuracy_rate': 'verified_in_network',
    'directory_address_accuracy_rate': 'verified_address',
    'directory_phone_accuracy_rate': 'verified_phone',
    'directory_accepting_accuracy_rate': 'verified_accepting_new'
} -%}

with call as (
    select
        period.as_of_date,
        audit.practice_id,
        audit.npi,
        audit.lob,
        audit.call_date as observed_on,
        audit.verified_in_network,
        audit.verified_address,
        -- Whoever cannot be reached is listed with the wrong telephone; of the rest such a call says nothing.
        coalesce(audit.verified_phone, 0) as verified_phone,
        audit.verified_accepting_new,
        coalesce(audit.finding_reported_date, audit.call_date) as found_on,
        audit.directory_corrected_date as corrected_on
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'directory_accuracy_rate'
        and not audit.is_auditor_error
        and {{ checks_the_listing('audit') }}
),

companion as (
    {%- for companion_id, element in elements.items() %}
        select
            as_of_date,
            '{{ companion_id }}' as metric_id,
            practice_id,
            npi,
            lob,
            observed_on,
            {{ element }} as numerator
        from call
        where {{ element }} is not null
        union all
    {%- endfor %}
    -- What was never put right has no days.
    select
        as_of_date,
        'directory_error_fix_days' as metric_id,
        practice_id,
        npi,
        lob,
        observed_on,
        {{ days_between('found_on', 'corrected_on') }} as numerator
    from call
    where corrected_on between found_on and as_of_date
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    lob,
    observed_on,
    cast(numerator as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from companion
