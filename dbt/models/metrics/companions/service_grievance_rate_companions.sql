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
    from {{ ref('service_grievance_rate') }}
    where denominator > 0
),

companion as (
    select
        complaint.as_of_date,
        'grievance_attitude_service_rate' as metric_id,
        complaint.practice_id,
        complaint.npi,
        complaint.person_key,
        complaint.lob,
        complaint.observed_on,
        1 as numerator,
        0 as denominator
    from complaint
    where complaint.category = 'attitude_service'
    union all
    select
        exposure.as_of_date,
        'grievance_attitude_service_rate' as metric_id,
        exposure.practice_id,
        exposure.npi,
        exposure.person_key,
        exposure.lob,
        exposure.observed_on,
        0 as numerator,
        exposure.denominator
    from exposure
    union all
    select
        complaint.as_of_date,
        'grievance_access_rate' as metric_id,
        complaint.practice_id,
        complaint.npi,
        complaint.person_key,
        complaint.lob,
        complaint.observed_on,
        1 as numerator,
        0 as denominator
    from complaint
    where complaint.category = 'access'
    union all
    select
        exposure.as_of_date,
        'grievance_access_rate' as metric_id,
        exposure.practice_id,
        exposure.npi,
        exposure.person_key,
        exposure.lob,
        exposure.observed_on,
        0 as numerator,
        exposure.denominator
    from exposure
    union all
    select
        complaint.as_of_date,
        'grievance_office_site_rate' as metric_id,
        complaint.practice_id,
        complaint.npi,
        complaint.person_key,
        complaint.lob,
        complaint.observed_on,
        1 as numerator,
        0 as denominator
    from complaint
    where complaint.category = 'office_site'
    union all
    select
        exposure.as_of_date,
        'grievance_office_site_rate' as metric_id,
        exposure.practice_id,
        exposure.npi,
        exposure.person_key,
        exposure.lob,
        exposure.observed_on,
        0 as numerator,
        exposure.denominator
    from exposure
    union all
    select
        complaint.as_of_date,
        'grievance_discrimination_rate' as metric_id,
        complaint.practice_id,
        complaint.npi,
        complaint.person_key,
        complaint.lob,
        complaint.observed_on,
        1 as numerator,
        0 as denominator
    from complaint
    where
        complaint.category = 'discrimination'
        or complaint.discrimination_flag = 1
    union all
    select
        exposure.as_of_date,
        'grievance_discrimination_rate' as metric_id,
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
