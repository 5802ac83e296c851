{%- set emergency_days = 30 -%}

with measured as (
    select
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        parent.numerator,
        parent.denominator,
        {{ add_days('parent.observed_on', emergency_days) }} as month_end
    from {{ ref('dismissal_30day_coverage_rate') }} as parent
    where not parent.excluded
),

seen_in_ed as (
    select distinct
        measured.as_of_date,
        measured.person_key,
        measured.observed_on
    from measured
    inner join {{ ref('int_ed_visit') }} as visit
        on
            measured.as_of_date = visit.as_of_date
            and measured.person_key = visit.person_key
            and measured.observed_on < visit.ed_date
            and measured.month_end >= visit.ed_date
),

new_practice as (
    select
        measured.as_of_date,
        measured.person_key,
        measured.observed_on,
        min({{ days_between('measured.observed_on', 'span.valid_from') }}) as days
    from measured
    inner join {{ ref('int_assignment') }} as span
        on
            measured.as_of_date = span.as_of_date
            and measured.person_key = span.person_key
            and measured.practice_id <> span.practice_id
            and measured.observed_on < span.valid_from
    group by measured.as_of_date, measured.person_key, measured.observed_on
),

-- Dismissals for violence or threats are handled under plan policy and not judged.
safety_exception as (
    select
        period.as_of_date,
        span.practice_id,
        span.npi,
        span.person_key,
        enrolment.lob,
        span.dismissal_notice_date as observed_on,
        coalesce(span.safety_exception_flag, 0) as is_exception
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_pcp_assignments') }} as span
        on
            span.change_initiator = 'practice'
            and span.change_type = 'dismissal'
            and span.dismissal_notice_date between period.period_start and period.mature_end
            and {{ known_at('span', 'period.as_of_date') }}
    left join {{ ref('int_enrolment') }} as enrolment
        on
            period.as_of_date = enrolment.as_of_date
            and span.person_key = enrolment.person_key
            and span.dismissal_notice_date between enrolment.valid_from and enrolment.valid_to
    where period.metric_id = 'dismissal_30day_coverage_rate'
),

exposure as (
    select
        period.as_of_date,
        member_month.practice_id,
        member_month.npi,
        cast(null as string) as person_key,
        member_month.lob,
        member_month.month_start as observed_on,
        member_month.member_months
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_member_month') }} as member_month
        on
            period.as_of_date = member_month.as_of_date
            and member_month.month_start between period.period_start and period.mature_end
    where period.metric_id = 'dismissal_30day_coverage_rate'
),

companion as (
    select
        measured.as_of_date,
        'dismissal_rate_per_1000_mm' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        1 as numerator,
        0 as denominator
    from measured
    union all
    select
        exposure.as_of_date,
        'dismissal_rate_per_1000_mm' as metric_id,
        exposure.practice_id,
        exposure.npi,
        exposure.person_key,
        exposure.lob,
        exposure.observed_on,
        0 as numerator,
        exposure.member_months as denominator
    from exposure
    union all
    select
        measured.as_of_date,
        'dismissal_ed_visit_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when seen_in_ed.person_key is not null then 1 else 0 end as numerator,
        1 as denominator
    from measured
    left join seen_in_ed
        on
            measured.as_of_date = seen_in_ed.as_of_date
            and measured.person_key = seen_in_ed.person_key
            and measured.observed_on = seen_in_ed.observed_on
    union all
    select
        measured.as_of_date,
        'dismissal_new_pcp_days' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        new_practice.days as numerator,
        1 as denominator
    from measured
    inner join new_practice
        on
            measured.as_of_date = new_practice.as_of_date
            and measured.person_key = new_practice.person_key
            and measured.observed_on = new_practice.observed_on
    union all
    select
        as_of_date,
        'dismissal_safety_exception_share' as metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        is_exception as numerator,
        1 as denominator
    from safety_exception
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
