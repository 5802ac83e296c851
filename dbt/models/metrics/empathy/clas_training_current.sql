{%- set training_months, joining_days = 24, 90 -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'clas_training_current'
),

active_affiliation as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_end,
        affiliation.npi,
        affiliation.practice_id,
        affiliation.start_date,
        affiliation.pcp_flag
    from period
    inner join {{ ref('int_affiliation') }} as affiliation
        on
            period.as_of_date = affiliation.as_of_date
            and period.period_end >= affiliation.start_date
            and (affiliation.end_date is null or period.period_end <= affiliation.end_date)
),

-- Generic nurse practitioner and physician assistant codes are PCPs where any affiliation of the day says so.
flagged_pcp as (
    select distinct
        as_of_date,
        npi
    from active_affiliation
    where pcp_flag = 1
),

clinician as (
    select
        affiliation.as_of_date,
        affiliation.metric_id,
        affiliation.period_end,
        affiliation.practice_id,
        affiliation.npi,
        provider.clas_training_date,
        min(affiliation.start_date) as joined_on
    from active_affiliation as affiliation
    inner join {{ ref('int_provider') }} as provider
        on
            affiliation.as_of_date = provider.as_of_date
            and affiliation.npi = provider.npi
    left join flagged_pcp
        on
            affiliation.as_of_date = flagged_pcp.as_of_date
            and affiliation.npi = flagged_pcp.npi
    where
        (provider.pcp_kind = 'pcp' or (provider.pcp_kind = 'pcp_generic' and flagged_pcp.npi is not null))
        and coalesce(provider.network_start_date <= affiliation.period_end, true)
        -- A status tells today's state: whoever left later than the period was active in it.
        and (
            provider.network_end_date >= affiliation.period_end
            or (
                provider.network_end_date is null
                and coalesce(provider.network_status, 'active') not in ('pending', 'termed', 'sanctioned')
            )
        )
    group by
        affiliation.as_of_date,
        affiliation.metric_id,
        affiliation.period_end,
        affiliation.practice_id,
        affiliation.npi,
        provider.clas_training_date
),

judged as (
    select
        as_of_date,
        metric_id,
        period_end,
        practice_id,
        npi,
        coalesce(
            clas_training_date between {{ add_months('period_end', -training_months) }} and period_end, false
        ) as is_met,
        {{ days_between('joined_on', 'period_end') }} < {{ joining_days }} as is_excluded
    from clinician
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    period_end as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
