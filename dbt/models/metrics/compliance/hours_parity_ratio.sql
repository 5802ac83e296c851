-- A practice that takes part in Medicaid alone has nobody to favour: both sides are its own hours.
with attested as (
    select
        period.as_of_date,
        period.metric_id,
        attestation.attestation_id,
        attestation.npi,
        attestation.practice_id,
        attestation.verified_at,
        case
            when practice.lob_participation = 'medicaid'
                then coalesce(attestation.weekly_hours_all, attestation.weekly_hours_medicaid)
            else attestation.weekly_hours_medicaid
        end as plan_hours,
        case
            when practice.lob_participation = 'medicaid'
                then coalesce(attestation.weekly_hours_all, attestation.weekly_hours_medicaid)
            else coalesce(nullif(attestation.weekly_hours_commercial, 0), attestation.weekly_hours_all)
        end as other_hours
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_directory_attestations') }} as attestation
        on
            {{ known_at('attestation', 'period.as_of_date') }}
            and attestation.verified_at between period.period_start and period.period_end
    left join {{ ref('int_practice') }} as practice
        on
            period.as_of_date = practice.as_of_date
            and attestation.practice_id = practice.practice_id
    where
        period.metric_id = 'hours_parity_ratio'
        and attestation.outcome in ('confirmed', 'updated')
),

latest as (
    select
        as_of_date,
        metric_id,
        npi,
        practice_id,
        verified_at,
        plan_hours,
        other_hours,
        row_number() over (
            partition by as_of_date, npi, practice_id
            order by verified_at desc nulls last, attestation_id desc nulls last
        ) as recency
    from attested
    where
        plan_hours is not null
        and other_hours > 0
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    verified_at as observed_on,
    cast(plan_hours as double) as numerator,
    cast(other_hours as double) as denominator,
    false as excluded
from latest
where recency = 1
