{#- Emergency E/M levels 1 and 2 (99281, 99282, G0380, G0381) stand for what an office could have treated. -#}
{%- set highest_low_level = 2 -%}
{%- set youngest_age = 1 -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'low_acuity_ed_rate'
),

visit as (
    select
        period.as_of_date,
        period.metric_id,
        visit.ed_visit_id,
        visit.person_key,
        visit.ed_date,
        visit.principal_dx,
        assignment.practice_id,
        assignment.npi
    from period
    inner join {{ ref('int_ed_visit') }} as visit
        on
            period.as_of_date = visit.as_of_date
            and visit.is_treat_and_release
            and visit.em_level <= {{ highest_low_level }}
            and visit.ed_date between period.period_start and period.period_end
    inner join {{ ref('int_assignment') }} as assignment
        on
            visit.as_of_date = assignment.as_of_date
            and visit.person_key = assignment.person_key
            and visit.ed_date between assignment.valid_from and assignment.valid_to
),

injury as (
    select distinct
        visit.as_of_date,
        visit.ed_visit_id
    from visit
    inner join {{ ref('ref_code_sets') }} as chapter
        on
            chapter.code_set = 'CS_INJURY_DX'
            and left(visit.principal_dx, length(chapter.code)) = chapter.code
),

hospice as (
    select distinct
        period.as_of_date,
        hospice_day.person_key
    from period
    inner join {{ ref('int_hospice') }} as hospice_day
        on
            period.as_of_date = hospice_day.as_of_date
            and hospice_day.service_date between period.period_start and period.period_end
),

event as (
    select
        visit.as_of_date,
        visit.metric_id,
        visit.practice_id,
        visit.npi,
        visit.person_key,
        span.lob,
        visit.ed_date,
        injury.ed_visit_id is not null
        or hospice.person_key is not null
        or coalesce({{ age_years('member.birth_date', 'visit.ed_date') }} < {{ youngest_age }}, false) as is_excluded
    from visit
    left join injury
        on
            visit.as_of_date = injury.as_of_date
            and visit.ed_visit_id = injury.ed_visit_id
    left join hospice
        on
            visit.as_of_date = hospice.as_of_date
            and visit.person_key = hospice.person_key
    left join {{ ref('int_member') }} as member
        on
            visit.as_of_date = member.as_of_date
            and visit.person_key = member.person_key
    left join {{ ref('int_enrolment') }} as span
        on
            visit.as_of_date = span.as_of_date
            and visit.person_key = span.person_key
            and visit.ed_date between span.valid_from and span.valid_to
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    ed_date as observed_on,
    cast(case when is_excluded then 0 else 1 end as double) as numerator,
    cast(0 as double) as denominator,
    is_excluded as excluded
from event
union all
{{ exposure_rows('low_acuity_ed_rate') }}
