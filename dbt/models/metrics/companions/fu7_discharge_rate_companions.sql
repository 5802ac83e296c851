{%- set month_days = 30 -%}
{%- set discharged_on = 'cast(coalesce(notice.discharge_datetime, notice.event_datetime) as date)' -%}

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
        {{ add_days('parent.observed_on', var('followup_days')) }} as week_end,
        {{ add_days('parent.observed_on', month_days) }} as month_end,
        period.period_end
    from {{ ref('fu7_discharge_rate') }} as parent
    inner join {{ ref('int_metric_period') }} as period
        on
            parent.as_of_date = period.as_of_date
            and parent.metric_id = period.metric_id
    where not parent.excluded
),

contacted as (
    select
        measured.as_of_date,
        measured.person_key,
        measured.observed_on,
        max(
            case
                when service.practice_id = measured.practice_id and service.service_date <= measured.week_end then 1
                else 0
            end
        ) = 1 as is_own_practice_in_time
    from measured
    inner join {{ ref('int_visit_service') }} as service
        on
            measured.as_of_date = service.as_of_date
            and measured.person_key = service.person_key
            and measured.observed_on < service.service_date
            and measured.month_end >= service.service_date
            and service.clinician_kind = 'pcp'
            and (service.is_pcp_visit or service.is_video or service.is_phone or service.is_tcm)
    group by measured.as_of_date, measured.person_key, measured.observed_on
),

referred as (
    select distinct
        measured.as_of_date,
        measured.person_key,
        measured.observed_on
    from measured
    inner join {{ ref('stg_care_management') }} as program
        on
            measured.person_key = program.person_key
            and program.program = 'care_transitions'
            and program.referral_source = 'pcp'
            and program.referral_date between measured.observed_on and measured.week_end
            and {{ known_at('program', 'measured.as_of_date') }}
),

-- Notices need no time for claims to arrive: they are looked at over the period of a metric without run-out.
notified_discharge as (
    select distinct
        period.as_of_date,
        notice.practice_id,
        notice.person_key,
        {{ discharged_on }} as discharge_date
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('stg_adt_notifications') }} as notice
        on
            notice.event_type_code = 'A03'
            and notice.patient_class = 'I'
            and notice.delivery_status = 'delivered'
            and notice.practice_id is not null
            and {{ discharged_on }} >= period.period_start
            and {{ add_days(discharged_on, var('followup_days')) }} <= period.period_end
            and {{ known_at('notice', 'period.as_of_date') }}
    where period.metric_id = 'ed_record_retrieval_rate'
),

seen_after_notice as (
    select distinct
        discharge.as_of_date,
        discharge.person_key,
        discharge.discharge_date
    from notified_discharge as discharge
    inner join {{ ref('stg_appointments') }} as appointment
        on
            discharge.person_key = appointment.person_key
            and appointment.status_code = 'fulfilled'
            and discharge.discharge_date < cast(appointment.start_datetime as date)
            and cast(appointment.start_datetime as date)
            <= {{ add_days('discharge.discharge_date', var('followup_days')) }}
            and {{ known_at('appointment', 'discharge.as_of_date') }}
),

psychiatric_discharge as (
    select
        period.as_of_date,
        discharge.practice_id,
        discharge.npi,
        discharge.person_key,
        discharge.discharge_date
    from {{ ref('int_metric_period') }} as period
    inner join {{ ref('int_discharge') }} as discharge
        on
            period.as_of_date = discharge.as_of_date
            and discharge.is_psychiatric
            and discharge.disposition = 'CS_DISPO_HOME'
            and discharge.discharge_date between period.period_start and period.mature_end
    where period.metric_id = 'fu7_discharge_rate'
),

