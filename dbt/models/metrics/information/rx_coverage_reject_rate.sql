with fill as (
    select
        period.metric_id,
        fill.*
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_first_fill') }} as fill
        on
            period.as_of_date = fill.as_of_date
            and period.period_start = fill.period_start
            and period.period_end = fill.period_end
    where period.metric_id = 'rx_coverage_reject_rate'
),

-- An extract of paid claims only cannot tell: then there is no observation, rather than a rate of 0.
reports_rejects as (
    select distinct period.as_of_date
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_pharmacy_claims') }} as claim
        on
            claim.claim_status = 'rejected'
            and claim.dispensing_date between period.period_start and period.period_end
            and {{ known_at('claim', 'period.as_of_date') }}
    where period.metric_id = 'rx_coverage_reject_rate'
),

rejected as (
    select
        fill.as_of_date,
        fill.claim_id,
        fill.claim_line_number,
        max(case when reject.code_set = 'CS_RX_COVERAGE_REJECT' then 1 else 0 end) as is_for_coverage,
        max(case when reject.code_set = 'CS_RX_REJECT_EXCLUSION' then 1 else 0 end) as is_out_of_scope
    from fill
    inner join {{ ref('ref_code_sets') }} as reject
        on
            reject.code_set in ('CS_RX_COVERAGE_REJECT', 'CS_RX_REJECT_EXCLUSION')
            and reject.code in (fill.reject_code_1, fill.reject_code_2, fill.reject_code_3)
    where fill.claim_status = 'rejected'
    group by fill.as_of_date, fill.claim_id, fill.claim_line_number
),

paid_the_same_day as (
    select distinct
        fill.as_of_date,
        fill.claim_id,
        fill.claim_line_number
    from fill
    inner join {{ ref('stg_pharmacy_claims') }} as paid
        on
            fill.person_key = paid.person_key
            and fill.ndc_code = paid.ndc_code
            and fill.dispensing_date = paid.dispensing_date
            and coalesce(paid.claim_status, 'paid') = 'paid'
            and coalesce(paid.quantity, 0) >= 0
            and {{ known_at('paid', 'fill.as_of_date') }}
),

judged as (
    select
        fill.as_of_date,
        fill.metric_id,
        fill.practice_id,
        fill.npi,
        fill.person_key,
        span.lob,
        fill.dispensing_date,
        coalesce(rejected.is_for_coverage, 0) = 1 and paid_the_same_day.claim_id is null as is_rejected,
        coalesce(rejected.is_out_of_scope, 0) = 1 as is_excluded
    from fill
    inner join reports_rejects
        on fill.as_of_date = reports_rejects.as_of_date
    left join rejected
        on
            fill.as_of_date = rejected.as_of_date
            and fill.claim_id = rejected.claim_id
            and fill.claim_line_number = rejected.claim_line_number
    left join paid_the_same_day
        on
            fill.as_of_date = paid_the_same_day.as_of_date
            and fill.claim_id = paid_the_same_day.claim_id
            and fill.claim_line_number = paid_the_same_day.claim_line_number
    left join {{ ref('int_enrolment') }} as span
        on
            fill.as_of_date = span.as_of_date
            and fill.person_key = span.person_key
            and fill.dispensing_date between span.valid_from and span.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    dispensing_date as observed_on,
    cast(case when is_rejected and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
