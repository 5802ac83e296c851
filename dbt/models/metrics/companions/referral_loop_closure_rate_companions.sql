{%- set report_days = 30 -%}
{#- Suppliers of durable medical equipment send no consult report. -#}
{%- set equipment_taxonomy = '332B%' -%}

with measured as (
    select
        period.as_of_date,
        referral.referral_id,
        coalesce(referral.practice_id, affiliation.practice_id) as practice_id,
        referral.referring_npi as npi,
        referral.person_key,
        referral.referred_to_npi,
        referral.referred_to_taxonomy,
        enrolment.lob,
        referral.referral_date as observed_on,
        period.period_end,
        referral.visit_date,
        referral.consult_report_received_date,
        row_number() over (
            partition by period.as_of_date, referral.person_key, referral.referred_to_taxonomy
            order by referral.referral_date nulls last, referral.referral_id nulls last
        ) as occurrence,
        coalesce(referral.referred_to_taxonomy like '{{ equipment_taxonomy }}', false) as is_equipment
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
        period.metric_id = 'referral_loop_closure_rate'
        and coalesce(referral.status, 'created') not in ('cancelled_by_patient', 'entered_in_error')
),

first_of_specialty as (
    select *
    from measured
    where
        practice_id is not null
        and occurrence = 1
        and not is_equipment
),

-- Nobody wrote the visit down: the specialist's first claim shows it, by NPI or by specialty.
first_claim as (
    select
        referral.as_of_date,
        referral.referral_id,
        min(claim.service_date) as service_date
    from first_of_specialty as referral
    inner join {{ ref('int_claim_line') }} as claim
        on
            referral.person_key = claim.person_key
            and referral.observed_on < claim.service_date
            and {{ known_at('claim', 'referral.as_of_date') }}
    left join {{ ref('int_provider') }} as specialist
        on
            referral.as_of_date = specialist.as_of_date
            and claim.rendering_npi = specialist.npi
    where
        referral.visit_date is null
        and not claim.is_denied
        and (
            claim.rendering_npi = referral.referred_to_npi
            or specialist.primary_taxonomy_code = referral.referred_to_taxonomy
        )
    group by referral.as_of_date, referral.referral_id
),

visited as (
    select
        referral.as_of_date,
        referral.practice_id,
        referral.npi,
        referral.person_key,
        referral.lob,
        referral.observed_on,
        referral.period_end,
        coalesce(referral.visit_date, first_claim.service_date) as visit_date,
        referral.consult_report_received_date
    from first_of_specialty as referral
    left join first_claim
        on
            referral.as_of_date = first_claim.as_of_date
            and referral.referral_id = first_claim.referral_id
),

first_referral as (
    select
        as_of_date,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        case
            when consult_report_received_date between observed_on and period_end
                then {{ days_between('observed_on', 'consult_report_received_date') }}
        end as loop_days,
        {{ days_between('visit_date', 'consult_report_received_date') }} as report_days,
        {{ add_days('visit_date', report_days) }} <= period_end as is_report_due,
        visit_date between observed_on and period_end as is_visited
    from visited
),

companion as (
    select
        first_referral.as_of_date,
        'referral_loop_days_p50' as metric_id,
        first_referral.practice_id,
        first_referral.npi,
        first_referral.person_key,
        first_referral.lob,
        first_referral.observed_on,
        first_referral.loop_days as numerator,
        1 as denominator
    from first_referral
    where first_referral.loop_days is not null
    union all
    select
        first_referral.as_of_date,
        'referral_visit_completed_rate' as metric_id,
        first_referral.practice_id,
        first_referral.npi,
        first_referral.person_key,
        first_referral.lob,
        first_referral.observed_on,
        case when first_referral.is_visited then 1 else 0 end as numerator,
        1 as denominator
    from first_referral
    union all
    select
        first_referral.as_of_date,
        'referral_report_30d_rate' as metric_id,
        first_referral.practice_id,
        first_referral.npi,
        first_referral.person_key,
        first_referral.lob,
        first_referral.observed_on,
        case when first_referral.report_days <= {{ report_days }} then 1 else 0 end as numerator,
        1 as denominator
    from first_referral
    where
        first_referral.is_visited
        and first_referral.is_report_due
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    observed_on,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    false as excluded
from companion
