{{ config(alias='ref_action') }}

-- What only a peer-review protected metric calls for stays inside.
select
    actions.action_code,
    actions.step_code,
    actions.triggers,
    actions.advice,
    actions.plan_support
from {{ ref('ref_action') }} as actions
left join {{ ref('mart_ref_metric') }} as metrics
    on
        actions.triggers = metrics.metric_id
        and metrics.is_public = 0
where metrics.metric_id is null
