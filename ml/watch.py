"""Is the model still where it was made for? Drift with its null, missing rates, and figures by kind of practice."""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from ml.judgement import CAPACITY, auc, resample

BINS = 5
MIN_CELL = 11
RECALL_GAP = 0.10


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
    """How rows (see dataset.Table.keys) are grouped to see whom the model serves: kind, state, size, survey size."""
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
        }
    )


def drift(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row a numeric column: psi, its limit under no change, missing share before and after, alert.

    psi is null where either side has fewer than eleven values.
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
        rows.append(row | {"alert": row["psi"] is not None and row["psi"] > row["psi_limit"]})
    return pd.DataFrame(rows)


def by_stratum(low: np.ndarray, risk: np.ndarray, groups: np.ndarray, strata: pd.DataFrame, seed: int) -> pd.DataFrame:
    """For each kind of practice: n, share listed, recall at capacity with interval, false positives, risk against truth.

    The list is the top tenth of all rows. Because the action is help, the harm is missing a practice: `alert` says
    that a kind's recall lies below the rest's, its interval not reaching it. Kinds of fewer than eleven rows are left
    out.
    """
    listed = risk >= np.sort(risk)[::-1][max(1, round(CAPACITY * len(risk))) - 1]
    rows = []
    for column in strata:
        for value in sorted(set(strata[column].dropna().astype(str))):
            inside = (strata[column].astype(str) == value).to_numpy()
            if inside.sum() < MIN_CELL:
                continue
            recall, rest = _recall(low, listed, inside), _recall(low, listed, ~inside)
            draws = [_recall(low, listed, inside, weights) for weights in resample(groups, seed, draws=200)]
            known = [value for value in draws if value is not None]
            bounds = np.percentile(known, [2.5, 97.5]) if known else (None, None)
            rows.append(
                {
                    "stratum": column,
                    "value": value,
                    "n": int(inside.sum()),
                    "low_share": float(low[inside].mean()),
                    "mean_risk": float(risk[inside].mean()),
                    "listed_share": float(listed[inside].mean()),
                    "recall": recall,
                    "recall_low": None if bounds[0] is None else float(bounds[0]),
                    "recall_high": None if bounds[1] is None else float(bounds[1]),
                    "false_positives": int((listed & inside & (low == 0)).sum()),
                    "auc": auc(low[inside], risk[inside]),
                    "alert": None not in (recall, rest) and recall < rest - RECALL_GAP and bounds[1] < rest,
                }
            )
    return pd.DataFrame(rows)


def _recall(low, listed, inside, weights=None) -> float | None:
    weights = np.ones(len(low)) if weights is None else weights
    positives = (weights * low * inside).sum()
    return float((weights * low * inside * listed).sum() / positives) if positives else None
