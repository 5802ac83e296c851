"""How good a list of risks is: ranking, what the top of the list holds, and whether probabilities mean what they say.

All functions take `low` (0/1) and `risk` (0-1) of the same rows. Ties are never broken by row order: a tied block
counts by its expected share. Intervals come from resampling whole groups.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RESAMPLES = 400
FIGURE_DRAWS = 200  # for figures that cannot be computed for all draws at once
MIN_GROUPS = 10
CALIBRATION_BINS = 10
CAPACITY = 0.10


def metrics(low: np.ndarray, risk: np.ndarray, groups: np.ndarray, seed: int) -> dict[str, float | None]:
    """AUC with its 95% interval, average precision, precision in the top tenth, Brier score, calibration error.

    Ranking figures are None where all rows are of one kind.
    """
    low, risk = np.asarray(low, float), np.asarray(risk, float)
    draws = resample(groups, seed)
    interval = np.percentile(auc_many(low, risk, draws), [2.5, 97.5]) if _both(low) else (None, None)
    top = at_capacity(low, risk, CAPACITY)
    return {
        "auc": auc(low, risk),
        "auc_low": _plain(interval[0]),
        "auc_high": _plain(interval[1]),
        "average_precision": average_precision(low, risk),
        "precision_at_10pct": top["precision"],
        "brier": float(np.mean((risk - low) ** 2)),
        "ece": calibration_error(low, risk),
    }


def auc(low: np.ndarray, risk: np.ndarray) -> float | None:
    """Chance that a low practice ranks above another; half for a tie."""
    if not _both(low):
        return None
    return float(auc_many(low, risk, np.ones((1, len(low))))[0])


def auc_many(low: np.ndarray, risk: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUC under each row of weights (draws x rows); 0.5 for a draw of one kind only."""
    order = np.argsort(risk, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(risk[order]) != 0])
    positive = np.add.reduceat(weights[:, order] * low[order], starts, axis=1)
    negative = np.add.reduceat(weights[:, order] * (1 - low[order]), starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    return np.divide((positive * below).sum(axis=1), pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)


def resample(groups: np.ndarray, seed: int, draws: int = RESAMPLES) -> np.ndarray:
    """How often each row is drawn (draws x rows) when whole groups are drawn with replacement.

    With fewer than ten groups rows are drawn instead: a handful of groups has no distribution.
    """
    names, member = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    if len(names) < MIN_GROUPS:
        member = np.arange(len(groups))
    n = int(member.max()) + 1
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)[:, member].astype(float)


def auc_difference(low, risk, other, groups, seed: int) -> dict[str, float]:
    """AUC of `risk` minus AUC of `other` on the same rows, with the paired 95% interval and standard error."""
    draws = resample(groups, seed)
    spread = auc_many(low, risk, draws) - auc_many(low, other, draws)
    return {
        "auc": auc(low, risk) - auc(low, other),
        "low": float(np.percentile(spread, 2.5)),
        "high": float(np.percentile(spread, 97.5)),
        "standard_error": float(spread.std(ddof=1)),
    }


def average_precision(low: np.ndarray, risk: np.ndarray) -> float | None:
    """Area under precision against recall, tied risks as one step."""
    if not low.sum():
        return None
    order = np.argsort(-risk, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(risk[order]) != 0, True])
    hits = np.cumsum(low[order])[ends]
    return float(np.sum(np.diff(np.r_[0, hits]) / low.sum() * hits / (ends + 1)))


def at_capacity(low: np.ndarray, risk: np.ndarray, capacity: float) -> dict[str, float | None]:
    """Precision, recall and lift when the top share `capacity` is contacted, and the bounds that ties leave open."""
    k = max(1, round(capacity * len(low)))
    cut = np.sort(risk)[::-1][k - 1]
    above, tied = risk > cut, risk == cut
    room = k - above.sum()
    sure, share = low[above].sum(), low[tied].mean()
    best = sure + min(room, low[tied].sum())
    worst = sure + max(0, room - (1 - low[tied]).sum())
    hits = sure + room * share
    return {
        "k": int(k),
        "precision": float(hits / k),
        "precision_worst": float(worst / k),
        "precision_best": float(best / k),
        "recall": float(hits / low.sum()) if low.sum() else None,
        "lift": float(hits / k / low.mean()) if low.sum() else None,
    }


def net_benefit_at_capacity(low: np.ndarray, risk: np.ndarray, capacity: float, worth: float) -> float:
    """Net benefit a practice of contacting the top share `capacity`, at the odds of `worth`; ties by expected share."""
    top = at_capacity(low, risk, capacity)
    return top["k"] / len(low) * (top["precision"] - (1 - top["precision"]) * worth / (1 - worth))


