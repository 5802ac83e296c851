"""The results of a built run, computed a second time in plain Python from its observations."""

import math
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

pytestmark = pytest.mark.warehouse

Z95 = 1.96
RESULT_KEY = ["metric_id", "level", "practice_id", "npi", "lob"]


@pytest.fixture(scope="module")
def warehouse(built_run: Path):
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def results(warehouse) -> pd.DataFrame:
    """Results of the run's own as-of date with what the registry says about their metric."""
    return warehouse.sql("""
        select r.*, m.direction, m.census, m.aggregation, m.interval, m.min_denominator,
            m.min_denominator_with_person, exists(
                from marts.companion_result as c
                inner join reference.ref_companion as rc on c.companion_id = rc.companion_id
                where rc.meets_parent = 1 and c.value = 1 and c.parent_metric_id = r.metric_id
                    and c.as_of_date = r.as_of_date and c.practice_id = r.practice_id
            ) as companion_decides
        from marts.metric_result as r
        inner join marts.ref_metric as m on r.metric_id = m.metric_id
        inner join intermediate.int_as_of as a on r.as_of_date = a.as_of_date and a.is_run_as_of
    """).df()


@pytest.fixture(scope="module")
def observations(warehouse) -> pd.DataFrame:
    """Observations of the run's own as-of date, once for each group that they count in."""
    rows = warehouse.sql("""
        select o.metric_id, o.practice_id, o.npi, o.lob, o.person_key is not null as has_person,
            o.numerator, o.denominator, o.excluded, m.level as levels, m.aggregation
        from intermediate.int_observation as o
        inner join marts.ref_metric as m on o.metric_id = m.metric_id
        inner join intermediate.int_as_of as a on o.as_of_date = a.as_of_date and a.is_run_as_of
        where o.practice_id is not null
    """).df()
    practices = rows.assign(level="practice", npi="")
    providers = rows[(rows["levels"] == "both") & rows["npi"].notna()].assign(level="provider")
    known = pd.concat([practices, providers])
    return pd.concat([known.assign(lob="all"), known[known["lob"].notna()]])


def by_group(rows: pd.DataFrame) -> pd.DataFrame:
    counted = rows[~rows["excluded"] & (rows["denominator"] > 0)]
    ratio = counted["numerator"] / counted["denominator"]
    counted = counted.assign(
        measured=np.where(counted["aggregation"] == "capped_ratio", ratio.clip(upper=1), counted["numerator"])
    )
    groups = counted.groupby(RESULT_KEY)["measured"]
    return pd.DataFrame(
        {
            "hits": rows[~rows["excluded"]].groupby(RESULT_KEY)["numerator"].sum(),
            "evidence": rows[~rows["excluded"]].groupby(RESULT_KEY)["denominator"].sum(),
            "rows": groups.size(),
            "mean": groups.mean(),
            "median": groups.median(),
        }
    ).reset_index()


@pytest.fixture(scope="module")
def compared(results, observations) -> pd.DataFrame:
    """Measured results beside the same numbers computed here; nothing measured is missing on either side."""
    measured = results[results["value"].notna()].assign(npi=lambda r: r["npi"].fillna(""))
    joined = measured.merge(by_group(observations), on=RESULT_KEY, how="left")
    assert joined["evidence"].notna().all()
    assert len(joined) > 500
    return joined


def expected_value(row) -> float:
    if row.aggregation == "median":
        return row.median
    if row.aggregation in ("mean", "capped_ratio"):
        return row.mean
    return row.hits / row.evidence * (1000 if row.unit == "per_1000_mm" else 1)


def test_values_follow_from_the_observations(compared):
    expected = [expected_value(row) for row in compared.itertuples()]
    np.testing.assert_allclose(compared["value"], expected, atol=1e-8)


