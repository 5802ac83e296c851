select
    as_of.as_of_date,
    member.person_key,
    member.birth_date,
    member.gender,
    member.death_date,
    member.race_ethnicity,
    member.race_ethnicity_source,
    member.preferred_language,
    member.language_source,
    member.interpreter_needed,
    member.preferred_contact_method,
    member.race,
    member.ethnicity
from {{ ref('stg_members') }} as member
inner join {{ ref('int_as_of') }} as as_of
    on {{ known_at('member', 'as_of.as_of_date') }}
