"""Is the model still where it was made for? Drift with its null, missing rates, figures by kind of practice, and how
earlier lists did."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import chi2

from ml.judgement import CAPACITY, at_capacity, auc, metrics, resample

BINS = 5
MIN_CELL = 11
MIN_CALIBRATED = 30  # rows of one kind, from which risk is held against truth
MIN_LOW = 20  # low practices of one kind and wave, from which its recall is worth comparing
RECALL_GAP = 0.10
FALSE_ALARM_GAP = 0.10
MISSING_GAP = 0.10
THIRDS = ("lowest third", "middle third", "highest third")
DRAWS = 1000


def population_stability(before: np.ndarray, after: np.ndarray) -> float:
    """PSI over five bins cut at the quantiles of `before` (NaN left out); shares get half a case, so none is 0."""
    edges = np.unique(np.quantile(before, np.linspace(0, 1, BINS + 1)[1:-1]))
    share = [
        (np.bincount(np.searchsorted(edges, values, "right"), minlength=len(edges) + 1) + 0.5)
        / (len(values) + 0.5 * (len(edges) + 1))
        for values in (before, after)
    ]
    return float(np.sum((share[1] - share[0]) * np.log(share[1] / share[0])))


def psi_limit(n_before: int, n_after: int) -> float:
    """95th percentile of PSI when nothing has changed, for these sizes: (1/n + 1/m) times chi-square with one degree
    less than bins. The folk limits 0.1 and 0.25 cry wolf."""
    return float(chi2.ppf(0.95, BINS - 1) * (1 / n_before + 1 / n_after))


def strata(keys: pd.DataFrame) -> pd.DataFrame:
    """How rows (see dataset.Table.keys) are grouped to see whom the model serves.

    Kind, state, size, survey size, rurality, and thirds of the safety-net share (Medicaid and dual-eligible member
    months, by the rows at hand).
    """
    share = keys["safety_net_share"].astype(float)
    thirds = np.unique(share.dropna().quantile([1 / 3, 2 / 3])) if share.notna().any() else []
    return pd.DataFrame(
        {
            "practice_type": keys["practice_type"],
            "state": keys["state"],
            "members": pd.cut(
                keys["members"].astype(float), [-1, 99, 299, np.inf], labels=["under 100", "100-299", "300 or more"]
            ).astype(object),
            "respondents": pd.cut(
                keys["n"].astype(float), [0, 49, 99, np.inf], labels=["30-49", "50-99", "100 or more"]
            ).astype(object),
            "rurality": keys["rurality"],
            "safety_net": pd.cut(share, [-0.01, *thirds, 1.01], labels=THIRDS[: len(thirds) + 1]).astype(object)
            if len(thirds)
            else pd.Series(None, index=keys.index, dtype=object),
        }
    )


def drift(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row a numeric column: psi, its limit under no change, missing share before and after, alerts.

    psi is null where either side has fewer than eleven values. `missing_alert`: the missing share has risen by more
    than 0.10 and by more than chance (two standard errors).
    """
    rows = []
    for column in before.select_dtypes("number"):
        old, new = before[column].dropna().to_numpy(), after[column].dropna().to_numpy()
        row = {
            "feature": column,
            "missing_before": float(before[column].isna().mean()),
            "missing_after": float(after[column].isna().mean()) if len(after) else None,
            "psi": None,
            "psi_limit": None,
        }
        if min(len(old), len(new)) >= MIN_CELL:
            row |= {"psi": population_stability(old, new), "psi_limit": psi_limit(len(old), len(new))}
        rows.append(
            row
            | {
                "alert": row["psi"] is not None and row["psi"] > row["psi_limit"],
                "missing_alert": len(after) > 0
                and _risen(row["missing_before"], row["missing_after"], len(before), len(after)),
            }
        )
    return pd.DataFrame(rows)


def _risen(before: float, after: float, n: int, m: int) -> bool:
    pooled = (before * n + after * m) / (n + m)
    return after - before > max(MISSING_GAP, 2 * np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))


def past_lists(lists: pd.DataFrame, table, seed: int) -> pd.DataFrame:
    """How earlier lists did, once the wave that they foretold has been surveyed: one row a list, oldest first.

    lists: practice_id, as_of_date, risk and model_version as published. A list foretells the first wave that starts
    after its as-of date; practices are judged by the cut of that wave's own past. Lists whose wave is not out, or had
    fewer than eleven judged practices, are left out.
    """
    truth = table.keys[["practice_id", "wave_id"]].assign(low=table.judged_by_the_past())
    rows = []
    for as_of, risks in lists.dropna(subset=["risk"]).groupby("as_of_date"):
        wave = table.next_wave(as_of)
        seen = risks.merge(truth[truth["wave_id"] == wave].dropna(subset=["low"]), on="practice_id")
        if len(seen) < MIN_CELL:
            continue
        low, risk = seen["low"].to_numpy(), seen["risk"].to_numpy()
        top = at_capacity(low, risk, CAPACITY)
        rows.append(
            {
                "as_of_date": as_of,
                "wave_id": wave,
                "model_version": seen["model_version"].max(),
                "judged": len(seen),
                "low_share": float(low.mean()),
                "mean_risk": float(risk.mean()),
                **metrics(low, risk, seen["practice_id"].to_numpy(), seed),
                "recall_at_10pct": top["recall"],
            }
        )
    return pd.DataFrame(rows)


