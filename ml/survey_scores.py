"""Case-mix adjusted survey scores and the labels made from them, written beside the marts of a run's warehouse.

Reads anonymous answers only (schema survey) and never joins them to anything but a practice. DuckDB does the sums;
what comes to Python has one row a practice, wave and item.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ml import case_mix

ADJUSTERS = ("age_band", "education_band", "general_health", "mental_health", "proxy_flag")
INTERNAL_N, DISPLAY_N, MIN_RELIABILITY = 11, 30, 0.70  # catalogue E.3, D.2.7
ACCESS = ("needed_care", "quick_care")
DECIMALS = 9


def write_adjusted_scores(warehouse: Path) -> dict[str, int]:
    """Write survey_practice_score_adjusted (practice x wave x composite) and practice_label (practice x wave).

    In `marts` exact, for n >= 11 respondents; in `public` n in bands and scores rounded, for n >= 30. Says how many
    rows each holds and how many waves were adjusted.
    """
    with open_warehouse(warehouse) as connection:
        columns = _respondents(connection)
        items, adjusted_waves = _adjusted_items(connection, columns)
        scores = _composites(connection, columns, items, adjusted_waves)
        _write(connection, scores.assign(case_mix_adjusted=scores["wave_id"].isin(adjusted_waves)))
        labels = connection.execute("select count(*) from marts.practice_label").fetchone()[0]
    return {"adjusted_scores": len(scores), "labels": labels, "adjusted_waves": len(adjusted_waves)}


@contextmanager
def open_warehouse(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One thread, so that sums add up in the same order each time."""
    connection = duckdb.connect(str(warehouse), config={"threads": 1})
    try:
        yield connection
    finally:
        connection.close()


