{%- set fields = [
    'has_npi',
    'has_name',
    'has_group',
    'has_street',
    'has_city_state_zip',
    'has_phone',
    'has_digital_contact',
    'has_specialty',
    'has_accepting_new',
    'has_languages',
    'has_competence_flag',
    'has_accessibility',
    'has_telehealth',
    'has_office_hours'
] -%}
{#- Punctuation is fine in a phone number, letters (an extension) are not; a leading 1 is the country code. -#}
{%- set phone_digits = "translate(practice.phone, ' ()-.+/', '')" -%}
{%- set one_digit_number = '0{10}|1{10}|2{10}|3{10}|4{10}|5{10}|6{10}|7{10}|8{10}|9{10}' -%}

-- One listing per clinician and practice: a listed affiliation first, then the newest.
with affiliation as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_end,
        affiliation.npi,
        affiliation.practice_id,
        affiliation.accepting_new_patients,
        coalesce(affiliation.listed_in_directory, 1) = 0 as is_excluded,
        row_number() over (
            partition by period.as_of_date, affiliation.npi, affiliation.practice_id
            order by
                case when affiliation.listed_in_directory = 0 then 1 else 0 end asc,
                affiliation.start_date desc nulls last,
                affiliation.affiliation_id asc nulls last
        ) as preference
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_affiliation') }} as affiliation
        on
            period.as_of_date = affiliation.as_of_date
            and period.period_end >= affiliation.start_date
            and (affiliation.end_date is null or period.period_end <= affiliation.end_date)
    where period.metric_id = 'directory_field_completeness'
),

listing as (
    select
        as_of_date,
        metric_id,
        period_end,
        npi,
        practice_id,
        accepting_new_patients,
        is_excluded
    from affiliation
    where preference = 1
),

competence_attested as (
    select distinct
        listing.as_of_date,
        listing.npi,
        listing.practice_id
    from listing
    inner join {{ ref('stg_directory_attestations') }} as attestation
        on
            listing.npi = attestation.npi
            and listing.practice_id = attestation.practice_id
            and listing.period_end >= attestation.verified_at
            and {{ known_at('attestation', 'listing.as_of_date') }}
    where attestation.cultural_competence_training in (0, 1)
),

posted_hours as (
    select distinct
        as_of_date,
        practice_id
    from {{ ref('int_posted_hours') }}
    where is_readable
),

field as (
    select
        listing.as_of_date,
        listing.metric_id,
        listing.period_end,
        listing.npi,
        listing.practice_id,
        listing.is_excluded,
        {{ is_valid_npi('listing.npi') }} as has_npi,
        trim(provider.last_name) <> '' and (provider.entity_type = 2 or trim(provider.first_name) <> '') as has_name,
        trim(practice.practice_name) <> '' as has_group,
        trim(practice.address) <> '' as has_street,
        trim(practice.city) <> ''
        and practice.state in (
            'AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'DC', 'FL', 'GA', 'HI', 'ID', 'IL',
            'IN', 'IA', 'KS', 'KY', 'LA', 'ME', 'MD', 'MA', 'MI', 'MN', 'MS', 'MO', 'MT', 'NE',
            'NV', 'NH', 'NJ', 'NM', 'NY', 'NC', 'ND', 'OH', 'OK', 'OR', 'PA', 'RI', 'SC', 'SD',
            'TN', 'TX', 'UT', 'VT', 'VA', 'WA', 'WV', 'WI', 'WY', 'AS', 'GU', 'MP', 'PR', 'VI'
        )
        and {{ matches('practice.zip_code', "'^[0-9]{5}$'") }} as has_city_state_zip,
        {{ matches(phone_digits, "'^1?[0-9]{10}$'") }}
        and not {{ matches(phone_digits, "'^1?(" ~ one_digit_number ~ ")$'") }} as has_phone,
        {{ matches('lower(practice.website_url)', "'^https?://[^/ ]+[.][^/ ]+(/[^ ]*)?$'") }}
        or trim(practice.digital_contact) <> '' as has_digital_contact,
        {{ matches('provider.primary_taxonomy_code', "'^[0-9A-Z]{9}X$'") }} as has_specialty,
        listing.accepting_new_patients in (0, 1) as has_accepting_new,
        {{ matches('provider.languages', "'^[a-z]{2,3}([|][a-z]{2,3})*$'") }} as has_languages,
        provider.clas_training_date is not null or competence_attested.npi is not null as has_competence_flag,
        practice.accessibility_office in (0, 1)
        and practice.accessibility_exam_room in (0, 1)
        and practice.accessibility_equipment in (0, 1) as has_accessibility,
        practice.telehealth_offered in (0, 1) as has_telehealth,
        posted_hours.practice_id is not null as has_office_hours
    from listing
    left join {{ ref('int_provider') }} as provider
        on
            listing.as_of_date = provider.as_of_date
            and listing.npi = provider.npi
    left join {{ ref('int_practice') }} as practice
        on
            listing.as_of_date = practice.as_of_date
            and listing.practice_id = practice.practice_id
    left join competence_attested
        on
            listing.as_of_date = competence_attested.as_of_date
            and listing.npi = competence_attested.npi
            and listing.practice_id = competence_attested.practice_id
    left join posted_hours
        on
            listing.as_of_date = posted_hours.as_of_date
            and listing.practice_id = posted_hours.practice_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    cast(null as string) as person_key,
    cast(null as string) as lob,
    period_end as observed_on,
    cast(
        case
            when is_excluded then 0
            else
            {%- for name in fields %}
                    {% if not loop.first %}+ {% endif %}case when {{ name }} then 1 else 0 end
            {%- endfor %}
        end as double
    ) as numerator,
    cast(case when is_excluded then 0 else {{ fields | length }} end as double) as denominator,
    is_excluded as excluded
from field
