with referral as (
    select
        period.as_of_date,
        period.metric_id,
        referral.referral_id,
        referral.person_key,
        referral.practice_id,
        referral.referring_npi as npi,
        referral.referred_to_npi,
        referral.referred_to_taxonomy,
        referral.referral_date,
        referral.scheduled_visit_date,
        {{ add_days('referral.referral_date', var('referral_mature_days')) }} as stays_until,
        coalesce(referral.patient_deferred_flag = 1, false) as is_deferred
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_referrals') }} as referral
        on
            {{ known_at('referral', 'period.as_of_date') }}
            and referral.referral_date between period.period_start and period.mature_end
    where
        period.metric_id = 'referral_appt_within_standard'
        and coalesce(referral.urgency, 'routine') = 'routine'
        and coalesce(referral.status, 'created') not in ('cancelled_by_patient', 'entered_in_error')
),

-- Nobody wrote the appointment down: the specialist's first claim shows it, by NPI or by specialty.
first_claim as (
    select
        referral.as_of_date,
        referral.referral_id,
        min(claim.service_date) as service_date
    from referral
    inner join {{ ref('int_claim_line') }} as claim
        on
            referral.person_key = claim.person_key
            and referral.referral_date < claim.service_date
            and {{ known_at('claim', 'referral.as_of_date') }}
    left join {{ ref('int_provider') }} as specialist
        on
            referral.as_of_date = specialist.as_of_date
            and claim.rendering_npi = specialist.npi
    where
        referral.scheduled_visit_date is null
        and not coalesce(claim.is_denied, false)
        and (
            claim.rendering_npi = referral.referred_to_npi
            or specialist.primary_taxonomy_code = referral.referred_to_taxonomy
        )
    group by referral.as_of_date, referral.referral_id
),

dated as (
    select
        referral.as_of_date,
        referral.metric_id,
        referral.person_key,
        referral.practice_id,
        referral.npi,
        referral.referral_date,
        referral.stays_until,
        referral.is_deferred,
        coalesce(referral.scheduled_visit_date, first_claim.service_date) as visit_date
    from referral
    left join first_claim
        on
            referral.as_of_date = first_claim.as_of_date
            and referral.referral_id = first_claim.referral_id
),

judged as (
    select
        dated.as_of_date,
        dated.metric_id,
        coalesce(dated.practice_id, affiliation.practice_id) as practice_id,
        dated.npi,
        dated.person_key,
        enrolment.lob,
        dated.referral_date,
        coalesce(
            dated.visit_date >= dated.referral_date
            and {{ business_days('dated.referral_date', 'dated.visit_date') }} <= {{ var('specialty_business_days') }},
            false
        ) as is_met,
        dated.is_deferred or (enrolment.person_key is not null and later_enrolment.person_key is null) as is_excluded
    from dated
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            dated.as_of_date = affiliation.as_of_date
            and dated.npi = affiliation.npi
            and dated.referral_date between affiliation.valid_from and affiliation.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            dated.as_of_date = enrolment.as_of_date
            and dated.person_key = enrolment.person_key
            and dated.referral_date between enrolment.valid_from and enrolment.valid_to
    left join {{ ref('int_enrolment') }} as later_enrolment
        on
            dated.as_of_date = later_enrolment.as_of_date
            and dated.person_key = later_enrolment.person_key
            and dated.stays_until between later_enrolment.valid_from and later_enrolment.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    referral_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
where practice_id is not null
