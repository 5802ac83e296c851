{%- set substantiated_severity = 2 -%}

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
        period.metric_id = 'qoc_concern_rate'
        and grievance.record_type = 'qoc_concern'
        and not grievance.is_withdrawn
        and not grievance.is_repeat
),

exposure as (
    select
        as_of_date,
        practice_id,
        npi,
        person_key,
        lob,
        observed_on,
        denominator
    from {{ ref('qoc_concern_rate') }}
    where denominator > 0
),

companion as (
    select
        complaint.as_of_date,
        'qoc_substantiated_rate' as metric_id,
        complaint.practice_id,
        complaint.npi,
        complaint.person_key,
        complaint.lob,
        complaint.observed_on,
        1 as numerator,
        0 as denominator
    from complaint
    where complaint.severity_level >= {{ substantiated_severity }}
    union all
    select
        exposure.as_of_date,
        'qoc_substantiated_rate' as metric_id,
        exposure.practice_id,
        exposure.npi,
        exposure.person_key,
        exposure.lob,
        exposure.observed_on,
        0 as numerator,
        exposure.denominator
    from exposure
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
