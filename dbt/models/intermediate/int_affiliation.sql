select
    as_of.as_of_date,
    affiliation.affiliation_id,
    affiliation.npi,
    affiliation.practice_id,
    affiliation.start_date,
    affiliation.end_date,
    affiliation.pcp_flag,
    affiliation.accepting_new_patients,
    affiliation.accepting_new_medicaid,
    affiliation.accepting_new_marketplace,
    affiliation.accepting_new_medicare,
    affiliation.panel_limit,
    affiliation.panel_age_min,
    affiliation.panel_age_max,
    affiliation.listed_in_directory,
    affiliation.fte
from {{ ref('stg_provider_affiliations') }} as affiliation
inner join {{ ref('int_as_of') }} as as_of
    on {{ known_at('affiliation', 'as_of.as_of_date') }}
