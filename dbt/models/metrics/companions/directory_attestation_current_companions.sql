select
    period.as_of_date,
    'directory_change_lag_days' as metric_id,
    attestation.practice_id,
    attestation.npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    attestation.change_reported_date as observed_on,
    cast(
        {{ days_between('attestation.change_effective_date', 'attestation.change_reported_date') }} as double
    ) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from {{ ref('int_metric_period') }} as period
inner join {{ ref('stg_directory_attestations') }} as attestation
    on
        {{ known_at('attestation', 'period.as_of_date') }}
        and attestation.change_reported_date between period.period_start and period.period_end
where
    period.metric_id = 'directory_attestation_current'
    and attestation.change_effective_date is not null
    and attestation.practice_id is not null
