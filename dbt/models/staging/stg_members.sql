with enrolments as (

    select
        person_id,
        min(enrollment_start_date) as enrolled_from
    from {{ source('feeds', 'eligibility') }}
    group by person_id

),

members as (

    select
        member.*,
        -- Old feeds carry race and ethnicity apart.
        coalesce(
            member.race_ethnicity,
            nullif(concat_ws('|', member.race, member.ethnicity), '')
        ) as given_race_ethnicity,
        enrolments.enrolled_from
    from {{ source('feeds', 'members') }} as member
    left join enrolments
        on member.person_id = enrolments.person_id

),

versions as (

    {{ versions('members', key=['person_id'], own_date='enrolled_from') }}

),

categories as (

    {{ normalised_set('versions', 'given_race_ethnicity', 'race_ethnicity') }}

),

languages as (

    {{ normalised_set('versions', 'preferred_language', 'language') }}

)

select
    {{ person_key('versions.person_id') }} as person_key,
    versions.birth_date,
    versions.gender,
    versions.death_date,
    versions.death_flag,
    categories.normalised as race_ethnicity,
    versions.race_ethnicity_detail,
    versions.race_ethnicity_source,
    versions.race_ethnicity_date,
    versions.race,
    versions.ethnicity,
    languages.normalised as preferred_language,
    versions.language_source,
    versions.language_date,
    versions.interpreter_needed,
    versions.preferred_contact_method,
    left(versions.zip_code, 5) as zip_code,
    upper(versions.state) as state,
    versions.county_fips,
    versions.data_source,
    versions.file_name,
    versions.file_date,
    versions.ingest_datetime,
    versions.known_from,
    versions.known_until
from versions
left join categories
    on versions.given_race_ethnicity = categories.raw
left join languages
    on versions.preferred_language = languages.raw
