with {{ notified_visits(['E', 'U', 'I']) }},

measured as (
    select *
    from notified_visit
    where not is_excluded
),

seen_next as (
    select
        measured.as_of_date,
        measured.practice_id,
        measured.person_key,
        measured.first_event_on,
        min(service.service_date) as seen_on
    from measured
    inner join {{ ref('int_visit_service') }} as service
        on
            measured.as_of_date = service.as_of_date
            and measured.person_key = service.person_key
            and measured.first_event_on < service.service_date
            and service.is_pcp_visit
    where not measured.is_inpatient
    group by measured.as_of_date, measured.practice_id, measured.person_key, measured.first_event_on
),

companion as (
    select
        measured.as_of_date,
        'record_requested_3bd_rate' as metric_id,
        measured.practice_id,
        measured.person_key,
        measured.lob,
        measured.first_event_on,
        measured.is_requested_in_time as is_met
    from measured
    where not measured.is_inpatient
    union all
    select
        measured.as_of_date,
        'record_before_followup_rate' as metric_id,
        measured.practice_id,
        measured.person_key,
        measured.lob,
        measured.first_event_on,
        coalesce(measured.received_on < seen_next.seen_on, false) as is_met
    from measured
    inner join seen_next
        on
            measured.as_of_date = seen_next.as_of_date
            and measured.practice_id = seen_next.practice_id
            and measured.person_key = seen_next.person_key
            and measured.first_event_on = seen_next.first_event_on
    where not measured.is_inpatient
    union all
    select
        measured.as_of_date,
        'inpatient_record_retrieval_rate' as metric_id,
        measured.practice_id,
        measured.person_key,
        measured.lob,
        measured.first_event_on,
        measured.is_met
    from measured
    where measured.is_inpatient
)

select
    as_of_date,
    metric_id,
    practice_id,
    cast(null as string) as npi,
    person_key,
    lob,
    first_event_on as observed_on,
    cast(case when is_met then 1 else 0 end as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from companion
