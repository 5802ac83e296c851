{#- "Offer more than one specialist". -#}
{%- set several_specialists = 2 -%}

with referral as (
    select
        period.as_of_date,
        referral.person_key,
        coalesce(referral.practice_id, affiliation.practice_id) as practice_id,
        referral.referring_npi as npi,
        enrolment.lob,
        referral.referral_date,
        referral.specialists_offered_count
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_referrals') }} as referral
        on
            {{ known_at('referral', 'period.as_of_date') }}
            and referral.referral_date between period.period_start and period.mature_end
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            period.as_of_date = affiliation.as_of_date
            and referral.referring_npi = affiliation.npi
            and referral.referral_date between affiliation.valid_from and affiliation.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            period.as_of_date = enrolment.as_of_date
            and referral.person_key = enrolment.person_key
            and referral.referral_date between enrolment.valid_from and enrolment.valid_to
    where
        period.metric_id = 'referral_appt_within_standard'
        and coalesce(referral.urgency, 'routine') = 'routine'
        and coalesce(referral.status, 'created') not in ('cancelled_by_patient', 'entered_in_error')
        and referral.specialists_offered_count is not null
)

select
    as_of_date,
    'multi_specialist_option_rate' as metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    referral_date as observed_on,
    cast(case when specialists_offered_count >= {{ several_specialists }} then 1 else 0 end as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from referral
where practice_id is not null
