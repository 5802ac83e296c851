-- A corrected result is a new row: the clock runs on the first final one, with that row's own notification.
with result as (
    select
        period.as_of_date,
        period.metric_id,
        period.period_start,
        period.mature_end,
        lab.person_key,
        lab.practice_id,
        lab.ordering_practitioner_id as npi,
        cast(coalesce(lab.order_datetime, lab.result_datetime) as date) as ordered_on,
        cast(lab.result_datetime as date) as result_date,
        cast(lab.patient_notified_datetime as date) as notified_on,
        cast(lab.patient_viewed_datetime as date) as viewed_on,
        coalesce(lab.notify_method = 'portal', false) as is_portal,
        case
            when lab.source_abnormal_flag in ('LL', 'HH', 'AA') then {{ var('result_days_critical') }}
            when lab.source_abnormal_flag <> 'N' or lab.action_required_flag = 1 then {{ var('result_days_action') }}
            else {{ var('result_days_normal') }}
        end as limit_days,
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
        result.metric_id,
        coalesce(result.practice_id, affiliation.practice_id) as practice_id,
        result.npi,
        result.person_key,
        result.ordered_on,
        result.result_date,
        result.notified_on,
        result.viewed_on,
        result.is_portal,
        result.limit_days
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
        metric_id,
        practice_id,
        npi,
        person_key,
        ordered_on,
        result_date,
        is_portal,
        limit_days,
        {{ days_between('result_date', 'notified_on') }} as notified_days,
        {{ days_between('result_date', 'viewed_on') }} as viewed_days,
        max(notified_on) over (partition by as_of_date, practice_id) is not null as practice_reports
    from in_window
    where practice_id is not null
),

judged as (
    select
        reporting.as_of_date,
        reporting.metric_id,
        reporting.practice_id,
        reporting.npi,
        reporting.person_key,
        enrolment.lob,
        reporting.result_date,
        coalesce(reporting.notified_days between 0 and reporting.limit_days, false)
        and (
            not reporting.is_portal
            or coalesce(reporting.viewed_days between 0 and reporting.limit_days, false)
        ) as is_met,
        coalesce(
            member.death_date <= {{ add_days('reporting.result_date', var('result_days_normal')) }}, false
        ) as is_excluded
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
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    result_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
