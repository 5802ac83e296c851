-- Joined 90 days ago or less: too young to be held to the rule. Unlisted affiliations are no listings.
with listing as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_end,
        {{ add_days('period.period_end', '-' ~ var('directory_attestation_days')) }} as oldest_current_date,
        affiliation.npi,
        affiliation.practice_id,
        min(affiliation.start_date) as listed_since
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_affiliation') }} as affiliation
        on
            period.as_of_date = affiliation.as_of_date
            and period.period_end >= affiliation.start_date
            and (affiliation.end_date is null or period.period_end <= affiliation.end_date)
    where
        period.metric_id = 'directory_attestation_current'
        and coalesce(affiliation.listed_in_directory, 1) <> 0
    group by period.as_of_date, period.metric_id, period.period_end, affiliation.npi, affiliation.practice_id
),

attested as (
    select
        listing.as_of_date,
        listing.npi,
        listing.practice_id,
        max(attestation.verified_at) as verified_at
    from listing
    inner join {{ ref('stg_directory_attestations') }} as attestation
        on
            listing.npi = attestation.npi
            and listing.practice_id = attestation.practice_id
            and listing.period_end >= attestation.verified_at
            and {{ known_at('attestation', 'listing.as_of_date') }}
    where attestation.outcome in ('confirmed', 'updated')
    group by listing.as_of_date, listing.npi, listing.practice_id
)

select
    listing.as_of_date,
    listing.metric_id,
    listing.practice_id,
    listing.npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    listing.period_end as observed_on,
    cast(case when attested.verified_at >= listing.oldest_current_date then 1 else 0 end as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from listing
left join attested
    on
        listing.as_of_date = attested.as_of_date
        and listing.npi = attested.npi
        and listing.practice_id = attested.practice_id
where listing.listed_since < listing.oldest_current_date
