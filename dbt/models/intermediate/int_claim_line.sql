{{ config(materialized='view') }}

with lines as (

    select
        *,
        nullif(concat_ws(
            '|',
            hcpcs_modifier_1,
            hcpcs_modifier_2,
            hcpcs_modifier_3,
            hcpcs_modifier_4,
            hcpcs_modifier_5
        ), '') as modifiers
    from {{ ref('stg_medical_claims') }}

)

select
    claim_id,
    claim_line_number,
    data_source,
    person_key,
    claim_type,
    coalesce(claim_line_start_date, claim_start_date) as service_date,
    claim_start_date,
    claim_end_date,
    admission_date,
    discharge_date,
    discharge_disposition_code,
    admit_type_code,
    admit_hour,
    drg_code,
    place_of_service_code as pos,
    bill_type_code,
    revenue_center_code,
    hcpcs_code,
    modifiers,
    rendering_npi,
    rendering_tin,
    billing_npi,
    billing_tin,
    facility_npi,
    {% for n in range(1, 26) -%}
        diagnosis_code_{{ n }},
    {% endfor -%}
    coalesce(claim_status_code = '4', false) as is_denied,
    known_from,
    known_until
from lines
-- A voided or reversed version still closed the version before it: while it is the newest, the line does not exist.
where
    coalesce(right(bill_type_code, 1) <> '8', true)
    and coalesce(claim_status_code <> '22', true)
