{{ config(alias='dim_provider') }}

select
    npi,
    first_name,
    last_name,
    specialty,
    primary_taxonomy_code,
    pcp_kind,
    practice_id
from {{ ref('dim_provider') }}