def test_wilson_is_that_of_statsmodels(compared):
    shares = compared[compared["interval"] == "wilson"]
    alpha = 2 * stats.norm.sf(Z95)
    low, high = proportion_confint(shares["hits"], shares["evidence"], alpha=alpha, method="wilson")
    np.testing.assert_allclose(shares["ci_low"], low, atol=1e-6)
    np.testing.assert_allclose(shares["ci_high"], high, atol=1e-6)


def test_poisson_interval_is_close_to_the_exact_one(compared):
    rates = compared[compared["interval"] == "poisson"]
    per_event = 1000 / rates["evidence"]
    exact_low = np.where(rates["hits"] > 0, stats.chi2.ppf(0.025, 2 * rates["hits"]) / 2, 0) * per_event
    exact_high = stats.chi2.ppf(0.975, 2 * (rates["hits"] + 1)) / 2 * per_event
    assert (abs(rates["ci_low"] - exact_low) <= 0.03 * per_event).all()
    assert (abs(rates["ci_high"] - exact_high) <= 0.03 * per_event).all()


def test_medians_lie_inside_their_order_statistics(compared):
    medians = compared[(compared["interval"] == "order_statistic") & (compared["rows"] >= 6)]
    assert len(medians) > 0
    assert (medians["ci_low"] <= medians["median"]).all()
    assert (medians["median"] <= medians["ci_high"]).all()


def shrinkage_k(total: np.ndarray, n: np.ndarray, within: float, scale: int) -> float:
    """Evidence that the plan mean is worth, by the method of moments; the plan's own bounds and fall-back."""
    if len(n) < 10 or n.sum() <= len(n) or within <= 0:
        return 20.0 * scale
    mean = total.sum() / n.sum()
    between = (n * (total / n - mean) ** 2).sum() / (len(n) - 1)
    if between <= within:
        return 1000.0 * scale
    n0 = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    return min(max(n0 * within / (between - within), 2.0 * scale), 1000.0 * scale)


def test_shares_and_rates_shrink_by_the_method_of_moments(compared):
    ratios = compared[compared["aggregation"] == "ratio"]
    checked = 0
    for _, group in ratios.groupby(["metric_id", "level", "lob"]):
        total, n = group["hits"].to_numpy(), group["evidence"].to_numpy()
        mean = total.sum() / n.sum()
        is_rate = group["unit"].iloc[0] == "per_1000_mm"
        spare = n.sum() - len(n)
        within = mean if is_rate else (total * (1 - total / n)).sum() / spare if spare > 0 else 0
        k = shrinkage_k(total, n, within, 12 if is_rate else 1)
        expected = (total + k * mean) / (n + k) * (1000 if is_rate else 1)
        np.testing.assert_allclose(group["value_shrunk"], expected, rtol=1e-6, atol=1e-8)
        checked += k not in (20.0, 240.0)
    assert checked > 0


def expected_status(row) -> str:
    """The five statuses of the catalogue (0.1, 0.5), for a result with evidence enough or not."""
    evidence = row.denominator if row.unit == "per_1000_mm" else row.n_observations
    if evidence < row.min_denominator or row.feed_coverage < 0.75:
        return "insufficient"
    higher = row.direction == "higher"
    if row.companion_decides or (row.value > row.target - 1e-8 if higher else row.value < row.target + 1e-8):
        return "met"
    bound = row.ci_high if higher else row.ci_low
    if row.census == 1 or math.isnan(bound):
        return "not_met"
    return "not_met" if (bound < row.target if higher else bound > row.target) else "uncertain"


def test_statuses_follow_from_value_interval_and_target(compared):
    judged = compared[compared["min_denominator_with_person"].isna() & compared["target"].notna()]
    for row in judged.itertuples():
        assert row.status == expected_status(row), row
    assert judged["companion_decides"].any()


def test_nothing_measured_is_not_applicable(results):
    assert (results.loc[results["value"].isna(), "status"] == "not_applicable").all()
    assert (results.loc[results["denominator"].fillna(0) == 0, "value"].isna()).all()
