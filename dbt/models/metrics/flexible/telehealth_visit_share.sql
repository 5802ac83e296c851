with practice_day as (
    select
        period.as_of_date,
        period.metric_id,
        service.practice_id,
        service.person_key,
        service.service_date,
        max(case when service.is_pcp_visit or service.is_evisit then 1 else 0 end) as has_visit,
        max(case when service.is_video or service.is_phone or service.is_evisit then 1 else 0 end) as has_telehealth,
        -- One clinician answers for the day: one of its primary-care visits before anybody else.
        min(case when service.is_pcp_visit then service.npi end) as pcp_npi,
        min(case when service.is_evisit then service.npi end) as evisit_npi
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_visit_service') }} as service
        on
            period.as_of_date = service.as_of_date
            and service.service_date between period.period_start and period.period_end
            and service.practice_id is not null
    where period.metric_id = 'telehealth_visit_share'
    group by
        period.as_of_date,
        period.metric_id,
        service.practice_id,
        service.person_key,
        service.service_date
)

select
    practice_day.as_of_date,
    practice_day.metric_id,
    practice_day.practice_id,
    coalesce(practice_day.pcp_npi, practice_day.evisit_npi) as npi,
    practice_day.person_key,
    span.lob,
    practice_day.service_date as observed_on,
    cast(practice_day.has_telehealth as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from practice_day
left join {{ ref('int_enrolment') }} as span
    on
        practice_day.as_of_date = span.as_of_date
        and practice_day.person_key = span.person_key
        and practice_day.service_date between span.valid_from and span.valid_to
where practice_day.has_visit = 1
