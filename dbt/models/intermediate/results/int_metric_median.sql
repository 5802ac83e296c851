with observations as (
    select
        observations.as_of_date,
        observations.metric_id,
        observations.practice_id,
        case when metrics.level = 'both' then observations.npi end as npi,
        observations.lob,
        observations.numerator as measured
    from {{ ref('int_observation') }} as observations
    inner join {{ ref('ref_metric') }} as metrics
        on observations.metric_id = metrics.metric_id
    where
        metrics.aggregation = 'median'
        and observations.practice_id is not null
        and observations.denominator > 0
        and not observations.excluded
),

-- Each observation once for every group it belongs to.
members as (
    select
        as_of_date,
        metric_id,
        'practice' as level,
        practice_id,
        cast(null as string) as npi,
        'all' as lob,
        measured
    from observations

    union all

    select
        as_of_date,
        metric_id,
        'practice' as level,
        practice_id,
        cast(null as string) as npi,
        lob,
        measured
    from observations
    where lob is not null

    union all

    select
        as_of_date,
        metric_id,
        'provider' as level,
        practice_id,
        npi,
        'all' as lob,
        measured
    from observations
    where npi is not null

    union all

    select
        as_of_date,
        metric_id,
        'provider' as level,
        practice_id,
        npi,
        lob,
        measured
    from observations
    where
        npi is not null
        and lob is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by as_of_date, metric_id, level, practice_id, npi, lob
            order by measured nulls last
        ) as position,
        count(*) over (partition by as_of_date, metric_id, level, practice_id, npi, lob) as n
    from members
),

medians as (
    select
        as_of_date,
        metric_id,
        level,
        practice_id,
        npi,
        lob,
        {{ median('measured') }} as median,
        max(case when position = {{ median_low_rank('n') }} then measured end) as ci_low,
        max(case when position = {{ median_high_rank('n') }} then measured end) as ci_high
    from ranked
    group by as_of_date, metric_id, level, practice_id, npi, lob
)

select * from medians
