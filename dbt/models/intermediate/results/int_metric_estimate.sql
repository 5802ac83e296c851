-- A row for each practice and metric, observed or not, so that nobody can be lost; clinicians where they were
-- observed.
with scaffold as (
    select
        practices.as_of_date,
        metrics.metric_id,
        'practice' as level,
        practices.practice_id,
        cast(null as string) as npi,
        'all' as lob
    from {{ ref('int_practice') }} as practices
    cross join {{ ref('ref_metric') }} as metrics

    union

    select
        tallies.as_of_date,
        tallies.metric_id,
        tallies.level,
        tallies.practice_id,
        tallies.npi,
        tallies.lob
    from {{ ref('int_metric_tally') }} as tallies
    inner join {{ ref('int_practice') }} as practices
        on
            tallies.as_of_date = practices.as_of_date
            and tallies.practice_id = practices.practice_id
),

collected as (
    select
        scaffold.as_of_date,
        scaffold.metric_id,
        scaffold.level,
        scaffold.practice_id,
        scaffold.npi,
        scaffold.lob,
        metrics.unit,
        metrics.aggregation,
        metrics.interval,
        metrics.counts_people,
        metrics.window_months,
        coalesce(coverage.is_present, false) as is_present,
        coalesce(coverage.coverage, 0) as feed_coverage,
        coalesce(tallies.numerator, 0) as numerator,
        coalesce(tallies.denominator, 0) as denominator,
        coalesce(tallies.n_observations, 0) as n_observations,
        coalesce(tallies.n_excluded, 0) as n_excluded,
        -- What stands over the evidence: events or hits, or the sum of the values where each row has its own.
        case
            when metrics.aggregation in ('mean', 'capped_ratio') then tallies.measured
            else tallies.numerator
        end as total,
        case
            when metrics.aggregation = 'capped_ratio' then cast(tallies.n_observations as double)
            else tallies.denominator
        end as evidence,
        tallies.measured_squared,
        medians.median,
        medians.ci_low as median_low,
        medians.ci_high as median_high,
        -- Evidence as a share of the least that a verdict needs.
        case
            when metrics.unit = 'per_1000_mm' then tallies.denominator / metrics.min_denominator
            when metrics.min_denominator_with_person is not null
                then greatest(
                    (tallies.n_observations - tallies.n_with_person) / metrics.min_denominator,
                    tallies.n_with_person / metrics.min_denominator_with_person
                )
            else tallies.n_observations / metrics.min_denominator
        end as sufficiency
    from scaffold
    inner join {{ ref('ref_metric') }} as metrics
        on scaffold.metric_id = metrics.metric_id
    left join {{ ref('int_metric_tally') }} as tallies
        on
            scaffold.as_of_date = tallies.as_of_date
            and scaffold.metric_id = tallies.metric_id
            and scaffold.level = tallies.level
            and scaffold.practice_id = tallies.practice_id
            and coalesce(scaffold.npi, '') = coalesce(tallies.npi, '')
            and scaffold.lob = tallies.lob
    left join {{ ref('int_metric_median') }} as medians
        on
            scaffold.as_of_date = medians.as_of_date
            and scaffold.metric_id = medians.metric_id
            and scaffold.level = medians.level
            and scaffold.practice_id = medians.practice_id
            and coalesce(scaffold.npi, '') = coalesce(medians.npi, '')
            and scaffold.lob = medians.lob
    left join {{ ref('int_metric_coverage') }} as coverage
        on
            scaffold.as_of_date = coverage.as_of_date
            and scaffold.metric_id = coverage.metric_id
            and scaffold.practice_id = coverage.practice_id
),

-- A feed that never came leaves nothing known: not a zero, whatever the exposure says.
evidence as (
    select
        as_of_date,
        metric_id,
        level,
        practice_id,
        npi,
        lob,
        unit,
        aggregation,
        interval,
        counts_people,
        window_months,
        feed_coverage,
        is_present,
        is_present and coalesce(evidence, 0) > 0 as is_measured,
        case when is_present then numerator end as numerator,
        case when is_present then denominator end as denominator,
        n_observations,
        n_excluded,
        total,
        evidence,
        measured_squared,
        median,
        median_low,
        median_high,
        case when is_present then coalesce(sufficiency, 0) else 0 end as sufficiency
    from collected
),

plan_means as (
    select
        as_of_date,
        metric_id,
        level,
        lob,
        {{ exact_sum('total', 28) }} / {{ exact_sum('evidence', 28) }} as plan_mean
    from evidence
    where is_measured
    group by as_of_date, metric_id, level, lob
),

