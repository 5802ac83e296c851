{#- 99496 is billed for a visit within 7 days, but up to 30 days after discharge. -#}
{%- set transition_claim_days = 30 -%}

with period as (
    select
        as_of_date,
        metric_id,
        period_start,
        mature_end
    from {{ ref('int_metric_period') }}
    where metric_id = 'fu7_discharge_rate'
),

discharge as (
    select
        period.as_of_date,
        period.metric_id,
        stay.stay_id,
        stay.person_key,
        stay.discharge_date,
        {{ add_days('stay.discharge_date', var('followup_days')) }} as followup_end,
        assignment.practice_id,
        assignment.npi,
        stay.is_birth
        or stay.is_planned_chemo
        or home.code is null as is_out_of_scope
    from period
    inner join {{ ref('int_inpatient_stay') }} as stay
        on
            period.as_of_date = stay.as_of_date
            and stay.is_acute
            and stay.discharge_date between period.period_start and period.mature_end
    inner join {{ ref('int_assignment') }} as assignment
        on
            stay.as_of_date = assignment.as_of_date
            and stay.person_key = assignment.person_key
            and stay.discharge_date between assignment.valid_from and assignment.valid_to
    left join {{ ref('ref_code_sets') }} as home
        on
            home.code_set = 'CS_DISPO_HOME'
            and stay.discharge_disposition_code = home.code
),

enrolled as (
    select
        discharge.as_of_date,
        discharge.stay_id,
        max(case when discharge.discharge_date between span.valid_from and span.valid_to then span.lob end) as lob
    from discharge
    inner join {{ ref('int_enrolment') }} as span
        on
            discharge.as_of_date = span.as_of_date
            and discharge.person_key = span.person_key
            and discharge.followup_end >= span.valid_from
            and discharge.discharge_date <= span.valid_to
    group by discharge.as_of_date, discharge.stay_id
    -- Covered on the discharge date and on each day of the window.
    having
        sum(
            {{ days_between(
                'greatest(span.valid_from, discharge.discharge_date)', 'least(span.valid_to, discharge.followup_end)'
            ) }} + 1
        ) = {{ var('followup_days') }} + 1
),

returned as (
    select distinct
        discharge.as_of_date,
        discharge.stay_id
    from discharge
    inner join {{ ref('int_inpatient_stay') }} as later
        on
            discharge.as_of_date = later.as_of_date
            and discharge.person_key = later.person_key
            and discharge.stay_id <> later.stay_id
            and later.admit_date between discharge.discharge_date and discharge.followup_end
),

followed as (
    select distinct
        discharge.as_of_date,
        discharge.stay_id
    from discharge
    inner join {{ ref('int_visit_service') }} as service
        on
            discharge.as_of_date = service.as_of_date
            and discharge.person_key = service.person_key
            and discharge.discharge_date < service.service_date
            and service.clinician_kind = 'pcp'
            and (
                (
                    discharge.followup_end >= service.service_date
                    and (service.is_pcp_visit or service.is_video or service.is_phone or service.is_tcm)
                )
                or (
                    service.hcpcs_code = '99496'
                    and service.service_date <= {{ add_days('discharge.discharge_date', transition_claim_days) }}
                )
            )
),

judged as (
    select
        discharge.as_of_date,
        discharge.metric_id,
        discharge.practice_id,
        discharge.npi,
        discharge.person_key,
        enrolled.lob,
        discharge.discharge_date,
        followed.stay_id is not null as is_met,
        discharge.is_out_of_scope or returned.stay_id is not null as is_excluded
    from discharge
    inner join enrolled
        on
            discharge.as_of_date = enrolled.as_of_date
            and discharge.stay_id = enrolled.stay_id
    left join returned
        on
            discharge.as_of_date = returned.as_of_date
            and discharge.stay_id = returned.stay_id
    left join followed
        on
            discharge.as_of_date = followed.as_of_date
            and discharge.stay_id = followed.stay_id
)

select
    as_of_date,
    metric_id,
    practice_id,
    npi,
    person_key,
    lob,
    discharge_date as observed_on,
    cast(case when is_met and not is_excluded then 1 else 0 end as double) as numerator,
    cast(case when is_excluded then 0 else 1 end as double) as denominator,
    is_excluded as excluded
from judged
