with {{ judged_routine_calls(
    ['primary_care_adult_routine', 'primary_care_pediatric_routine'], limits=var('routine_pc_business_days')
) }}

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    lob,
    call_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged_call
