{#- Which complaints each rate counts. -#}
{%- set rates = {
    'grievance_attitude_service_rate': "category = 'attitude_service'",
    'grievance_access_rate': "category = 'access'",
    'grievance_office_site_rate': "category = 'office_site'",
    'grievance_discrimination_rate': "category = 'discrimination' or discrimination_flag = 1"
} -%}

with complaint as (
    select
        period.as_of_date,
        grievance.practice_id,
        grievance.npi,
        grievance.person_key,
        enrolment.lob,
        grievance.received_date as observed_on,
        grievance.category,
        filed.discrimination_flag,
        filed.severity_level
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_practice_grievance') }} as grievance
        on
            period.as_of_date = grievance.as_of_date
            and grievance.received_date between period.period_start and period.period_end
    inner join {{ ref('stg_grievances') }} as filed
        on
            grievance.grievance_id = filed.grievance_id
            and {{ known_at('filed', 'period.as_of_date') }}
    left join {{ ref('int_enrolment') }} as enrolment
        on
            grievance.as_of_date = enrolment.as_of_date
            and grievance.person_key = enrolment.person_key
            and grievance.received_date between enrolment.valid_from and enrolment.valid_to
    where
        period.metric_id = 'service_grievance_rate'
        and grievance.record_type = 'grievance'
        and not grievance.is_withdrawn
        and not grievance.is_repeat
)

{%- for companion_id, condition in rates.items() %}
    select
        as_of_date,
        '{{ companion_id }}' as metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        cast(1 as double) as numerator,
        cast(0 as double) as denominator,
        false as excluded
    from complaint
    where {{ condition }}
    union all
    {{ exposure_rows(companion_id, period_of='service_grievance_rate') }}
    {%- if not loop.last %}
        union all
    {%- endif %}
{%- endfor %}
