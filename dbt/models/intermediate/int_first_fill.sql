-- The prescription metrics look at one period: it is worked out once.
with period as (
    select distinct
        as_of_date,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id in ('formulary_adherence_rate', 'rx_coverage_reject_rate')
),

fill as (
    select
        period.as_of_date,
        period.period_start,
        period.period_end,
        fill.person_key,
        fill.prescribing_provider_npi as npi,
        fill.claim_id,
        fill.claim_line_number,
        fill.plan,
        fill.ndc_code,
        fill.dispensing_date,
        coalesce(fill.claim_status, 'paid') as claim_status,
        fill.reject_code_1,
        fill.reject_code_2,
        fill.reject_code_3,
        fill.formulary_status,
        row_number() over (
            partition by
                period.as_of_date,
                period.period_end,
                fill.person_key,
                coalesce(fill.ingredient_rxcui, fill.ndc_code),
                fill.prescribing_provider_npi
            order by
                fill.dispensing_date asc nulls last,
                fill.claim_id asc nulls last,
                fill.claim_line_number asc nulls last,
                fill.data_source asc nulls last
        ) as fill_order
    from period
    inner join {{ ref('stg_pharmacy_claims') }} as fill
        on
            fill.fill_number = 0
            and fill.dispensing_date between period.period_start and period.period_end
            and coalesce(fill.claim_status, 'paid') <> 'reversed'
            -- A negative quantity is a reversal written as a row of its own.
            and coalesce(fill.quantity, 0) >= 0
            and {{ known_at('fill', 'period.as_of_date') }}
)

select
    fill.as_of_date,
    fill.period_start,
    fill.period_end,
    affiliation.practice_id,
    fill.npi,
    fill.person_key,
    fill.claim_id,
    fill.claim_line_number,
    fill.plan,
    fill.ndc_code,
    fill.dispensing_date,
    fill.claim_status,
    fill.reject_code_1,
    fill.reject_code_2,
    fill.reject_code_3,
    fill.formulary_status
from fill
inner join {{ ref('int_npi_practice') }} as affiliation
    on
        fill.as_of_date = affiliation.as_of_date
        and fill.npi = affiliation.npi
        and fill.dispensing_date between affiliation.valid_from and affiliation.valid_to
where fill.fill_order = 1
