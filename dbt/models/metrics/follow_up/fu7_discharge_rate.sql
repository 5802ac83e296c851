{#- 99496 is billed for a visit within 7 days, but up to 30 days after discharge. -#}
{%- set transition_claim_days = 30 -%}

-- Covered on the discharge date and on each day of the window.
with discharge as (
    select
        period.as_of_date,
        period.metric_id,
        discharge.stay_id,
        discharge.person_key,
        discharge.discharge_date,
        {{ add_days('discharge.discharge_date', var('followup_days')) }} as followup_end,
        discharge.practice_id,
        discharge.npi,
        discharge.lob,
        discharge.next_admit_date,
        discharge.is_birth
        or discharge.is_planned_chemo
        or coalesce(discharge.disposition, '') <> 'CS_DISPO_HOME' as is_out_of_scope
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_discharge') }} as discharge
        on
            period.as_of_date = discharge.as_of_date
            and discharge.is_acute
            and discharge.discharge_date between period.period_start and period.mature_end
            and {{ add_days('discharge.discharge_date', var('followup_days')) }} <= discharge.covered_to
    where period.metric_id = 'fu7_discharge_rate'
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
        discharge.lob,
        discharge.discharge_date,
        followed.stay_id is not null as is_met,
        discharge.is_out_of_scope
        or coalesce(discharge.next_admit_date <= discharge.followup_end, false) as is_excluded
    from discharge
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
