{#- Recursive: after each visit that counts, the next one that may count lies beyond the follow-up window. -#}
with recursive period as (
    select
        as_of_date,
        metric_id,
        period_start,
        period_end,
        mature_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'fu7_ed_rate'
),

ed_day as (
    select distinct
        period.as_of_date,
        visit.person_key,
        visit.ed_date
    from period
    inner join {{ ref('int_ed_visit') }} as visit
        on
            period.as_of_date = visit.as_of_date
            and visit.is_treat_and_release
            and visit.ed_date between period.period_start and period.mature_end
),

admission as (
    select
        as_of_date,
        person_key,
        admit_date as admitted_on
    from {{ ref('int_inpatient_stay') }}
    union all
    select
        period.as_of_date,
        event.person_key,
        event.service_date as admitted_on
    from period
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_OBSERVATION'
            and not event.is_denied
            and {{ known_at('event', 'period.as_of_date') }}
),

admitted as (
    select distinct
        ed_day.as_of_date,
        ed_day.person_key,
        ed_day.ed_date
    from ed_day
    inner join admission
        on
            ed_day.as_of_date = admission.as_of_date
            and ed_day.person_key = admission.person_key
            and admission.admitted_on between ed_day.ed_date and {{ add_days('ed_day.ed_date', var('followup_days')) }}
),

discharged as (
    select
        ed_day.as_of_date,
        ed_day.person_key,
        ed_day.ed_date
    from ed_day
    left join admitted
        on
            ed_day.as_of_date = admitted.as_of_date
            and ed_day.person_key = admitted.person_key
            and ed_day.ed_date = admitted.ed_date
    where admitted.person_key is null
),

succession as (
    select
        visit.as_of_date,
        visit.person_key,
        visit.ed_date,
        min(later.ed_date) as next_ed_date
    from discharged as visit
    left join discharged as later
        on
            visit.as_of_date = later.as_of_date
            and visit.person_key = later.person_key
            and later.ed_date > {{ add_days('visit.ed_date', var('followup_days')) }}
    group by visit.as_of_date, visit.person_key, visit.ed_date
),

first_visit as (
    select
        as_of_date,
        person_key,
        min(ed_date) as ed_date
    from discharged
    group by as_of_date, person_key
),

index_visit as (
    select
        as_of_date,
        person_key,
        ed_date
    from first_visit
    union all
    select
        index_visit.as_of_date,
        index_visit.person_key,
        succession.next_ed_date as ed_date
    from index_visit
    inner join succession
        on
            index_visit.as_of_date = succession.as_of_date
            and index_visit.person_key = succession.person_key
            and index_visit.ed_date = succession.ed_date
            and succession.next_ed_date is not null
),

visit as (
    select
        as_of_date,
        person_key,
        ed_date,
        false as is_admitted
    from index_visit
    union all
    select
        as_of_date,
        person_key,
        ed_date,
        true as is_admitted
    from admitted
),

assigned as (
    select
        visit.as_of_date,
        period.metric_id,
        period.period_start,
        period.period_end,
        visit.person_key,
        visit.ed_date,
        {{ add_days('visit.ed_date', var('followup_days')) }} as followup_end,
        visit.is_admitted,
        assignment.practice_id,
        assignment.npi
    from visit
    inner join period
        on visit.as_of_date = period.as_of_date
    inner join {{ ref('int_assignment') }} as assignment
        on
            visit.as_of_date = assignment.as_of_date
            and visit.person_key = assignment.person_key
            and visit.ed_date between assignment.valid_from and assignment.valid_to
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

-- Claims of the ED visit itself: a service on day 0 must stand on another claim.
ed_claim as (
    select
        assigned.as_of_date,
        line.person_key,
        line.claim_id
    from assigned
    inner join {{ ref('int_claim_line') }} as line
        on
            assigned.person_key = line.person_key
            and assigned.ed_date = line.service_date
            and line.pos = '23'
            and {{ known_at('line', 'assigned.as_of_date') }}
    union
    select
        assigned.as_of_date,
        event.person_key,
        event.claim_id
    from assigned
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set = 'CS_ED'
            and assigned.person_key = event.person_key
            and assigned.ed_date = event.service_date
            and {{ known_at('event', 'assigned.as_of_date') }}
),

followed as (
    select distinct
        assigned.as_of_date,
        assigned.person_key,
        assigned.ed_date
    from assigned
    inner join {{ ref('int_visit_service') }} as service
        on
            assigned.as_of_date = service.as_of_date
            and assigned.person_key = service.person_key
            and service.service_date between assigned.ed_date and assigned.followup_end
            and service.clinician_kind = 'pcp'
            and (
                service.is_pcp_visit
                or service.is_video
                or service.is_phone
                or service.is_evisit
                or service.is_tcm
                or service.is_care_mgmt
            )
    left join ed_claim
        on
            service.as_of_date = ed_claim.as_of_date
            and service.person_key = ed_claim.person_key
            and service.claim_id = ed_claim.claim_id
    where service.service_date > assigned.ed_date or ed_claim.claim_id is null
),

judged as (
    select
        assigned.as_of_date,
        assigned.metric_id,
        assigned.practice_id,
        assigned.npi,
        assigned.person_key,
        span.lob,
        assigned.ed_date,
        followed.person_key is not null as is_met,
        assigned.is_admitted
        or hospice.person_key is not null
        or coalesce(span.covered_to < assigned.followup_end, true)
        or coalesce(member.death_date <= assigned.followup_end, false) as is_excluded
    from assigned
    left join {{ ref('int_enrolment') }} as span
        on
            assigned.as_of_date = span.as_of_date
            and assigned.person_key = span.person_key
            and assigned.ed_date between span.valid_from and span.valid_to
    left join hospice
        on
            assigned.as_of_date = hospice.as_of_date
            and assigned.person_key = hospice.person_key
    left join {{ ref('int_member') }} as member
        on
            assigned.as_of_date = member.as_of_date
            and assigned.person_key = member.person_key
    left join followed
        on
            assigned.as_of_date = followed.as_of_date
            and assigned.person_key = followed.person_key
            and assigned.ed_date = followed.ed_date
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    ed_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
