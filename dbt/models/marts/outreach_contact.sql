select
    log.outreach_id,
    log.practice_id,
    cast(log.contact_datetime as date) as contact_date,
    log.channel,
    log.step_code,
    log.metric_id,
    log.action_code,
    log.outcome,
    log.follow_up_due_date,
    log.completed_date,
    log.list_run_id
from {{ ref('stg_outreach_log') }} as log
inner join {{ ref('int_as_of') }} as run
    on
        run.is_run_as_of
        and {{ known_at('log', 'run.as_of_date') }}
        and cast(log.contact_datetime as date) <= run.as_of_date
