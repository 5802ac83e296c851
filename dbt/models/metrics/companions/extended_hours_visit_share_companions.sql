{%- set day_opens_hour, day_closes_hour = 8, 17 -%}

select
    period.as_of_date,
    'posted_extended_hours' as metric_id,
    hours.practice_id,
    cast(null as string) as npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    period.period_end as observed_on,
    cast(
        max(
            case
                when hours.opens_minute is null then 0
                when hours.day_of_week >= 6 then 1
                when hours.opens_minute < 60 * {{ day_opens_hour }} then 1
                when hours.closes_minute > 60 * {{ day_closes_hour }} then 1
                else 0
            end
        ) as double
    ) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from {{ ref('int_metric_period') }} as period
inner join {{ ref('int_posted_hours') }} as hours
    on
        period.as_of_date = hours.as_of_date
        and hours.is_readable
where period.metric_id = 'extended_hours_visit_share'
group by period.as_of_date, hours.practice_id, period.period_end
