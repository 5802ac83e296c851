-- A corrected result is a new row: the clock runs on the first final one, with that row's own notification.
with result as (

    select
        period.as_of_date,
        period.period_start,
        period.mature_end,
        lab.lab_result_id,
        lab.person_key,
        lab.practice_id,
        lab.ordering_practitioner_id as npi,
        cast(coalesce(lab.order_datetime, lab.result_datetime) as date) as ordered_on,
        cast(lab.result_datetime as date) as result_date,
        cast(lab.patient_notified_datetime as date) as notified_on,
        cast(lab.patient_viewed_datetime as date) as viewed_on,
        lab.notify_method,
        lab.source_abnormal_flag,
        lab.action_required_flag
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_lab_results') }} as lab
        on {{ known_at('lab', 'period.as_of_date') }}
    where
        period.metric_id = 'test_result_timely_rate'
        and lab.status in ('F', 'C')
    qualify
        row_number() over (
            partition by
                period.as_of_date,
                coalesce(lab.accession_number, lab.lab_result_id),
                lab.source_component_code
            order by
                case when lab.status = 'F' then 0 else 1 end,
                lab.result_datetime nulls last,
                lab.lab_result_id nulls last
        ) = 1

),

in_window as (

    select
        result.*,
        coalesce(result.practice_id, affiliation.practice_id) as resulting_practice_id
    from result
    left join {{ ref('int_npi_practice') }} as affiliation
        on
            result.as_of_date = affiliation.as_of_date
            and result.npi = affiliation.npi
            and result.ordered_on between affiliation.valid_from and affiliation.valid_to
    where result.result_date between result.period_start and result.mature_end

),

-- A practice that never sends the notification field is not measured, rather than blamed.
reporting as (

    select
        *,
        max(notified_on) over (partition by as_of_date, resulting_practice_id) is not null as practice_reports
    from in_window
    where resulting_practice_id is not null

)

select
    reporting.as_of_date,
    reporting.lab_result_id,
    reporting.resulting_practice_id as practice_id,
    reporting.npi,
    reporting.person_key,
    enrolment.lob,
    reporting.result_date,
    reporting.notified_on,
    reporting.viewed_on,
    reporting.notify_method,
    reporting.source_abnormal_flag,
    reporting.action_required_flag,
    member.preferred_contact_method,
    coalesce(
        member.death_date <= {{ add_days('reporting.result_date', var('result_days_normal')) }}, false
    ) as has_died_in_time
from reporting
left join {{ ref('int_member') }} as member
    on
        reporting.as_of_date = member.as_of_date
        and reporting.person_key = member.person_key
left join {{ ref('int_enrolment') }} as enrolment
    on
        reporting.as_of_date = enrolment.as_of_date
        and reporting.person_key = enrolment.person_key
        and reporting.ordered_on between enrolment.valid_from and enrolment.valid_to
where reporting.practice_reports
