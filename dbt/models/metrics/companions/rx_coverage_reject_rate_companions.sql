{%- set request_business_days = 3 -%}

with rejected as (
    select
        fill.as_of_date,
        fill.practice_id,
        fill.npi,
        fill.person_key,
        fill.ndc_code,
        fill.dispensing_date as observed_on,
        {{ business_day_number('fill.dispensing_date') }} as rejected_day_number
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_first_fill') }} as fill
        on
            period.as_of_date = fill.as_of_date
            and period.period_start = fill.period_start
            and period.period_end = fill.period_end
    where
        period.metric_id = 'rx_coverage_reject_rate'
        and fill.claim_status = 'rejected'
        and '75' in (fill.reject_code_1, fill.reject_code_2, fill.reject_code_3)
),

requested as (
    select distinct
        rejected.as_of_date,
        rejected.person_key,
        rejected.ndc_code,
        rejected.observed_on
    from rejected
    inner join {{ ref('stg_prior_authorizations') }} as request
        on
            rejected.person_key = request.person_key
            and rejected.ndc_code = request.ndc_code
            and cast(request.received_datetime as date) >= rejected.observed_on
            and {{ known_at('request', 'rejected.as_of_date') }}
    where
        {{ business_day_number('request.received_datetime') }} - rejected.rejected_day_number
        <= {{ request_business_days }}
),

companion as (
    select
        rejected.as_of_date,
        'rx_pa_not_sent_3bd' as metric_id,
        rejected.practice_id,
        rejected.npi,
        rejected.person_key,
        enrolment.lob,
        rejected.observed_on,
        case when requested.person_key is null then 1 else 0 end as numerator,
        1 as denominator
    from rejected
    left join requested
        on
            rejected.as_of_date = requested.as_of_date
            and rejected.person_key = requested.person_key
            and rejected.ndc_code = requested.ndc_code
            and rejected.observed_on = requested.observed_on
    left join {{ ref('int_enrolment') }} as enrolment
        on
            rejected.as_of_date = enrolment.as_of_date
            and rejected.person_key = enrolment.person_key
            and rejected.observed_on between enrolment.valid_from and enrolment.valid_to
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
