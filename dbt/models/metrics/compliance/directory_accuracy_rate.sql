with call as (
    select
        period.as_of_date,
        period.metric_id,
        audit.practice_id,
        audit.npi,
        audit.lob,
        audit.call_date,
        audit.verified_in_network = 1
        and audit.verified_address = 1
        and audit.verified_phone = 1
        and audit.verified_accepting_new = 1 as is_met,
        audit.is_auditor_error as is_excluded
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_audit_call') }} as audit
        on
            period.as_of_date = audit.as_of_date
            and audit.call_date between period.period_start and period.period_end
    where
        period.metric_id = 'directory_accuracy_rate'
        and {{ checks_the_listing('audit') }}
)

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
from call
