-- Any paid first fill: no feed says for which drugs a generic exists.
with companion as (
    select
        fill.as_of_date,
        'generic_dispensing_rate' as metric_id,
        fill.practice_id,
        fill.npi,
        fill.person_key,
        enrolment.lob,
        fill.dispensing_date as observed_on,
        claim.generic_flag as numerator,
        1 as denominator
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_first_fill') }} as fill
        on
            period.as_of_date = fill.as_of_date
            and period.period_start = fill.period_start
            and period.period_end = fill.period_end
            and fill.claim_status = 'paid'
    inner join {{ ref('stg_pharmacy_claims') }} as claim
        on
            fill.claim_id = claim.claim_id
            and fill.claim_line_number = claim.claim_line_number
            and fill.person_key = claim.person_key
            and claim.generic_flag is not null
            and {{ known_at('claim', 'fill.as_of_date') }}
    left join {{ ref('int_enrolment') }} as enrolment
        on
            fill.as_of_date = enrolment.as_of_date
            and fill.person_key = enrolment.person_key
            and fill.dispensing_date between enrolment.valid_from and enrolment.valid_to
    where period.metric_id = 'formulary_adherence_rate'
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
