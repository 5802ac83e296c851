{#- New members may go on with what they took before: their first fills are transition supply. -#}
{%- set transition_days = 90 -%}

with fill as (
    select
        period.metric_id,
        fill.*
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_first_fill') }} as fill
        on
            period.as_of_date = fill.as_of_date
            and period.period_start = fill.period_start
            and period.period_end = fill.period_end
    where period.metric_id = 'formulary_adherence_rate'
),

span as (
    select
        as_of_date,
        person_key,
        lob,
        valid_from,
        valid_to,
        case
            when
                lag(valid_to) over (partition by as_of_date, person_key order by valid_from asc nulls last)
                = {{ add_days('valid_from', -1) }}
                then null
            else valid_from
        end as coverage_start
    from {{ ref('int_enrolment') }}
),

-- Spans of several lines of business that follow one another are one coverage.
coverage as (
    select
        as_of_date,
        person_key,
        lob,
        valid_from,
        valid_to,
        max(coverage_start) over (
            partition by as_of_date, person_key
            order by valid_from asc nulls last
            rows between unbounded preceding and current row
        ) as covered_since
    from span
),

listed as (
    select distinct
        fill.as_of_date,
        fill.claim_id,
        fill.claim_line_number
    from fill
    inner join {{ ref('ref_formulary') }} as drug
        on
            fill.plan = drug.plan
            and fill.ndc_code = drug.ndc_code
            and fill.dispensing_date >= coalesce(drug.valid_from, fill.dispensing_date)
            and fill.dispensing_date <= coalesce(drug.valid_to, fill.dispensing_date)
            and drug.formulary_status in ('preferred', 'non_preferred_covered')
    where coalesce(fill.formulary_status, 'unknown') = 'unknown'
),

judged as (
    select
        fill.as_of_date,
        fill.metric_id,
        fill.practice_id,
        fill.npi,
        fill.person_key,
        coverage.lob,
        fill.dispensing_date,
        coalesce(fill.formulary_status in ('preferred', 'non_preferred_covered'), false)
        or listed.claim_id is not null as is_met,
        coalesce(
            {{ days_between('coverage.covered_since', 'fill.dispensing_date') }} < {{ transition_days }}, false
        ) as is_excluded
    from fill
    left join coverage
        on
            fill.as_of_date = coverage.as_of_date
            and fill.person_key = coverage.person_key
            and fill.dispensing_date between coverage.valid_from and coverage.valid_to
    left join listed
        on
            fill.as_of_date = listed.as_of_date
            and fill.claim_id = listed.claim_id
            and fill.claim_line_number = listed.claim_line_number
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    dispensing_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
