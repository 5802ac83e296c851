select
    as_of.as_of_date,
    provider.npi,
    provider.first_name,
    provider.last_name,
    provider.entity_type,
    provider.primary_taxonomy_code,
    taxonomy.pcp_kind,
    provider.specialty,
    provider.languages,
    provider.clas_training_date,
    provider.network_status,
    provider.network_start_date,
    provider.network_end_date
from {{ ref('stg_providers') }} as provider
inner join {{ ref('int_as_of') }} as as_of
    on {{ known_at('provider', 'as_of.as_of_date') }}
left join {{ ref('ref_taxonomy') }} as taxonomy
    on provider.primary_taxonomy_code = taxonomy.code
