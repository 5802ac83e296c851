{#-
  The exposure half of a rate per 1,000 member months: a row a practice, clinician, line of business and month of the
  metric's period, with no event. `metric_id` names the rows, `period_of` the metric whose period it is.
-#}
{%- macro exposure_rows(metric_id, period_of=none) -%}
    select
        period.as_of_date,
        '{{ metric_id }}' as metric_id,
        member_month.practice_id,
        member_month.npi,
        cast(null as string) as person_key,
        member_month.lob,
        member_month.month_start as observed_on,
        cast(0 as double) as numerator,
        cast(member_month.member_months as double) as denominator,
        false as excluded
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_member_month') }} as member_month
        on
            period.as_of_date = member_month.as_of_date
            and member_month.month_start between period.period_start and period.period_end
    where period.metric_id = '{{ period_of or metric_id }}'
{%- endmacro -%}
