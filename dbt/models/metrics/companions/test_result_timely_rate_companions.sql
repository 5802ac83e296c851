{#- Later than this, a result has not been given. -#}
{%- set never_days = 30 -%}

-- A corrected result is a new row: the clock runs on the first final one, with that row's own notification.
with result as (
    select
        period.as_of_date,
        period.period_start,
        period.mature_end,
        lab.person_key,
        lab.practice_id,
        lab.ordering_practitioner_id as npi,
        cast(coalesce(lab.order_datetime, lab.result_datetime) as date) as ordered_on,
        cast(lab.result_datetime as date) as result_date,
        cast(lab.patient_notified_datetime as date) as notified_on,
        lab.notify_method,
        row_number() over (
            partition by
                period.as_of_date,
                coalesce(lab.accession_number, lab.lab_result_id),
                lab.source_component_code
            order by
                case when lab.status = 'F' then 0 else 1 end,
                lab.result_datetime nulls last,
                lab.lab_result_id nulls last
        ) as issue_number
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_lab_results') }} as lab
        on {{ known_at('lab', 'period.as_of_date') }}
    where
        period.metric_id = 'test_result_timely_rate'
        and lab.status in ('F', 'C')
),

in_window as (
    select
        result.as_of_date,
        coalesce(result.practice_id, affiliation.practice_id) as practice_id,
        result.npi,
        result.person_key,
        result.ordered_on,
        result.result_date,
        result.notified_on,
        result.notify_method
    from result
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            result.as_of_date = affiliation.as_of_date
            and result.npi = affiliation.npi
            and result.ordered_on between affiliation.valid_from and affiliation.valid_to
    where
        result.issue_number = 1
        and result.result_date between result.period_start and result.mature_end
),

-- A practice that never sends the notification field is not measured, rather than blamed.
reporting as (
    select
        as_of_date,
        practice_id,
        npi,
        person_key,
        ordered_on,
        result_date,
        notify_method,
        {{ days_between('result_date', 'notified_on') }} as notified_days,
        max(notified_on) over (partition by as_of_date, practice_id) is not null as practice_reports
    from in_window
    where practice_id is not null
),

measured as (
    select
        reporting.as_of_date,
        reporting.practice_id,
        reporting.npi,
        reporting.person_key,
        enrolment.lob,
        reporting.result_date as observed_on,
        {{ add_days('reporting.result_date', never_days) }} <= reporting.as_of_date as is_ripe,
        coalesce(reporting.notified_days between 0 and {{ never_days }}, false) as is_given,
        reporting.notify_method,
        person.preferred_contact_method
    from reporting
    left join {{ ref('int_member') }} as person
        on
            reporting.as_of_date = person.as_of_date
            and reporting.person_key = person.person_key
    left join {{ ref('int_enrolment') }} as enrolment
        on
            reporting.as_of_date = enrolment.as_of_date
            and reporting.person_key = enrolment.person_key
            and reporting.ordered_on between enrolment.valid_from and enrolment.valid_to
    where
        reporting.practice_reports
        and (
            person.death_date is null
            or person.death_date > {{ add_days('reporting.result_date', var('result_days_normal')) }}
        )
),

companion as (
    select
        measured.as_of_date,
        'result_never_communicated_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when not measured.is_given then 1 else 0 end as numerator,
        1 as denominator
    from measured
    where measured.is_ripe
    union all
    select
        measured.as_of_date,
        'preferred_contact_match_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when measured.notify_method = measured.preferred_contact_method then 1 else 0 end as numerator,
        1 as denominator
    from measured
    where
        measured.is_given
        and measured.notify_method is not null
        and coalesce(measured.preferred_contact_method, 'unknown') <> 'unknown'
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
