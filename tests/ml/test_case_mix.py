import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ml import case_mix


def sums(frame: pd.DataFrame, adjusters: list[str]):
    """The sums that `coefficients` takes, the plain way."""
    a, y, w = frame[adjusters].to_numpy(float), frame["y"].to_numpy(), frame["w"].to_numpy()
    units = sorted(frame["unit"].unique())
    rows = [frame["unit"].to_numpy() == unit for unit in units]
    return (
        a.T @ (a * w[:, None]),
        a.T @ (w * y),
        np.array([w[r].sum() for r in rows]),
        np.array([(w[r, None] * a[r]).sum(axis=0) for r in rows]),
        np.array([(w * y)[r].sum() for r in rows]),
    )


@pytest.fixture
def respondents() -> pd.DataFrame:
    random = np.random.default_rng(3)
    n = 2000
    frame = pd.DataFrame({"unit": random.integers(0, 20, n), "w": random.uniform(0.5, 2, n)})
    frame["a"] = random.integers(0, 2, n) * 1.0
    frame["b"] = random.normal(frame["unit"] / 10, 1)
    frame["y"] = 60 + frame["unit"] - 5 * frame["a"] + 2.5 * frame["b"] + random.normal(0, 3, n)
    return frame


def test_slopes_and_adjusted_means_agree_with_fixed_effects_least_squares(respondents):
    squares, products, weights, totals, outcome = sums(respondents, ["a", "b"])
    slopes = case_mix.coefficients(squares, products, weights, totals, outcome)
    means = case_mix.adjusted_means(slopes, weights, totals, outcome)

    dummies = pd.get_dummies(respondents["unit"]).astype(float)
    fitted = sm.WLS(
        respondents["y"], pd.concat([dummies, respondents[["a", "b"]]], axis=1), weights=respondents["w"]
    ).fit()
    average = np.average(respondents[["a", "b"]], axis=0, weights=respondents["w"])
    expected = fitted.params.iloc[:20].to_numpy() + average @ fitted.params[["a", "b"]].to_numpy()
    assert np.abs(slopes - fitted.params[["a", "b"]].to_numpy()).max() < 1e-6
    assert np.abs(means - expected).max() < 1e-6


def test_known_effects_are_recovered(respondents):
    squares, products, weights, totals, outcome = sums(respondents, ["a", "b"])
    slopes = case_mix.coefficients(squares, products, weights, totals, outcome)
    assert slopes == pytest.approx([-5, 2.5], abs=0.3)
    means = case_mix.adjusted_means(slopes, weights, totals, outcome)
    assert np.corrcoef(means, np.arange(20))[0, 1] > 0.99
    raw = outcome / weights
    assert np.abs(np.diff(means) - 1).mean() < np.abs(np.diff(raw) - 1).mean()  # the mix of b hid the differences


def test_an_adjuster_that_never_varies_changes_nothing(respondents):
    with_constant = respondents.assign(c=1.0)
    two = sums(respondents, ["a", "b"])
    three = sums(with_constant, ["a", "b", "c"])
    means = [case_mix.adjusted_means(case_mix.coefficients(*s), *s[2:]) for s in (two, three)]
    assert means[0] == pytest.approx(means[1], abs=1e-8)


def test_stars_need_significance_not_distance():
    means = np.array([50.0, 50.0, 80.0, 80.0, 95.0])
    variances = np.array([1.0, 400.0, 1.0, 1.0, 1.0])
    assert list(case_mix.stars(means, variances, 195)) == [1, 2, 3, 3, 3]


def test_star_statistic_by_hand():
    # Three practices, variances 1, 2, 3: the first one's error is sqrt(1 * (1 - 2 / 3) + 6 / 9) = 1. Two-sided 5% of t
    # with 10 degrees of freedom: 2.228.
    def star(away: float) -> int:
        return int(case_mix.stars(np.array([-away, away / 2, away / 2]), np.array([1.0, 2.0, 3.0]), 10)[0])

    assert star(2.227) == 2
    assert star(2.229) == 1


def test_between_variance_and_reliability_are_recovered():
    random = np.random.default_rng(0)
    sampling = random.uniform(4, 40, 4000)
    means = 70 + random.normal(0, 5, 4000) + random.normal(0, np.sqrt(sampling))
    between = case_mix.between_variance(means, sampling)
    assert between == pytest.approx(25, rel=0.1)
    assert case_mix.reliability(25.0, np.array([25.0, 0.0])) == pytest.approx([0.5, 1.0])
    assert case_mix.between_variance(np.full(50, 70.0), np.full(50, 9.0)) == 0.0
