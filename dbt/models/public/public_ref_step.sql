{{ config(alias='ref_step') }}

select
    step_code,
    step_order,
    step_name,
    column_suffix,
    touchpoint_item_id
from {{ ref('ref_step') }}
