{#-
  A CTE chain that ends with `notified_visit`: one row a practice and visit of which it was told, and what became of the
  record. For the visits that ed_record_retrieval_rate counts, and for the same figures of other patient classes.
-#}
{%- macro notified_visits(patient_classes) -%}
{%- set told_at = 'coalesce(notice.notified_datetime, notice.event_datetime)' -%}
notice as (
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
        notice.patient_class = 'I' as is_inpatient,
        coalesce(notice.delivery_status = 'delivered', false) as is_delivered,
        {{ business_days(told_at, 'notice.record_requested_datetime') }}
        between 0 and {{ var('record_request_business_days') }} as is_requested_in_time,
        cast(notice.record_received_datetime as date) as received_on,
        {{ days_between(told_at, 'notice.record_received_datetime') }} <= {{ var('record_receive_days') }}
        or (notice.shared_ehr_flag = 1 and notice.record_type is not null) as has_record
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_adt_notifications') }} as notice
        on {{ known_at('notice', 'period.as_of_date') }}
    where
        period.metric_id = 'ed_record_retrieval_rate'
        and notice.patient_class in ('{{ patient_classes | join("', '") }}')
),

-- A visit that was called off is nobody's duty, whoever was told.
last_event as (
    select
        as_of_date,
        person_key,
        facility_npi,
        visit_date,
        is_inpatient,
        event_type_code,
        row_number() over (
            partition by as_of_date, person_key, facility_npi, visit_date, is_inpatient
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
        is_inpatient,
        cast(min(event_datetime) as date) as first_event_on,
        max(case when has_record then 1 else 0 end) = 1 as is_met,
        max(case when is_requested_in_time then 1 else 0 end) = 1 as is_requested_in_time,
        min(received_on) as received_on
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
        visit_date,
        is_inpatient
    having
        max(
            case
                when event_type_code = 'A03' then 1
                when event_type_code = 'A04' and discharge_datetime is not null then 1
                else 0
            end
        ) = 1
),

notified_visit as (
    select
        visit.as_of_date,
        visit.metric_id,
        visit.practice_id,
        visit.person_key,
        enrolment.lob,
        visit.first_event_on,
        visit.is_inpatient,
        visit.is_met,
        visit.is_requested_in_time,
        visit.received_on,
        coalesce(last_event.event_type_code in ('A11', 'A13'), false) as is_excluded
    from visit
    left join last_event
        on
            visit.as_of_date = last_event.as_of_date
            and visit.person_key = last_event.person_key
            and visit.facility_npi = last_event.facility_npi
            and visit.visit_date = last_event.visit_date
            and visit.is_inpatient = last_event.is_inpatient
            and last_event.recency = 1
    left join {{ ref('int_enrolment') }} as enrolment
        on
            visit.as_of_date = enrolment.as_of_date
            and visit.person_key = enrolment.person_key
            and visit.first_event_on between enrolment.valid_from and enrolment.valid_to
    where visit.first_event_on between visit.period_start and visit.mature_end
)
{%- endmacro -%}
