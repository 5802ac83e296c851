{#-
  Rates of complaints per 1,000 member months beside the metric `parent`, over its period: of one record type, without
  those withdrawn or filed again. `rates` says by the name of each rate which complaints it counts.
-#}
{%- macro complaint_rates(parent, record_type, rates) -%}
with complaint as (
    select
        grievance.as_of_date,
        grievance.practice_id,
        grievance.npi,
        grievance.person_key,
        grievance.lob,
        grievance.received_date,
        grievance.category,
        grievance.severity_level,
        grievance.discrimination_flag
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_practice_grievance') }} as grievance
        on
            period.as_of_date = grievance.as_of_date
            and grievance.received_date between period.period_start and period.period_end
    where
        period.metric_id = '{{ parent }}'
        and grievance.record_type = '{{ record_type }}'
        and not grievance.is_withdrawn
        and not grievance.is_repeat
)

{% for rate, condition in rates.items() %}
    select
        as_of_date,
        '{{ rate }}' as metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        received_date as observed_on,
        cast(1 as double) as numerator,
        cast(0 as double) as denominator,
        false as excluded
    from complaint
    where {{ condition }}
    union all
    {{ exposure_rows(rate, period_of=parent) }}
    {%- if not loop.last %}
        union all
    {%- endif %}
{%- endfor %}
{%- endmacro -%}
