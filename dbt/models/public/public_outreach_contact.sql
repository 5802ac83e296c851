{{ config(alias='outreach_contact') }}

select
    outreach_id,
    practice_id,
    contact_date,
    channel,
    step_code,
    metric_id,
    action_code,
    outcome,
    follow_up_due_date,
    completed_date,
    list_run_id
from {{ ref('outreach_contact') }}
