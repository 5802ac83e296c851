with {{ notified_visits(['E', 'U']) }}

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
from notified_visit
