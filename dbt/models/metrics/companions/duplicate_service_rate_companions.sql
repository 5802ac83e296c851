with {{ repeated_services(
    'later.tin = earlier.tin and coalesce(later.rendering_npi = earlier.rendering_npi, true)'
) }}

select
    as_of_date,
    'duplicate_same_practice_rate' as metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    service_date as observed_on,
    cast(1 as double) as numerator,
    cast(0 as double) as denominator,
    false as excluded
from repeat_event
where not is_excluded
union all
{{ exposure_rows('duplicate_same_practice_rate', period_of='duplicate_service_rate') }}