def listed(risk: np.ndarray) -> np.ndarray:
    """Which rows the top tenth by risk holds, all of a tie included."""
    return risk >= np.sort(risk)[::-1][max(1, round(CAPACITY * len(risk))) - 1]


def recalls(low: np.ndarray, risk: np.ndarray, kinds: pd.DataFrame) -> dict[str, float]:
    """'column=value' -> share of that kind's low practices that the top tenth holds; kinds with 20 or more of them."""
    on_list = listed(risk)
    return {
        f"{column}={value}": float(on_list[inside & (low == 1)].mean())
        for column, value, inside in _kinds(kinds)
        if (inside & (low == 1)).sum() >= MIN_LOW
    }


def by_stratum(low: np.ndarray, risk: np.ndarray, groups: np.ndarray, kinds: pd.DataFrame, seed: int) -> pd.DataFrame:
    """For each kind of practice of eleven rows or more: recall at capacity, false positives and calibration, each with
    its 95% interval, and an alert that says why.

    The list is the top tenth of all rows. Because the action is help, the harm is missing a practice: `recall` alerts
    where a kind's recall lies more than 0.10 below the rest's and the interval of the difference leaves out 0; `false
    positives` likewise above; `calibration` where the interval of risk less truth leaves out 0 after allowing for the
    number of kinds looked at.
    """
    on_list = listed(risk).astype(float)
    draws = resample(groups, seed, draws=DRAWS)
    found = [kind for kind in _kinds(kinds) if kind[2].sum() >= MIN_CELL]
    tail = 2.5 / max(len(found), 1)
    rows = []
    for column, value, inside in found:
        recall, missed = (_share(on_list, side & (low == 1), draws) for side in (inside, ~inside))
        false, spared = (_share(on_list, side & (low == 0), draws) for side in (inside, ~inside))
        gap = _share(risk - low, inside, draws, tail)
        alerts = {
            "recall": _apart(missed, recall, RECALL_GAP),
            "false positives": _apart(false, spared, FALSE_ALARM_GAP),
            "calibration": gap.n >= MIN_CALIBRATED and (gap.low > 0 or gap.high < 0),
        }
        rows.append(
            {
                "stratum": column,
                "value": value,
                "n": int(inside.sum()),
                "low_share": float(low[inside].mean()),
                "mean_risk": float(risk[inside].mean()),
                "listed_share": float(on_list[inside].mean()),
                **_named("recall", recall),
                **_named("false_positive_rate", false),
                **_named("calibration_gap", gap),
                "auc": auc(low[inside], risk[inside]),
                "alert": ", ".join(name for name, raised in alerts.items() if raised),
            }
        )
    return pd.DataFrame(rows)


class Share(NamedTuple):
    """A mean over `n` rows, on all of them and on each resample, with its interval; None where there are no rows."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    draws: np.ndarray | None = None


def _kinds(kinds: pd.DataFrame) -> list[tuple[str, str, np.ndarray]]:
    return [
        (column, value, (kinds[column].astype(str) == value).to_numpy())
        for column in kinds
        for value in sorted(set(kinds[column].dropna().astype(str)))
    ]


def _share(values: np.ndarray, inside: np.ndarray, draws: np.ndarray, tail: float = 2.5) -> Share:
    """Mean of the values inside, with the interval that leaves `tail` percent out on either side."""
    if not inside.any():
        return Share(0)
    size = draws[:, inside].sum(axis=1)
    drawn = np.divide(draws[:, inside] @ values[inside], size, out=np.full(len(size), np.nan), where=size > 0)
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return Share(int(inside.sum()), float(values[inside].mean()), float(low), float(high), drawn)


def _apart(greater: Share, less: Share, gap: float) -> bool:
    """Whether one mean lies above another by more than `gap`, and by more than chance (interval of the difference)."""
    if min(greater.n, less.n) < MIN_CELL:
        return False
    return greater.value > less.value + gap and np.nanpercentile(greater.draws - less.draws, 2.5) > 0


def _named(name: str, share: Share) -> dict[str, float | None]:
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
