-- Months from which a feed brought at least one record by the as-of date: per practice for monthly feeds, plan-wide
-- (practice_id null) for the events that the plan itself records.
with claim_months as (
    select
        'medical_claims' as feed,
        person_key,
        coalesce(rendering_npi, billing_npi) as npi,
        {{ month_start('service_date') }} as month_start,
        min(known_from) as known_from
    from {{ ref('int_claim_line') }}
    group by person_key, coalesce(rendering_npi, billing_npi), {{ month_start('service_date') }}

    union all

    select
        'pharmacy_claims' as feed,
        person_key,
        prescribing_provider_npi as npi,
        {{ month_start('dispensing_date') }} as month_start,
        min(known_from) as known_from
    from {{ ref('stg_pharmacy_claims') }}
    group by person_key, prescribing_provider_npi, {{ month_start('dispensing_date') }}
),

member_months as (
    select
        feed,
        person_key,
        month_start,
        min(known_from) as known_from
    from claim_months
    group by feed, person_key, month_start
),

provider_months as (
    select
        feed,
        npi,
        month_start,
        min(known_from) as known_from
    from claim_months
    group by feed, npi, month_start

    union all

    select
        'lab_results' as feed,
        ordering_practitioner_id as npi,
        {{ month_start('known_from') }} as month_start,
        min(known_from) as known_from
    from {{ ref('stg_lab_results') }}
    where practice_id is null
    group by ordering_practitioner_id, {{ month_start('known_from') }}
),

practice_months as (
    select
        'lab_results' as feed,
        practice_id,
        {{ month_start('known_from') }} as month_start,
        min(known_from) as known_from
    from {{ ref('stg_lab_results') }}
    where practice_id is not null
    group by practice_id, {{ month_start('known_from') }}

    union all

    select
        'appointments' as feed,
        location_id as practice_id,
        {{ month_start('start_datetime') }} as month_start,
        min(known_from) as known_from
    from {{ ref('stg_appointments') }}
    group by location_id, {{ month_start('start_datetime') }}
),

plan_events as (
    select
        'adt_notifications' as feed,
        known_from
    from {{ ref('stg_adt_notifications') }}
    union all
    select
        'care_management' as feed,
        known_from
    from {{ ref('stg_care_management') }}
    union all
    select
        'grievances' as feed,
        known_from
    from {{ ref('stg_grievances') }}
    union all
    select
        'interpreter_requests' as feed,
        known_from
    from {{ ref('stg_interpreter_requests') }}
    union all
    select
        'prior_authorizations' as feed,
        known_from
    from {{ ref('stg_prior_authorizations') }}
    union all
    select
        'referrals' as feed,
        known_from
    from {{ ref('stg_referrals') }}
    union all
    select
        'screenings' as feed,
        known_from
    from {{ ref('stg_screenings') }}
),

plan_months as (
    select
        feed,
        {{ month_start('known_from') }} as month_start,
        min(known_from) as known_from
    from plan_events
    group by feed, {{ month_start('known_from') }}
),

-- A claim speaks for the practice its member is assigned to and for the one that rendered it.
months as (
    select
        windows.as_of_date,
        windows.feed,
        assignments.practice_id,
        member_months.month_start
    from {{ ref('int_feed_window') }} as windows
    inner join member_months
        on
            windows.feed = member_months.feed
            and member_months.month_start between windows.first_day and windows.last_day
            and windows.as_of_date >= member_months.known_from
    inner join {{ ref('int_assignment') }} as assignments
        on
            windows.as_of_date = assignments.as_of_date
            and member_months.person_key = assignments.person_key
            and {{ month_end('member_months.month_start') }} >= assignments.valid_from
            and member_months.month_start <= assignments.valid_to

    union

    select
        windows.as_of_date,
        windows.feed,
        affiliations.practice_id,
        provider_months.month_start
    from {{ ref('int_feed_window') }} as windows
    inner join provider_months
        on
            windows.feed = provider_months.feed
            and provider_months.month_start between windows.first_day and windows.last_day
            and windows.as_of_date >= provider_months.known_from
    inner join {{ ref('int_npi_practice') }} as affiliations
        on
            windows.as_of_date = affiliations.as_of_date
            and provider_months.npi = affiliations.npi
            and {{ month_end('provider_months.month_start') }} >= affiliations.valid_from
            and provider_months.month_start <= affiliations.valid_to

    union

    select
        windows.as_of_date,
        windows.feed,
        practice_months.practice_id,
        practice_months.month_start
    from {{ ref('int_feed_window') }} as windows
    inner join practice_months
        on
            windows.feed = practice_months.feed
            and practice_months.month_start between windows.first_day and windows.last_day
            and windows.as_of_date >= practice_months.known_from

    union

    select
        windows.as_of_date,
        windows.feed,
        cast(null as string) as practice_id,
        plan_months.month_start
    from {{ ref('int_feed_window') }} as windows
    inner join plan_months
        on
            windows.feed = plan_months.feed
            and plan_months.month_start between windows.first_day and windows.last_day
            and windows.as_of_date >= plan_months.known_from
)

select * from months
