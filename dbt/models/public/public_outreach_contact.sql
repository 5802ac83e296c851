{{ config(alias='outreach_contact') }}

-- A contact about a peer-review protected metric is a contact; what it was about stays inside.
with topics as (
    select
        contacts.*,
        metrics.metric_id is null and (actions.action_code is not null or contacts.action_code is null) as is_public
    from {{ ref('outreach_contact') }} as contacts
    left join {{ ref('mart_ref_metric') }} as metrics
        on
            contacts.metric_id = metrics.metric_id
            and metrics.is_public = 0
    left join {{ ref('public_ref_action') }} as actions
        on contacts.action_code = actions.action_code
)

select
    outreach_id,
    practice_id,
    contact_date,
    channel,
    case when is_public then step_code end as step_code,
    case when is_public then metric_id end as metric_id,
    case when is_public then action_code end as action_code,
    outcome,
    follow_up_due_date,
    completed_date,
    list_run_id
from topics
