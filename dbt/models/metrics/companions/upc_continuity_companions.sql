with measured as (
    select
        parent.as_of_date,
        parent.practice_id,
        parent.npi,
        parent.person_key,
        parent.lob,
        parent.observed_on,
        parent.numerator,
        parent.denominator,
        period.period_start,
        period.period_end
    from {{ ref('upc_continuity') }} as parent
    inner join {{ ref('int_metric_period') }} as period
        on
            parent.as_of_date = period.as_of_date
            and parent.metric_id = period.metric_id
    where not parent.excluded
),

practice_visits as (
    select
        measured.as_of_date,
        measured.person_key,
        service.practice_id,
        -- As in the parent, a visit is a person, a day and a clinician.
        count(distinct concat_ws(' ', cast(service.service_date as string), service.npi)) as visits
    from measured
    inner join {{ ref('int_visit_service') }} as service
        on
            measured.as_of_date = service.as_of_date
            and measured.person_key = service.person_key
            and service.service_date between measured.period_start and measured.period_end
            and service.is_pcp_visit
    group by measured.as_of_date, measured.person_key, service.practice_id
),

continuity as (
    select
        measured.as_of_date,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        cast(max(practice_visits.visits) as double) / cast(sum(practice_visits.visits) as double) as most_seen,
        cast(
            sum(case when practice_visits.practice_id = measured.practice_id then practice_visits.visits else 0 end)
            as double
        ) / cast(sum(practice_visits.visits) as double) as assigned
    from measured
    inner join practice_visits
        on
            measured.as_of_date = practice_visits.as_of_date
            and measured.person_key = practice_visits.person_key
    group by
        measured.as_of_date,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on
),

companion as (
    select
        continuity.as_of_date,
        'upc_practice' as metric_id,
        continuity.practice_id,
        continuity.npi,
        continuity.person_key,
        continuity.lob,
        continuity.observed_on,
        continuity.most_seen as numerator,
        1 as denominator
    from continuity
    union all
    select
        continuity.as_of_date,
        'assigned_pcp_visit_share' as metric_id,
        continuity.practice_id,
        continuity.npi,
        continuity.person_key,
        continuity.lob,
        continuity.observed_on,
        continuity.assigned as numerator,
        1 as denominator
    from continuity
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
