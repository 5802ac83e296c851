{#- Withdrawn so soon, nobody looked at it. -#}
{%- set withdrawn_within_business_days = 1 -%}

with request as (
    select
        period.as_of_date,
        period.metric_id,
        request.person_key,
        request.practice_id,
        request.requesting_npi as npi,
        cast(request.received_datetime as date) as received_on,
        cast(request.decision_datetime as date) as decided_on,
        coalesce(request.decision_code = 'C', false) as is_cancelled,
        coalesce(request.pa_required_flag = 0, false) as is_unneeded,
        request.additional_info_requested_datetime is null and request.admin_return_reason is null as is_met
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_prior_authorizations') }} as request
        on
            {{ known_at('request', 'period.as_of_date') }}
            and cast(request.received_datetime as date) between period.period_start and period.period_end
    where
        period.metric_id = 'pa_first_pass_complete_rate'
        and request.request_type in ('initial', 'extension')
),

judged as (
    select
        request.as_of_date,
        request.metric_id,
        coalesce(request.practice_id, affiliation.practice_id) as practice_id,
        request.npi,
        request.person_key,
        enrolment.lob,
        request.received_on,
        request.is_met,
        request.is_unneeded
        or (
            request.is_cancelled
            and coalesce(
                {{ business_days('request.received_on', 'request.decided_on') }}
                <= {{ withdrawn_within_business_days }},
                false
            )
        ) as is_excluded
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
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
where practice_id is not null