def calibration_curve(
    low: np.ndarray, risk: np.ndarray, groups: np.ndarray | None = None, seed: int = 0
) -> list[dict[str, float]]:
    """Mean risk and share low in ten bins of equal size, by ascending risk; equal risks share a bin.

    With `groups` each share has its 95% interval (low_from, low_to) from resampling them.
    """
    member = _bin(risk)
    weights = None if groups is None else resample(groups, seed)
    curve = []
    for b in np.unique(member):
        inside = member == b
        point = {"risk": float(risk[inside].mean()), "low": float(low[inside].mean()), "n": int(inside.sum())}
        if weights is not None:
            size = weights[:, inside].sum(axis=1)
            shares = np.divide(weights[:, inside] @ low[inside], size, out=np.full(len(size), np.nan), where=size > 0)
            bounds = _interval(None, shares)
            point |= {"low_from": bounds["low"], "low_to": bounds["high"]}
        curve.append(point)
    return curve


def _bin(risk: np.ndarray) -> np.ndarray:
    """Bin of each row, 0 to nine."""
    order = np.argsort(risk, kind="stable")
    _, block = np.unique(risk[order], return_inverse=True)
    member = np.empty(len(risk), int)
    member[order] = np.searchsorted(block, block) * CALIBRATION_BINS // len(risk)
    return member


def calibration_error(low: np.ndarray, risk: np.ndarray) -> float:
    """Expected calibration error over ten bins of equal size."""
    return float(sum(b["n"] * abs(b["risk"] - b["low"]) for b in calibration_curve(low, risk)) / len(low))


def calibration_line(low: np.ndarray, logits: np.ndarray, weight: np.ndarray | None = None) -> tuple[float, float]:
    """Slope and intercept of low against the logit; (1, 0) is perfect, and given where nothing can be learned."""
    from sklearn.linear_model import LogisticRegression

    if not _both(low) or np.ptp(logits) < 1e-9:
        return 1.0, 0.0
    line = LogisticRegression(C=1e6).fit(logits[:, None], low.astype(int), sample_weight=weight)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def brier_skill(low: np.ndarray, risk: np.ndarray) -> float | None:
    """1 - Brier / Brier of the base rate; 0 = no better than knowing the base rate."""
    base = np.mean((low.mean() - low) ** 2)
    return float(1 - np.mean((risk - low) ** 2) / base) if base else None


def net_benefit(low: np.ndarray, risk: np.ndarray, threshold: float) -> float:
    """True contacts a practice less false ones at the odds of the threshold (decision curve)."""
    contacted = risk >= threshold
    false_worth = threshold / (1 - threshold)
    return float(np.mean(contacted * low) - np.mean(contacted * (1 - low)) * false_worth)


def noise_ceiling(
    between: np.ndarray, sampling: np.ndarray, centre: np.ndarray, cut: np.ndarray, seed: int
) -> dict[str, float] | None:
    """AUC of an oracle that knows each practice's true score, when surveys are only as reliable as these.

    One value a row: variance between practices, sampling variance of the row's score, mean, cut. Simulated with normal
    scores; `high` is the upper end of what chance leaves open in a sample of this size. None where surveys show no
    difference between practices.
    """
    if not len(between) or not (between > 0).any():
        return None
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(RESAMPLES):
        true = centre + np.sqrt(between) * random.standard_normal(len(between))
        low = (true + np.sqrt(sampling) * random.standard_normal(len(between)) < cut).astype(float)
        if _both(low):
            drawn.append(auc(low, -true))
    low_end, high_end = np.percentile(drawn, [2.5, 97.5])
    return {"auc": float(np.mean(drawn)), "low": float(low_end), "high": float(high_end)}


@dataclass(frozen=True)
class Drawn:
    """A figure on all rows (`value`) and on each resample of their groups (`draws`, NaN where it has no meaning)."""

    value: float | None
    draws: np.ndarray

    def interval(self) -> dict[str, float | None]:
        """The figure with its 95% interval."""
        return _interval(self.value, self.draws)

    def minus(self, other: "Drawn") -> dict[str, float | None]:
        """The difference with its paired 95% interval; both come from one call of `drawn`."""
        known = self.value is not None and other.value is not None
        return _interval(self.value - other.value if known else None, self.draws - other.draws)


def drawn(
    figures: dict[str, Callable], low: np.ndarray, risks: dict[str, np.ndarray], groups: np.ndarray, seed: int
) -> dict[str, dict[str, Drawn]]:
    """name of a risk -> name of a figure -> figure(low, risk), also on resampled groups; all share the same draws."""
    counts = resample(groups, seed, draws=FIGURE_DRAWS).astype(int)
    chosen = [np.repeat(np.arange(len(low)), count) for count in counts]
    return {
        name: {
            key: Drawn(figure(low, risk), np.array([figure(low[rows], risk[rows]) for rows in chosen], dtype=float))
            for key, figure in figures.items()
        }
        for name, risk in risks.items()
    }


def _interval(value: float | None, draws: np.ndarray) -> dict[str, float | None]:
    known = draws[~np.isnan(draws)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (None, None)
    return {"value": _plain(value), "low": _plain(low), "high": _plain(high)}


def _both(low: np.ndarray) -> bool:
    return 0 < low.sum() < len(low)


def _plain(value) -> float | None:
    return None if value is None else float(value)
