{#- What counts as a screen of each kind: a code set of claims, instruments of the screenings feed. -#}
{%- set screens = {
    'depression_screening_rate': ('CS_DEPRESSION_SCREEN', ['PHQ-2', 'PHQ-9', 'PHQ-A', 'EPDS', 'GDS']),
    'substance_screening_rate': ('CS_SUBSTANCE_SCREEN', ['AUDIT', 'AUDIT-C', 'DAST-10', 'CRAFFT']),
    'tobacco_screening_rate': ('CS_TOBACCO_SCREEN', [])
} -%}

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
    from {{ ref('bh_risk_screening_rate') }} as parent
    inner join {{ ref('int_metric_period') }} as period
        on
            parent.as_of_date = period.as_of_date
            and parent.metric_id = period.metric_id
    where not parent.excluded
),

screened as (
    {%- for companion_id, (code_set, instruments) in screens.items() %}
        select
            measured.as_of_date,
            measured.person_key,
            '{{ companion_id }}' as metric_id
        from measured
        inner join {{ ref('int_code_event') }} as event
            on
                event.code_set = '{{ code_set }}'
                and measured.person_key = event.person_key
                and event.service_date between measured.period_start and measured.period_end
                and not event.is_denied
                and {{ known_at('event', 'measured.as_of_date') }}
        {%- for instrument in instruments %}
            union
            select
                measured.as_of_date,
                measured.person_key,
                '{{ companion_id }}' as metric_id
            from measured
            inner join {{ ref('stg_screenings') }} as screening
                on
                    measured.person_key = screening.person_key
                    and screening.instrument = '{{ instrument }}'
                    and screening.status = 'completed'
                    and screening.screening_date between measured.period_start and measured.period_end
                    and {{ known_at('screening', 'measured.as_of_date') }}
        {%- endfor %}
        {%- if not loop.last %}
            union
        {%- endif %}
    {%- endfor %}
),

-- Nobody is screened for a depression that is already being treated.
in_treatment as (
    select distinct
        measured.as_of_date,
        measured.person_key
    from measured
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set in ('CS_BIPOLAR_DX', 'CS_CHRONIC_DEPRESSION')
            and measured.person_key = event.person_key
            and event.service_date between measured.period_start and measured.period_end
            and not event.is_denied
            and {{ known_at('event', 'measured.as_of_date') }}
),

asked as (
    {%- for companion_id in screens %}
        select
            measured.as_of_date,
            '{{ companion_id }}' as metric_id,
            measured.practice_id,
            measured.npi,
            measured.person_key,
            measured.lob,
            measured.observed_on
        from measured
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

companion as (
    select
        asked.as_of_date,
        asked.metric_id,
        asked.practice_id,
        asked.npi,
        asked.person_key,
        asked.lob,
        asked.observed_on,
        case when screened.person_key is null then 0 else 1 end as numerator,
        1 as denominator
    from asked
    left join screened
        on
            asked.as_of_date = screened.as_of_date
            and asked.person_key = screened.person_key
            and asked.metric_id = screened.metric_id
    left join in_treatment
        on
            asked.as_of_date = in_treatment.as_of_date
            and asked.person_key = in_treatment.person_key
    where
        asked.metric_id <> 'depression_screening_rate'
        or in_treatment.person_key is null
    union all
    select
        measured.as_of_date,
        'tobacco_counselling_rate' as metric_id,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on,
        max(case when event.code_set = 'CS_TOBACCO_COUNSELLING' then 1 else 0 end) as numerator,
        1 as denominator
    from measured
    inner join {{ ref('int_code_event') }} as event
        on
            event.code_set in ('CS_TOBACCO_USE', 'CS_TOBACCO_COUNSELLING')
            and measured.person_key = event.person_key
            and event.service_date between measured.period_start and measured.period_end
            and not event.is_denied
            and {{ known_at('event', 'measured.as_of_date') }}
    group by
        measured.as_of_date,
        measured.practice_id,
        measured.npi,
        measured.person_key,
        measured.lob,
        measured.observed_on
    having max(case when event.code_set = 'CS_TOBACCO_USE' then 1 else 0 end) = 1
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