deviations as (
    select
        evidence.as_of_date,
        evidence.metric_id,
        evidence.level,
        evidence.lob,
        evidence.unit,
        plan_means.plan_mean,
        evidence.evidence,
        evidence.evidence * power(evidence.total / evidence.evidence - plan_means.plan_mean, 2) as between_squares,
        case
            when evidence.aggregation = 'mean'
                then evidence.measured_squared - power(evidence.total, 2) / evidence.evidence
            else evidence.total * (1 - evidence.total / evidence.evidence)
        end as within_squares
    from evidence
    inner join plan_means
        on
            evidence.as_of_date = plan_means.as_of_date
            and evidence.metric_id = plan_means.metric_id
            and evidence.level = plan_means.level
            and evidence.lob = plan_means.lob
    where
        evidence.is_measured
        and evidence.aggregation in ('ratio', 'mean')
),

variances as (
    select
        as_of_date,
        metric_id,
        level,
        lob,
        max(plan_mean) as plan_mean,
        max(case when unit = 'per_1000_mm' then 12 else 1 end) as scale,
        cast(count(*) as double) as entities,
        {{ exact_sum('evidence', 28) }} as n_total,
        {{ exact_sum('between_squares', 28) }} / nullif(count(*) - 1, 0) as ms_between,
        -- Events over an exposure vary like their own mean.
        case
            when max(unit) = 'per_1000_mm' then max(plan_mean)
            else {{ exact_sum('within_squares', 28) }} / nullif({{ exact_sum('evidence', 28) }} - count(*), 0)
        end as ms_within,
        ({{ exact_sum('evidence', 28) }} - {{ exact_sum('evidence * evidence', 28) }} / {{ exact_sum('evidence', 28) }})
        / nullif(count(*) - 1, 0) as n0
    from deviations
    group by as_of_date, metric_id, level, lob
),

shrinkage as (
    select
        as_of_date,
        metric_id,
        level,
        lob,
        plan_mean,
        {{ shrinkage_k('entities', 'n_total', 'ms_between', 'ms_within', 'n0', scale='scale') }} as k
    from variances
),

estimates as (
    select
        evidence.as_of_date,
        evidence.metric_id,
        evidence.level,
        evidence.practice_id,
        evidence.npi,
        evidence.lob,
        evidence.unit,
        evidence.counts_people,
        evidence.window_months,
        evidence.is_present,
        evidence.is_measured,
        evidence.feed_coverage,
        evidence.sufficiency,
        evidence.numerator,
        evidence.denominator,
        evidence.n_observations,
        evidence.n_excluded,
        case when evidence.unit = 'per_1000_mm' then 1000 else 1 end as per,
        case
            when not evidence.is_measured then null
            when evidence.aggregation = 'median' then evidence.median
            else evidence.total / evidence.evidence
        end as rate,
        case
            when not evidence.is_measured then null
            when evidence.aggregation = 'median' then evidence.median
            when evidence.aggregation = 'capped_ratio' then evidence.total / evidence.evidence
            else {{ shrunk('evidence.total', 'evidence.evidence', 'shrinkage.k', 'shrinkage.plan_mean') }}
        end as rate_shrunk,
        case
            when not evidence.is_measured then null
            when evidence.interval = 'wilson' then {{ wilson_low('evidence.total', 'evidence.evidence') }}
            when evidence.interval = 'poisson' then {{ byar_low('evidence.total') }} / evidence.evidence
            when evidence.interval = 'order_statistic' then evidence.median_low
            when evidence.interval = 'normal'
                then {{ mean_low('evidence.total', 'evidence.measured_squared', 'evidence.evidence') }}
        end as rate_low,
        case
            when not evidence.is_measured then null
            when evidence.interval = 'wilson' then {{ wilson_high('evidence.total', 'evidence.evidence') }}
            when evidence.interval = 'poisson' then {{ byar_high('evidence.total') }} / evidence.evidence
            when evidence.interval = 'order_statistic' then evidence.median_high
            when evidence.interval = 'normal'
                then {{ mean_high('evidence.total', 'evidence.measured_squared', 'evidence.evidence') }}
        end as rate_high
    from evidence
    left join shrinkage
        on
            evidence.as_of_date = shrinkage.as_of_date
            and evidence.metric_id = shrinkage.metric_id
            and evidence.level = shrinkage.level
            and evidence.lob = shrinkage.lob
),

in_units as (
    select
        as_of_date,
        metric_id,
        level,
        practice_id,
        npi,
        lob,
        unit,
        counts_people,
        window_months,
        is_present,
        is_measured,
        feed_coverage,
        {{ published('sufficiency') }} as sufficiency,
        {{ published('numerator') }} as numerator,
        {{ published('denominator') }} as denominator,
        n_observations,
        n_excluded,
        {{ published('per * rate') }} as value,
        {{ published('per * rate_shrunk') }} as value_shrunk,
        {{ published('per * rate_low') }} as ci_low,
        {{ published('per * rate_high') }} as ci_high
    from estimates
)

select * from in_units
