-- Received before it was ordered: one of the dates is late on paper, the lag is none.
with request as (
    select
        period.as_of_date,
        period.metric_id,
        request.person_key,
        request.practice_id,
        request.requesting_npi as npi,
        request.order_date,
        cast(request.received_datetime as date) as received_on
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_prior_authorizations') }} as request
        on
            {{ known_at('request', 'period.as_of_date') }}
            and cast(request.received_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'pa_submission_lag_days'
        and request.order_date is not null
),

attributed as (
    select
        request.as_of_date,
        request.metric_id,
        coalesce(request.practice_id, affiliation.practice_id) as practice_id,
        request.npi,
        request.person_key,
        enrolment.lob,
        request.received_on,
        greatest({{ business_days('request.order_date', 'request.received_on') }}, 0) as lag_days
    from request
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            request.as_of_date = affiliation.as_of_date
            and request.npi = affiliation.npi
            and request.received_on between affiliation.valid_from and affiliation.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            request.as_of_date = enrolment.as_of_date
            and request.person_key = enrolment.person_key
            and request.received_on between enrolment.valid_from and enrolment.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    received_on as observed_on,
    cast(lag_days as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from attributed
where practice_id is not null
