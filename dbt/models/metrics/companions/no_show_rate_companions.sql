select
    period.as_of_date,
    'reminder_coverage_rate' as metric_id,
    appointment.location_id as practice_id,
    appointment.practitioner_id as npi,
    appointment.person_key,
    {{ plan_lob('appointment.lob') }} as lob,
    cast(appointment.start_datetime as date) as observed_on,
    cast(
        case
            when appointment.reminder_sent_flag = 1 or appointment.confirmation_channels <> '' then 1
            else 0
        end as double
    ) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from {{ ref('int_metric_period') }} as period
inner join {{ ref('stg_appointments') }} as appointment
    on
        {{ known_at('appointment', 'period.as_of_date') }}
        and cast(appointment.start_datetime as date) between period.period_start and period.period_end
where
    period.metric_id = 'no_show_rate'
    and appointment.location_id is not null
    and appointment.status_code in ('fulfilled', 'noshow')
