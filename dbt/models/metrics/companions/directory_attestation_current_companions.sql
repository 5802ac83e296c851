-- Changes that were reported in the period, and when the directory showed them.
with change as (
    select
        period.as_of_date,
        attestation.practice_id,
        attestation.npi,
        attestation.change_effective_date,
        attestation.change_reported_date,
        attestation.directory_published_date,
        {{ business_days('attestation.change_reported_date', 'attestation.directory_published_date') }}
        <= {{ var('directory_update_business_days') }} as is_in_federal_time,
        {{ business_days('attestation.change_reported_date', 'period.as_of_date') }}
        > {{ var('directory_update_business_days') }} as is_past_federal_time,
        {{ days_between('attestation.change_reported_date', 'attestation.directory_published_date') }}
        <= {{ var('medicaid_edirectory_update_days') }} as is_in_medicaid_time,
        {{ days_between('attestation.change_reported_date', 'period.as_of_date') }}
        > {{ var('medicaid_edirectory_update_days') }} as is_past_medicaid_time
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_directory_attestations') }} as attestation
        on
            {{ known_at('attestation', 'period.as_of_date') }}
            and attestation.change_reported_date between period.period_start and period.period_end
    where
        period.metric_id = 'directory_attestation_current'
        and attestation.practice_id is not null
),

companion as (
    select
        as_of_date,
        'directory_change_lag_days' as metric_id,
        practice_id,
        npi,
        change_reported_date,
        {{ days_between('change_effective_date', 'change_reported_date') }} as numerator
    from change
    where change_effective_date is not null
    union all
    select
        as_of_date,
        'directory_update_on_time_rate' as metric_id,
        practice_id,
        npi,
        change_reported_date,
        case when is_in_federal_time then 1 else 0 end as numerator
    from change
    -- Not published yet, and not late yet.
    where directory_published_date is not null or is_past_federal_time
    union all
    select
        as_of_date,
        'directory_update_30d_rate' as metric_id,
        practice_id,
        npi,
        change_reported_date,
        case when is_in_medicaid_time then 1 else 0 end as numerator
    from change
    where directory_published_date is not null or is_past_medicaid_time
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    change_reported_date as observed_on,
    cast(numerator as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from companion
