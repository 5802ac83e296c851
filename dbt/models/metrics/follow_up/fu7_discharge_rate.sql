{#- 99496 is billed for a visit within 7 days, up to 30 days after discharge; other contacts count on their own date. -#}
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
        on stay.as_of_date = period.as_of_date
        and stay.is_acute
        and stay.discharge_date between period.period_start and period.mature_end
    inner join {{ ref('int_assignment') }} as assignment
        on assignment.as_of_date = stay.as_of_date
        and assignment.person_key = stay.person_key
        and stay.discharge_date between assignment.valid_from and assignment.valid_to
    left join {{ ref('ref_code_sets') }} as home
        on home.code_set = 'CS_DISPO_HOME'
        and home.code = stay.discharge_disposition_code
),

enrolled as (
    select
        discharge.as_of_date,
        discharge.stay_id,
        max(case when discharge.discharge_date between span.valid_from and span.valid_to then span.lob end) as lob
    from discharge
    inner join {{ ref('int_enrolment') }} as span
        on span.as_of_date = discharge.as_of_date
        and span.person_key = discharge.person_key
        and span.valid_from <= discharge.followup_end
        and span.valid_to >= discharge.discharge_date
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
        on later.as_of_date = discharge.as_of_date
        and later.person_key = discharge.person_key
        and later.stay_id <> discharge.stay_id
        and later.admit_date between discharge.discharge_date and discharge.followup_end
),

followed as (
    select distinct
        discharge.as_of_date,
        discharge.stay_id
    from discharge
    inner join {{ ref('int_visit_service') }} as service
        on service.as_of_date = discharge.as_of_date
        and service.person_key = discharge.person_key
        and service.service_date > discharge.discharge_date
        and service.clinician_kind = 'pcp'
        and (
            (
                service.service_date <= discharge.followup_end
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
        on enrolled.as_of_date = discharge.as_of_date
        and enrolled.stay_id = discharge.stay_id
    left join returned
        on returned.as_of_date = discharge.as_of_date
        and returned.stay_id = discharge.stay_id
    left join followed
        on followed.as_of_date = discharge.as_of_date
        and followed.stay_id = discharge.stay_id
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
