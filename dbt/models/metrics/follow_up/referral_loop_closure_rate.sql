{#- Suppliers of durable medical equipment send no consult report. -#}
{%- set equipment_taxonomy = '332B%' -%}

with referral as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_end,
        referral.person_key,
        referral.practice_id,
        referral.referring_npi as npi,
        referral.referral_date,
        referral.consult_report_received_date,
        coalesce(referral.referred_to_taxonomy like '{{ equipment_taxonomy }}', false) as is_excluded,
        row_number() over (
            partition by period.as_of_date, referral.person_key, referral.referred_to_taxonomy
            order by referral.referral_date nulls last, referral.referral_id nulls last
        ) as occurrence
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_referrals') }} as referral
        on
            {{ known_at('referral', 'period.as_of_date') }}
            and referral.referral_date between period.period_start and period.mature_end
    where
        period.metric_id = 'referral_loop_closure_rate'
        and coalesce(referral.status, 'created') not in ('cancelled_by_patient', 'entered_in_error')
),

judged as (
    select
        referral.as_of_date,
        referral.metric_id,
        coalesce(referral.practice_id, affiliation.practice_id) as practice_id,
        referral.npi,
        referral.person_key,
        enrolment.lob,
        referral.referral_date,
        referral.consult_report_received_date between referral.referral_date and referral.period_end as is_met,
        referral.is_excluded
    from referral
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            referral.as_of_date = affiliation.as_of_date
            and referral.npi = affiliation.npi
            and referral.referral_date between affiliation.valid_from and affiliation.valid_to
    left join {{ ref('int_enrolment') }} as enrolment
        on
            referral.as_of_date = enrolment.as_of_date
            and referral.person_key = enrolment.person_key
            and referral.referral_date between enrolment.valid_from and enrolment.valid_to
    where referral.occurrence = 1
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