-- Mental-health clinicians mostly belong to no practice of the plan: their services are looked up, not its visits.
treated as (
    select distinct
        discharge.as_of_date,
        discharge.person_key,
        discharge.discharge_date
    from psychiatric_discharge as discharge
    inner join {{ ref('int_service') }} as service
        on
            discharge.person_key = service.person_key
            and discharge.discharge_date < service.service_date
            and {{ add_days('discharge.discharge_date', var('followup_days')) }} >= service.service_date
            and {{ known_at('service', 'discharge.as_of_date') }}
    inner join {{ ref('int_provider') }} as provider
        on
            discharge.as_of_date = provider.as_of_date
            and coalesce(service.rendering_npi, service.billing_npi) = provider.npi
    inner join {{ ref('ref_code_sets') }} as taxonomy
        on
            taxonomy.code_set = 'CS_MENTAL_HEALTH_CLINICIAN'
            and left(provider.primary_taxonomy_code, length(taxonomy.code)) = taxonomy.code
),

enrolled_discharge as (
    select
        discharge.as_of_date,
        discharge.metric_id,
        discharge.practice_id,
        discharge.npi,
        discharge.person_key,
        enrolment.lob,
        discharge.discharge_date,
        discharge.is_met
    from (
        select
            notified_discharge.as_of_date,
            'fu7_discharge_notified_rate' as metric_id,
            notified_discharge.practice_id,
            cast(null as string) as npi,
            notified_discharge.person_key,
            notified_discharge.discharge_date,
            seen_after_notice.person_key is not null as is_met
        from notified_discharge
        left join seen_after_notice
            on
                notified_discharge.as_of_date = seen_after_notice.as_of_date
                and notified_discharge.person_key = seen_after_notice.person_key
                and notified_discharge.discharge_date = seen_after_notice.discharge_date
        union all
        select
            psychiatric_discharge.as_of_date,
            'fu7_psychiatric_discharge_rate' as metric_id,
            psychiatric_discharge.practice_id,
            psychiatric_discharge.npi,
            psychiatric_discharge.person_key,
            psychiatric_discharge.discharge_date,
            treated.person_key is not null as is_met
        from psychiatric_discharge
        left join treated
            on
                psychiatric_discharge.as_of_date = treated.as_of_date
                and psychiatric_discharge.person_key = treated.person_key
                and psychiatric_discharge.discharge_date = treated.discharge_date
    ) as discharge
    inner join {{ ref('int_enrolment') }} as enrolment
        on
            discharge.as_of_date = enrolment.as_of_date
            and discharge.person_key = enrolment.person_key
            and discharge.discharge_date between enrolment.valid_from and enrolment.valid_to
            and {{ add_days('discharge.discharge_date', var('followup_days')) }} <= enrolment.valid_to
),

companion as (
    select
        measured.as_of_date,
        'fu30_discharge_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when contacted.person_key is not null or measured.numerator = 1 then 1 else 0 end as numerator,
        1 as denominator
    from measured
    left join contacted
        on
            measured.as_of_date = contacted.as_of_date
            and measured.person_key = contacted.person_key
            and measured.observed_on = contacted.observed_on
    where measured.month_end <= measured.period_end
    union all
    select
        measured.as_of_date,
        'fu7_discharge_same_practice_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when contacted.is_own_practice_in_time then 1 else 0 end as numerator,
        1 as denominator
    from measured
    left join contacted
        on
            measured.as_of_date = contacted.as_of_date
            and measured.person_key = contacted.person_key
            and measured.observed_on = contacted.observed_on
    union all
    select
        measured.as_of_date,
        'care_transitions_referral_share' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        case when referred.person_key is not null then 1 else 0 end as numerator,
        1 as denominator
    from measured
    left join referred
        on
            measured.as_of_date = referred.as_of_date
            and measured.person_key = referred.person_key
            and measured.observed_on = referred.observed_on
    union all
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        person_key,
        lob,
        discharge_date as observed_on,
        case when is_met then 1 else 0 end as numerator,
        1 as denominator
    from enrolled_discharge
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
