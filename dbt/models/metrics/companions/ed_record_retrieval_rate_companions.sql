{%- set told_at = 'coalesce(notice.notified_datetime, notice.event_datetime)' -%}

-- The visits that the parent counts: a person, a practice and the day of the first notice.
with measured as (
    select
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        max(
            case
                when
                    {{ business_days(told_at, 'notice.record_requested_datetime') }}
                    between 0 and {{ var('record_request_business_days') }} then 1
                else 0
            end
        ) as is_requested,
        min(cast(notice.record_received_datetime as date)) as received_on
    from {{ ref('ed_record_retrieval_rate') }} as parent
    inner join {{ ref('stg_adt_notifications') }} as notice
        on
            parent.person_key = notice.person_key
            and parent.practice_id = notice.practice_id
            and parent.observed_on = cast(notice.event_datetime as date)
            and notice.patient_class in ('E', 'U')
            and notice.delivery_status = 'delivered'
            and {{ known_at('notice', 'parent.as_of_date') }}
    where not parent.excluded
    group by
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on
),

followup as (
    select
        measured.as_of_date,
        measured.practice_id,
        measured.person_key,
        measured.observed_on,
        min(service.service_date) as seen_on
    from measured
    inner join {{ ref('int_visit_service') }} as service
        on
            measured.as_of_date = service.as_of_date
            and measured.person_key = service.person_key
            and measured.observed_on < service.service_date
            and service.is_pcp_visit
    group by measured.as_of_date, measured.practice_id, measured.person_key, measured.observed_on
),

companion as (
    select
        measured.as_of_date,
        'record_requested_3bd_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        measured.is_requested as numerator,
        1 as denominator
    from measured
    union all
    select
        measured.as_of_date,
        'record_before_followup_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.received_on < followup.seen_on then 1 else 0 end as numerator,
        1 as denominator
    from measured
    inner join followup
        on
            measured.as_of_date = followup.as_of_date
            and measured.practice_id = followup.practice_id
            and measured.person_key = followup.person_key
            and measured.observed_on = followup.observed_on
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
