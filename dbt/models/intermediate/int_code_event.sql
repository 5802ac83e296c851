with used_codes as (

    select distinct
        {{ code_system_of('code_column') }} as code_system,
        code
    from (
        select {{ code_columns() }}
        from {{ ref('int_claim_line') }}
    ) as line
    unpivot (code for code_column in ({{ code_columns() }}))

),

-- Prefixes are resolved against the few codes in use, so that the many lines join by equality.
hits as (

    select distinct
        code_set.code_set,
        used_codes.code_system,
        used_codes.code,
        coalesce(code_set.valid_from, {{ always() }}) as valid_from,
        coalesce(code_set.valid_to, {{ forever() }}) as valid_to
    from used_codes
    inner join {{ ref('ref_code_sets') }} as code_set
        on
            used_codes.code_system = code_set.code_system
            and (
                used_codes.code = code_set.code
                or (code_set.match = 'prefix' and {{ begins_with('used_codes.code', 'code_set.code') }})
            )

),

line_codes as (

    select
        *,
        {{ code_system_of('code_column') }} as code_system
    from (
        select
            claim_id,
            claim_line_number,
            data_source,
            person_key,
            service_date,
            claim_type,
            pos,
            hcpcs_code as billed_hcpcs_code,
            modifiers,
            rendering_npi,
            rendering_tin,
            billing_npi,
            billing_tin,
            is_denied,
            known_from,
            known_until,
            {{ code_columns() }}
        from {{ ref('int_claim_line') }}
    ) as line
    unpivot (code for code_column in ({{ code_columns() }}))

)

select
    hits.code_set,
    line_codes.code,
    line_codes.claim_id,
    line_codes.claim_line_number,
    line_codes.data_source,
    line_codes.person_key,
    line_codes.service_date,
    line_codes.claim_type,
    line_codes.pos,
    line_codes.billed_hcpcs_code as hcpcs_code,
    line_codes.modifiers,
    line_codes.rendering_npi,
    line_codes.rendering_tin,
    line_codes.billing_npi,
    line_codes.billing_tin,
    line_codes.is_denied,
    max(line_codes.code_column = 'diagnosis_code_1') as is_principal_dx,
    line_codes.known_from,
    line_codes.known_until
from line_codes
inner join hits
    on
        line_codes.code_system = hits.code_system
        and line_codes.code = hits.code
        and line_codes.service_date between hits.valid_from and hits.valid_to
group by all
