with visit as (
    select distinct
        period.as_of_date,
        period.metric_id,
        period.period_end,
        service.person_key,
        service.service_date,
        service.npi,
        service.practice_id
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_visit_service') }} as service
        on
            period.as_of_date = service.as_of_date
            and service.service_date between period.period_start and period.period_end
            and service.is_pcp_visit
    where period.metric_id = 'coc_continuity'
),

clinician as (
    select
        as_of_date,
        metric_id,
        period_end,
        person_key,
        npi,
        count(distinct service_date) as visits
    from visit
    group by as_of_date, metric_id, period_end, person_key, npi
),

member as (
    select
        as_of_date,
        metric_id,
        period_end,
        person_key,
        cast(sum(visits) as double) as all_visits,
        cast(sum(visits * visits) as double) as squared_visits
    from clinician
    group by as_of_date, metric_id, period_end, person_key
),

practice as (
    select
        as_of_date,
        person_key,
        practice_id,
        row_number() over (
            partition by as_of_date, person_key
            order by count(*) desc nulls last, max(service_date) desc nulls last, practice_id asc nulls last
        ) as place
    from visit
    where practice_id is not null
    group by as_of_date, person_key, practice_id
)

select
    member.as_of_date,
    member.metric_id,
    practice.practice_id,
    cast(null as string) as npi,
    member.person_key,
    span.lob,
    member.period_end as observed_on,
    cast(
        case
            when
                (member.squared_visits - member.all_visits) / (member.all_visits * (member.all_visits - 1))
                >= cast({{ var('coc_threshold') }} as double)
                then 1
            else 0
        end as double
    ) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from member
inner join practice
    on
        member.as_of_date = practice.as_of_date
        and member.person_key = practice.person_key
        and practice.place = 1
left join {{ ref('int_enrolment') }} as span
    on
        member.as_of_date = span.as_of_date
        and member.person_key = span.person_key
        and member.period_end between span.valid_from and span.valid_to
where member.all_visits >= {{ var('coc_min_visits') }}
