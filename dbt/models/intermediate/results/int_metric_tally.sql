-- The one pass over all observations: sums for each practice and clinician, for all lines of business together and
-- for each. Only what adds up is here; medians have int_metric_median.
with observations as (
    select
        observations.as_of_date,
        observations.metric_id,
        observations.practice_id,
        case when metrics.level = 'both' then observations.npi end as npi,
        observations.lob,
        observations.numerator,
        observations.denominator,
        case when observations.denominator > 0 and not observations.excluded then 1 else 0 end as is_counted,
        case when observations.excluded then 1 else 0 end as is_excluded,
        case when observations.person_key is null then 0 else 1 end as has_person,
        case
            when metrics.aggregation = 'capped_ratio' and observations.denominator > 0
                then least(observations.numerator / observations.denominator, 1)
            when metrics.aggregation = 'mean' then observations.numerator
        end as measured
    from {{ ref('int_observation') }} as observations
    inner join {{ ref('ref_metric') }} as metrics
        on observations.metric_id = metrics.metric_id
    where observations.practice_id is not null
),

sums as (
    select
        as_of_date,
        metric_id,
        practice_id,
        npi,
        lob,
        grouping(npi) as is_practice_level,
        grouping(lob) as is_all_lobs,
        {{ exact_sum('numerator') }} as numerator,
        {{ exact_sum('denominator') }} as denominator,
        cast(sum(is_counted) as bigint) as n_observations,
        cast(sum(is_counted * has_person) as bigint) as n_with_person,
        cast(sum(is_excluded) as bigint) as n_excluded,
        {{ exact_sum('is_counted * measured') }} as measured,
        {{ exact_sum('is_counted * measured * measured') }} as measured_squared
    from observations
    group by grouping sets (
        (as_of_date, metric_id, practice_id),
        (as_of_date, metric_id, practice_id, lob),
        (as_of_date, metric_id, practice_id, npi),
        (as_of_date, metric_id, practice_id, npi, lob)
    )
),

tallies as (
    select
        as_of_date,
        metric_id,
        case when is_practice_level = 1 then 'practice' else 'provider' end as level,
        practice_id,
        npi,
        case when is_all_lobs = 1 then 'all' else lob end as lob,
        numerator,
        denominator,
        n_observations,
        n_with_person,
        n_excluded,
        measured,
        measured_squared
    from sums
    -- An unknown clinician or line of business counts in the total only.
    where
        (is_practice_level = 1 or npi is not null)
        and (is_all_lobs = 1 or lob is not null)
)

select * from tallies
