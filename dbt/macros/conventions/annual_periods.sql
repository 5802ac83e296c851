{#- The distinct 12-month windows that metrics look at, by as-of date: with claims run-out and without. -#}
{%- macro annual_periods() -%}
    select distinct
        as_of_date,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where {{ add_months('period_start', 12) }} = {{ add_days('period_end', 1) }}
{%- endmacro -%}
