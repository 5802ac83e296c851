{%- set race_codes = '(^|[|])(aian|asian|black|hispanic|mena|nhpi|white)([|]|$)' -%}

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
    member.ethnicity,
    {{ list_contains('lower(member.race_ethnicity)', "'declined'") }} as is_race_declined,
    coalesce(
        not {{ list_contains('lower(member.race_ethnicity)', "'declined'") }}
        and lower(member.race_ethnicity_source) in ('member_direct', 'provider_direct')
        and {{ matches(
            "lower(concat_ws('|', member.race_ethnicity, member.race, member.ethnicity))", "'" ~ race_codes ~ "'"
        ) }},
        false
    ) as is_race_known,
    coalesce(lower(member.preferred_language) = 'declined', false) as is_language_declined,
    coalesce(
        {{ matches('lower(member.preferred_language)', "'^[a-z]{2,3}(-[a-z0-9]{2,8})*$'") }}
        -- Codes by which the standard itself says unknown, undetermined, uncoded, several, none.
        and lower(member.preferred_language) not in ('unk', 'und', 'mis', 'mul', 'zxx'),
        false
    ) as is_language_known
from {{ ref('stg_members') }} as member
inner join {{ ref('int_as_of') }} as as_of
    on {{ known_at('member', 'as_of.as_of_date') }}
