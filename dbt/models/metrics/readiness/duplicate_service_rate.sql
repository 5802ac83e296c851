with {{ repeated_services('(later.tin <> earlier.tin or later.rendering_npi <> earlier.rendering_npi)') }}

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    service_date as observed_on,
    cast(case when is_excluded then 0 else 1 end as double) as numerator,
    cast(0 as double) as denominator,
    is_excluded as excluded
from repeat_event
union all
{{ exposure_rows('duplicate_service_rate') }}
