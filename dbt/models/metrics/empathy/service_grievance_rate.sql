with event as (
    select
        period.as_of_date,
        period.metric_id,
        grievance.practice_id,
        grievance.npi,
        grievance.person_key,
        grievance.lob,
        grievance.received_date,
        grievance.is_withdrawn or grievance.is_repeat as is_excluded
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_practice_grievance') }} as grievance
        on
            period.as_of_date = grievance.as_of_date
            and grievance.received_date between period.period_start and period.period_end
    where
        period.metric_id = 'service_grievance_rate'
        and grievance.record_type = 'grievance'
        and grievance.category in ('attitude_service', 'access', 'office_site')
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    received_date as observed_on,
    cast(case when is_excluded then 0 else 1 end as double) as numerator,
    cast(0 as double) as denominator,
    is_excluded as excluded
from event
union all
{{ exposure_rows('service_grievance_rate') }}
