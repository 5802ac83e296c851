{#- The season of the period's last day: 1 July to 30 June, who counts is settled on 31 March or the as-of date. -#}
{%- set youngest_age_months = 6 -%}

with season_start as (
    select
        as_of_date,
        metric_id,
        make_date(year(period_end) - case when month(period_end) < 7 then 1 else 0 end, 7, 1) as starts_on
    from {{ ref('int_metric_period') }}
    where metric_id = 'flu_vaccination_rate'
),

season as (
    select
        as_of_date,
        metric_id,
        starts_on,
        least({{ add_days(add_months('starts_on', 9), -1) }}, as_of_date) as settled_on,
        least({{ add_days(add_months('starts_on', 12), -1) }}, as_of_date) as ends_on
    from season_start
),

member as (
    select
        season.as_of_date,
        season.metric_id,
        season.starts_on,
        season.settled_on,
        season.ends_on,
        assignment.practice_id,
        assignment.npi,
        person.person_key,
        settled.lob
    from season
    inner join {{ ref('int_member') }} as person
        on
            season.as_of_date = person.as_of_date
            and {{ add_months('person.birth_date', youngest_age_months) }} <= season.starts_on
    inner join {{ ref('int_enrolment') }} as started
        on
            person.as_of_date = started.as_of_date
            and person.person_key = started.person_key
            and season.starts_on between started.valid_from and started.valid_to
    inner join {{ ref('int_enrolment') }} as settled
        on
            person.as_of_date = settled.as_of_date
            and person.person_key = settled.person_key
            and season.settled_on between settled.valid_from and settled.valid_to
    inner join {{ ref('int_assignment') }} as assignment
        on
            person.as_of_date = assignment.as_of_date
            and person.person_key = assignment.person_key
            and season.settled_on between assignment.valid_from and assignment.valid_to
),

dose as (
    select
        season.as_of_date,
        event.person_key
    from season
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_FLU_VACCINE'
            and event.service_date between season.starts_on and season.ends_on
            and not event.is_denied
            and {{ known_at('event', 'season.as_of_date') }}
    union
    select
        season.as_of_date,
        fill.person_key
    from season
    inner join {{ ref('stg_pharmacy_claims') }} as fill
        on
            fill.dispensing_date between season.starts_on and season.ends_on
            and coalesce(fill.claim_status, 'paid') = 'paid'
            and coalesce(fill.quantity, 0) >= 0
            and {{ known_at('fill', 'season.as_of_date') }}
    inner join {{ ref('ref_ndc') }} as drug
        on
            fill.ndc_code = drug.ndc_code
            and drug.is_flu_vaccine = 1
    union
    select
        season.as_of_date,
        immunization.person_key
    from season
    inner join {{ ref('stg_immunizations') }} as immunization
        on
            immunization.occurrence_date between season.starts_on and season.ends_on
            and coalesce(immunization.status, 'completed') = 'completed'
            and {{ known_at('immunization', 'season.as_of_date') }}
    inner join {{ ref('ref_code_sets') }} as vaccine
        on
            vaccine.code_set = 'CS_FLU_VACCINE'
            and immunization.source_code = vaccine.code
),

excluded_person as (
    select
        season.as_of_date,
        hospice_day.person_key
    from season
    inner join {{ ref('int_hospice') }} as hospice_day
        on
            season.as_of_date = hospice_day.as_of_date
            and hospice_day.service_date between season.starts_on and season.ends_on
    union
    select
        season.as_of_date,
        event.person_key
    from season
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_FLU_EXCLUSION'
            and season.ends_on >= event.service_date
            and not event.is_denied
            and {{ known_at('event', 'season.as_of_date') }}
),

judged as (
    select
        member.as_of_date,
        member.metric_id,
        member.practice_id,
        member.npi,
        member.person_key,
        member.lob,
        member.settled_on,
        dose.person_key is not null as is_met,
        excluded_person.person_key is not null as is_excluded
    from member
    left join dose
        on
            member.as_of_date = dose.as_of_date
            and member.person_key = dose.person_key
    left join excluded_person
        on
            member.as_of_date = excluded_person.as_of_date
            and member.person_key = excluded_person.person_key
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    settled_on as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