def _respondents(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make `answer` (answers of the index's items) and `respondent` (adjusters as 0-1 columns, blanks imputed)."""
    connection.execute(
        """create or replace temp table answer as
        select wave_id, practice_id, item_id, response_id, score, weight
        from survey.survey_answer
        where item_id in (
            select item_id from reference.ref_survey_composite where instrument = 'pooled' and in_pe_index = 1
        )
        order by all"""
    )
    indicators = {}
    for adjuster in ADJUSTERS:
        levels = connection.execute(
            f"select distinct cast({adjuster} as varchar) from survey.survey_answer where {adjuster} is not null order by 1"
        ).fetchall()
        for (level,) in levels[1:]:
            literal = level.replace("'", "''")
            indicators[f"a{len(indicators)}"] = (
                f"case when {adjuster} is null then null when cast({adjuster} as varchar) = '{literal}' then 1.0 else 0.0 end"
            )
    raw = "".join(f", max({sql}) as {name}" for name, sql in indicators.items())
    imputed = "".join(
        f""", coalesce({name}, avg({name}) over (partition by wave_id, practice_id),
            avg({name}) over (partition by wave_id), 0) as {name}"""
        for name in indicators
    )
    connection.execute(
        f"""create or replace temp table respondent as
        with raw as (
            select wave_id, practice_id, response_id {raw}
            from survey.survey_answer
            where response_id in (select response_id from answer)
            group by wave_id, practice_id, response_id
            order by all
        )
        select wave_id, practice_id, response_id {imputed} from raw order by wave_id, practice_id, response_id"""
    )
    return list(indicators)


def _adjusted_items(connection, columns: list[str]) -> tuple[pd.DataFrame, set[str]]:
    """Practice x wave x item with adjusted mean, and the slopes that made it (columns b0...); the waves adjusted."""
    joined = "answer inner join respondent using (wave_id, practice_id, response_id)"
    practice_sums = "".join(f", sum(weight * {a}) as {a}" for a in columns)
    practices = connection.execute(
        f"""select wave_id, item_id, practice_id, sum(weight) as weight, sum(weight * score) as outcome {practice_sums}
        from {joined} group by wave_id, item_id, practice_id order by wave_id, item_id, practice_id"""
    ).fetchdf()
    pairs = [(i, j) for i in range(len(columns)) for j in range(i, len(columns))]
    products = "".join(f", sum(weight * score * {a}) as y_{a}" for a in columns) + "".join(
        f", sum(weight * {columns[i]} * {columns[j]}) as x_{i}_{j}" for i, j in pairs
    )
    waves = connection.execute(
        f"select wave_id, item_id {products} from {joined} group by wave_id, item_id order by wave_id, item_id"
    ).fetchdf()
    counted = connection.execute("select wave_id, count(*) from respondent group by wave_id").fetchall()
    adjusted_waves = {wave for wave, n in counted if columns and n >= case_mix.MIN_RESPONSES}

    totals = waves.set_index(["wave_id", "item_id"])
    parts = []
    for (wave, item), rows in practices.groupby(["wave_id", "item_id"], sort=True):
        weights, sums, outcome = (rows[c].to_numpy() for c in ("weight", columns, "outcome"))
        slopes = np.zeros(len(columns))
        if wave in adjusted_waves:
            slopes = case_mix.coefficients(*_squares(totals.loc[(wave, item)], columns, pairs), weights, sums, outcome)
        parts.append(
            rows[["wave_id", "item_id", "practice_id", "weight"]].assign(
                adjusted=case_mix.adjusted_means(slopes, weights, sums, outcome),
                intercept=(outcome - sums @ slopes) / weights,
                **{f"b{k}": slope for k, slope in enumerate(slopes)},
            )
        )
    empty = practices[["wave_id", "item_id", "practice_id", "weight"]].assign(adjusted=0.0, intercept=0.0)
    return (pd.concat(parts, ignore_index=True) if parts else empty), adjusted_waves


def _squares(total: pd.Series, columns: list[str], pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    squares = np.zeros((len(columns), len(columns)))
    for i, j in pairs:
        squares[i, j] = squares[j, i] = total[f"x_{i}_{j}"]
    return squares, total[[f"y_{a}" for a in columns]].to_numpy(float)


def _composites(connection, columns: list[str], items: pd.DataFrame, adjusted_waves: set[str]) -> pd.DataFrame:
    """Practice x wave x composite: score, n, variance, reliability, shrunk score, star."""
    connection.register("adjusted_item", items)
    slopes = "".join(f" - adjusted_item.b{k} * respondent.{a}" for k, a in enumerate(columns))
    scores = connection.execute(
        f"""
        with composites as (
            select distinct composite from reference.ref_survey_composite
            where instrument = 'pooled' and in_pe_index = 1
        ),
        pooled as (
            select practice_id, wave_id, composite, item_id, share, score
            from survey.survey_composite_item
            where instrument = 'pooled' and lob = 'all'
                and (composite = 'pe_index' or composite in (select composite from composites))
        ),
        access_parts as (
            select practice_id, wave_id, count(distinct composite) as n_composites
            from pooled where composite in {ACCESS} group by practice_id, wave_id
        ),
        shares as (
            select * from pooled
            union all
            select pooled.practice_id, pooled.wave_id, 'access', item_id, share / n_composites, score
            from pooled inner join access_parts using (practice_id, wave_id)
            where composite in {ACCESS}
        ),
        means as (
            select practice_id, wave_id, composite,
                sum(share * score) as score_raw, sum(share * adjusted) as score_adjusted
            from shares inner join adjusted_item using (practice_id, wave_id, item_id)
            group by practice_id, wave_id, composite
        ),
        influence as (
            select shares.practice_id, shares.wave_id, shares.composite, answer.response_id,
                sum(shares.share * answer.weight / adjusted_item.weight
                    * (answer.score - adjusted_item.intercept {slopes})) as influence
            from shares
            inner join adjusted_item using (practice_id, wave_id, item_id)
            inner join answer using (practice_id, wave_id, item_id)
            inner join respondent using (practice_id, wave_id, response_id)
            group by shares.practice_id, shares.wave_id, shares.composite, answer.response_id
        ),
        spread as (
            select practice_id, wave_id, composite, count(*) as n, sum(influence * influence) as variance
            from influence group by practice_id, wave_id, composite
        )
        select practice_id, wave_id, results_on, composite, score_raw, score_adjusted, n, variance
        from means
        inner join spread using (practice_id, wave_id, composite)
        inner join reference.ref_survey_wave using (wave_id)
        where n >= {INTERNAL_N}
        order by wave_id, composite, practice_id
        """
    ).fetchdf()
    connection.unregister("adjusted_item")
    by_wave = scores.groupby(["wave_id", "composite"], sort=True)
    judged = [_judged(rows, len(columns) if wave in adjusted_waves else 0) for (wave, _), rows in by_wave]
    return pd.concat(judged, ignore_index=True) if judged else _judged(scores, 0)


def _judged(rows: pd.DataFrame, adjusters: int) -> pd.DataFrame:
    """Reliability, shrinkage and stars among the practices of one wave and composite."""
    means, n = rows["score_adjusted"].to_numpy(float), rows["n"].to_numpy(float)
    own = rows["variance"].to_numpy(float)
    sampling = case_mix.sampling_variances(own, n) if len(rows) else own
    between = case_mix.between_variance(means, sampling)
    rel = case_mix.reliability(between, sampling)
    centre = case_mix.plan_mean(means, between, sampling) if len(rows) else 0.0
    return rows.assign(
        standard_error=np.sqrt(own),
        reliability=rel,
        between_variance=between,
        score_shrunk=rel * means + (1 - rel) * centre,
        star=case_mix.stars(means, own, case_mix.error_degrees(n.sum(), len(rows), adjusters)) if len(rows) else [],
        display_state=np.where(
            n < DISPLAY_N, "directional", np.where(rel < MIN_RELIABILITY, "low_reliability", "reportable")
        ),
    )


def _write(connection, scores: pd.DataFrame) -> None:
    connection.register("adjusted_score", scores)
    r = f"round({{}}, {DECIMALS})".format
    connection.execute(
        f"""create or replace table marts.survey_practice_score_adjusted as
        select practice_id, wave_id, cast(results_on as date) as results_on, composite,
            {r("score_raw")} as score_raw, {r("score_adjusted")} as score_adjusted, cast(n as bigint) as n,
            {r("standard_error")} as standard_error, {r("reliability")} as reliability,
            {r("between_variance")} as between_variance, {r("score_shrunk")} as score_shrunk,
            cast(star as integer) as star, cast(display_state as varchar) as display_state, case_mix_adjusted
        from adjusted_score order by practice_id, wave_id, composite"""
    )
    connection.unregister("adjusted_score")
    connection.execute(
        """create or replace table marts.practice_label as
        select index.practice_id, index.wave_id, index.results_on,
            index.score_adjusted as pe_index_adjusted, access.score_adjusted as access_adjusted, index.n,
            index.reliability, index.between_variance, access.n as access_n, access.reliability as access_reliability,
            access.between_variance as access_between_variance
        from marts.survey_practice_score_adjusted as index
        left join marts.survey_practice_score_adjusted as access
            on index.practice_id = access.practice_id and index.wave_id = access.wave_id and access.composite = 'access'
        where index.composite = 'pe_index'
        order by index.practice_id, index.wave_id"""
    )
    band = f"case when {{0}} < {DISPLAY_N} then '{INTERNAL_N}-{DISPLAY_N - 1}' when {{0}} < 50 then '{DISPLAY_N}-49' \
when {{0}} < 100 then '50-99' else '100+' end".format
    connection.execute(
        f"""create or replace table public.survey_practice_score_adjusted as
        select practice_id, wave_id, results_on, composite,
            case when n >= {DISPLAY_N} then round(score_raw, 1) end as score_raw,
            case when n >= {DISPLAY_N} then round(score_adjusted, 1) end as score_adjusted,
            {band("n")} as n_band,
            case when n >= {DISPLAY_N} then round(reliability, 2) end as reliability,
            case when n >= {DISPLAY_N} then round(score_shrunk, 1) end as score_shrunk,
            case when n >= {DISPLAY_N} then star end as star, display_state, case_mix_adjusted
        from marts.survey_practice_score_adjusted order by practice_id, wave_id, composite"""
    )
    connection.execute(
        f"""create or replace table public.practice_label as
        select practice_id, wave_id, results_on,
            case when n >= {DISPLAY_N} then round(pe_index_adjusted, 1) end as pe_index_adjusted,
            case when access_n >= {DISPLAY_N} then round(access_adjusted, 1) end as access_adjusted,
            {band("n")} as n_band, case when n >= {DISPLAY_N} then round(reliability, 2) end as reliability
        from marts.practice_label order by practice_id, wave_id"""
    )
