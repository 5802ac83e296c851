{%- set month_days = 30 -%}

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
