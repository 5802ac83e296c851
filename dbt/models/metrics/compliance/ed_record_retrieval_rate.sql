{%- set told_at = 'coalesce(notice.notified_datetime, notice.event_datetime)' -%}

with notice as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_start,
        period.mature_end,
        notice.notification_id,
        notice.person_key,
        notice.facility_npi,
        cast(coalesce(notice.admit_datetime, notice.event_datetime) as date) as visit_date,
        notice.event_type_code,
        notice.event_datetime,
        notice.discharge_datetime,
        notice.practice_id,
        coalesce(notice.delivery_status = 'delivered', false) as is_delivered,
        {{ days_between(told_at, 'notice.record_received_datetime') }} <= {{ var('record_receive_days') }}
        or (notice.shared_ehr_flag = 1 and notice.record_type is not null) as has_record
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_adt_notifications') }} as notice
        on {{ known_at('notice', 'period.as_of_date') }}
    where
        period.metric_id = 'ed_record_retrieval_rate'
        and notice.patient_class in ('E', 'U')
),

-- A visit that was called off is nobody's duty, whoever was told.
last_event as (
    select
        as_of_date,
        person_key,
        facility_npi,
        visit_date,
        event_type_code,
        row_number() over (
            partition by as_of_date, person_key, facility_npi, visit_date
            order by event_datetime desc nulls last, notification_id desc nulls last
        ) as recency
    from notice
    where event_type_code in ('A03', 'A04', 'A11', 'A13')
),

-- One duty a visit and practice told of its end; updates (A08) of the visit may carry the record.
visit as (
    select
        as_of_date,
        metric_id,
        period_start,
        mature_end,
        practice_id,
        person_key,
        facility_npi,
        visit_date,
        cast(min(event_datetime) as date) as first_event_on,
        max(case when has_record then 1 else 0 end) = 1 as is_met
    from notice
    where
        is_delivered
        and practice_id is not null
        and event_type_code not in ('A11', 'A13')
    group by
        as_of_date,
        metric_id,
        period_start,
        mature_end,
        practice_id,
        person_key,
        facility_npi,
        visit_date
    having
        max(
            case
                when event_type_code = 'A03' then 1
                when event_type_code = 'A04' and discharge_datetime is not null then 1
                else 0
            end
        ) = 1
),

judged as (
    select
        visit.as_of_date,
        visit.metric_id,
        visit.practice_id,
        visit.person_key,
        enrolment.lob,
        visit.first_event_on,
        visit.is_met,
        coalesce(last_event.event_type_code in ('A11', 'A13'), false) as is_excluded
    from visit
    left join last_event
        on
            visit.as_of_date = last_event.as_of_date
            and visit.person_key = last_event.person_key
            and visit.facility_npi = last_event.facility_npi
            and visit.visit_date = last_event.visit_date
            and last_event.recency = 1
    left join {{ ref('int_enrolment') }} as enrolment
        on
            visit.as_of_date = enrolment.as_of_date
            and visit.person_key = enrolment.person_key
            and visit.first_event_on between enrolment.valid_from and enrolment.valid_to
    where visit.first_event_on between visit.period_start and visit.mature_end
)

select
    as_of_date,
    metric_id,
    practice_id,
    cast(null as string) as npi,
    person_key,
    lob,
    first_event_on as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
