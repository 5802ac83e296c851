with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'qoc_concern_rate'
),

event as (
    select
        period.as_of_date,
        period.metric_id,
        grievance.practice_id,
        grievance.npi,
        grievance.person_key,
        grievance.received_date,
        grievance.is_withdrawn or grievance.is_repeat as is_excluded
    from period
    inner join {{ ref('int_practice_grievance') }} as grievance
        on
            period.as_of_date = grievance.as_of_date
            and grievance.received_date between period.period_start and period.period_end
    where
        grievance.record_type = 'qoc_concern'
)

select
    event.as_of_date,
    event.metric_id,
    event.practice_id,
    event.npi,
    event.person_key,
    enrolment.lob,
    event.received_date as observed_on,
    cast(case when event.is_excluded then 0 else 1 end as double) as numerator,
    cast(0 as double) as denominator,
    event.is_excluded as excluded
from event
left join {{ ref('int_enrolment') }} as enrolment
    on
        event.as_of_date = enrolment.as_of_date
        and event.person_key = enrolment.person_key
        and event.received_date between enrolment.valid_from and enrolment.valid_to
union all
{{ exposure_rows('qoc_concern_rate') }}
