with versions as (

    {{ versions(
        source('feeds', 'provider_affiliations'),
        key=['affiliation_id'],
        own_date='start_date'
    ) }}

)

select
    affiliation_id,
    npi,
    practice_id,
    start_date,
    end_date,
    pcp_flag,
    accepting_new_patients,
    accepting_new_medicaid,
    accepting_new_marketplace,
    accepting_new_medicare,
    panel_limit,
    panel_age_min,
    panel_age_max,
    listed_in_directory,
    fte,
    data_source,
    file_name,
    file_date,
    ingest_datetime,
    known_from,
    known_until
from versions
