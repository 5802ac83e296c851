"""The core of the AHRQ CAHPS analysis program 5.0, on sums instead of on people.

Adjusters and outcome are centred on practice means, one least-squares fit an item; an item's mean is moved to the
plan's average respondent; items are averaged in equal parts into composites; a practice's variance keeps the
covariance of one person's answers. Source: AHRQ Pub. 20-M019 and the SAS macro (steps %casemix, %item_wgt, %star).
Everything here takes arrays with one row a practice, so that no respondent reaches this module.
"""

import numpy as np
from scipy.stats import t

MIN_RESPONSES = 300  # fewer in a wave: scores stay unadjusted (catalogue D.2.6)
STAR_LEVEL = 0.05


def coefficients(
    squares: np.ndarray, products: np.ndarray, weights: np.ndarray, sums: np.ndarray, outcome: np.ndarray
) -> np.ndarray:
    """Least-squares slopes of one item on k adjusters with an intercept for each of p practices.

    squares (k, k) and products (k,) are sums over respondents of w * a * a' and w * a * y; weights (p,), sums (p, k)
    and outcome (p,) are the practices' sums of w, w * a and w * y. An adjuster that does not vary within practices,
    or repeats others, gets the smallest coefficients that fit.
    """
    within = squares - sums.T @ (sums / weights[:, None])
    return np.linalg.pinv(within, rcond=1e-10, hermitian=True) @ (products - sums.T @ (outcome / weights))


def adjusted_means(slopes: np.ndarray, weights: np.ndarray, sums: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """What each practice would score on the item with the plan's average respondents."""
    average = sums.sum(axis=0) / weights.sum()
    return outcome / weights - (sums / weights[:, None] - average) @ slopes


def stars(means: np.ndarray, variances: np.ndarray, degrees: float) -> np.ndarray:
    """1 significantly below the plan, 3 above, 2 else: t-test of each practice against the plain mean of all,
    two-sided 5%. The program's defaults (wgtplan = 0)."""
    error = star_errors(variances)
    away = means - means.mean()
    statistic = np.divide(away, error, out=np.zeros_like(away), where=error > 0)
    significant = 2 * t.sf(np.abs(statistic), max(degrees, 1)) < STAR_LEVEL
    return np.where(significant, np.where(away < 0, 1, 3), 2)


def star_errors(variances: np.ndarray) -> np.ndarray:
    """Standard error of each practice's distance from the plain mean of all p: sqrt(v (1 - 2 / p) + sum(v) / p^2)."""
    share = 1 / len(variances)
    return np.sqrt(np.maximum(variances * (1 - 2 * share) + variances.sum() * share**2, 0))


def error_degrees(respondents: float, practices: int, adjusters: int) -> float:
    """Degrees of freedom of the whole fit."""
    return respondents - practices - adjusters


def sampling_variances(variances: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Each practice's variance from the spread of respondents pooled over all: steadier than its own for small n."""
    return (n * n * variances).sum() / (n - 1).sum() / n


def between_variance(means: np.ndarray, variances: np.ndarray) -> float:
    """Variance of the practices' true scores by the method of moments (DerSimonian-Laird), never below 0."""
    if len(means) < 2 or not (variances > 0).all():
        return float(np.var(means, ddof=1)) if len(means) > 1 else 0.0
    weight = 1 / variances
    centre = (weight * means).sum() / weight.sum()
    excess = (weight * (means - centre) ** 2).sum() - (len(means) - 1)
    return float(max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum())))


def reliability(between: float, variances: np.ndarray) -> np.ndarray:
    """Share of a score's variance that is the practice's own: between / (between + sampling)."""
    total = between + variances
    return np.divide(between, total, out=np.zeros_like(total), where=total > 0)


def plan_mean(means: np.ndarray, between: float, variances: np.ndarray) -> float:
    """Mean of the practices' true scores, each weighted by how well it is known."""
    weight = 1 / np.maximum(between + variances, 1e-12)
    return float((weight * means).sum() / weight.sum())
