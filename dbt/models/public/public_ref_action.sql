{{ config(alias='ref_action') }}

select
    action_code,
    step_code,
    triggers,
    advice,
    plan_support
from {{ ref('ref_action') }}
