{{ config(alias='dim_practice') }}

select
    practice_id,
    practice_name,
    practice_type,
    address,
    city,
    state,
    zip_code,
    county_fips,
    time_zone,
    phone,
    is_active,
    case when not {{ is_small_count('members') }} then members end as members
from {{ ref('dim_practice') }}
