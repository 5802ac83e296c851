{#- The plan may extend a standard decision to 14 days. -#}
{%- set extended_days = 14 -%}

with request as (
    select
        period.as_of_date,
        request.person_key,
        coalesce(request.practice_id, affiliation.practice_id) as practice_id,
        request.requesting_npi as npi,
        enrolment.lob,
        cast(request.received_datetime as date) as received_on,
        request.service_category,
        case
            when request.urgency = 'expedited' and coalesce(request.extension_flag, 0) <> 1
                then request.received_datetime + interval '{{ var("pa_expedited_hours") }}' hour
        end as expedited_limit,
        {{ add_days(
            'request.received_datetime',
            'case when request.extension_flag = 1 then ' ~ extended_days ~ ' else ' ~ var('pa_standard_days') ~ ' end'
        ) }} as standard_limit_on,
        request.decision_datetime,
        {{ days_between('request.additional_info_requested_datetime', 'request.additional_info_received_datetime') }}
            as info_response_days
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_prior_authorizations') }} as request
        on
            {{ known_at('request', 'period.as_of_date') }}
            and cast(request.received_datetime as date) between period.period_start and period.period_end
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            period.as_of_date = affiliation.as_of_date
            and request.requesting_npi = affiliation.npi
            and cast(request.received_datetime as date) between affiliation.valid_from and affiliation.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            period.as_of_date = enrolment.as_of_date
            and request.person_key = enrolment.person_key
            and cast(request.received_datetime as date) between enrolment.valid_from and enrolment.valid_to
    where period.metric_id = 'pa_submission_lag_days'
),

companion as (
    select
        as_of_date,
        'pa_plan_decision_on_time_rate' as metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        received_on,
        case
            when decision_datetime <= expedited_limit then 1
            when expedited_limit is null and cast(decision_datetime as date) <= standard_limit_on then 1
            else 0
        end as numerator
    from request
    where
        coalesce(service_category, 'medical') <> 'drug'
        -- Not decided yet, and not late yet.
        and (decision_datetime is not null or coalesce(cast(expedited_limit as date), standard_limit_on) < as_of_date)
    union all
    select
        as_of_date,
        'pa_info_response_days' as metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        received_on,
        info_response_days as numerator
    from request
    where info_response_days >= 0
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    received_on as observed_on,
    cast(numerator as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from companion
where practice_id is not null
