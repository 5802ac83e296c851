with {{ judged_routine_calls(['bh_outpatient_routine'], limits={'medicaid': var('routine_bh_business_days')}) }}

select
    as_of_date,
    'appt_bh_routine_within_standard' as metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    lob,
    call_date as observed_on,
    cast(case when is_met then 1 else 0 end as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from judged_call
where not is_excluded
