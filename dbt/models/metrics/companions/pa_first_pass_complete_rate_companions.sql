with measured as (
    select
        period.as_of_date,
        coalesce(request.practice_id, affiliation.practice_id) as practice_id,
        request.requesting_npi as npi,
        request.person_key,
        enrolment.lob,
        cast(request.received_datetime as date) as observed_on,
        request.pa_required_flag,
        request.channel,
        request.decision_code,
        request.denial_reason
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
    where
        period.metric_id = 'pa_first_pass_complete_rate'
        and request.request_type in ('initial', 'extension')
),

companion as (
    select
        measured.as_of_date,
        'pa_unneeded_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.pa_required_flag = 0 then 1 else 0 end as numerator,
        1 as denominator
    from measured
    where
        measured.practice_id is not null
        and measured.pa_required_flag is not null
    union all
    select
        measured.as_of_date,
        'pa_electronic_share' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.channel in ('portal', 'x12_278', 'fhir') then 1 else 0 end as numerator,
        1 as denominator
    from measured
    where
        measured.practice_id is not null
        and measured.channel is not null
    union all
    select
        measured.as_of_date,
        'pa_denied_for_documentation_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case
            when measured.decision_code = 'A3' and measured.denial_reason = 'no_documentation' then 1
            else 0
        end as numerator,
        1 as denominator
    from measured
    where
        measured.practice_id is not null
        and measured.decision_code in ('A1', 'A2', 'A3', 'A6')
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
