select
    providers.npi,
    providers.first_name,
    providers.last_name,
    providers.specialty,
    providers.primary_taxonomy_code,
    providers.pcp_kind,
    affiliations.practice_id
from {{ ref('int_provider') }} as providers
inner join {{ ref('int_as_of') }} as run
    on
        providers.as_of_date = run.as_of_date
        and run.is_run_as_of
left join {{ ref('int_npi_practice') }} as affiliations
    on
        providers.as_of_date = affiliations.as_of_date
        and providers.npi = affiliations.npi
        and run.as_of_date between affiliations.valid_from and affiliations.valid_to
