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


# Printed by the CAHPS Analysis Program itself (version 4.1, AHRQ's own test data, adults, adjusters ghr and age; the
# program and its data are in the public domain), as shown in the README of
# github.com/rogerjdeangelis/utl-analyzing-consumer-assessment-of-healthcare-providers-cahps-survey-data:
# respondents analysed, plan mean before and after adjustment, difference from the overall mean, its standard error,
# variance of the mean and stars of five plans; error degrees of freedom.
PRINTED = {
    "rating of health plan": (
        [240, 95, 402, 69, 619],
        [7.9708, 7.7053, 8.1493, 7.9855, 8.0727],
        [7.9284, 7.7148, 8.1460, 8.0311, 8.0633],
        [-0.0483, -0.2619, 0.1693, 0.0543, 0.0866],
        [0.1081, 0.1602, 0.0922, 0.1817, 0.0832],
        [0.0123, 0.0356, 0.0070, 0.0478, 0.0044],
        [2, 2, 2, 2, 2],
        1418,
    ),
    "rating of care": (
        [265, 102, 418, 74, 696],
        [8.1774, 8.0294, 8.1244, 8.0541, 8.1537],
        [8.1778, 8.0268, 8.1199, 8.0646, 8.1498],
        [0.0700, -0.0809, 0.0121, -0.0432, 0.0420],
        [0.1006, 0.1358, 0.0886, 0.1781, 0.0790],
        [0.0107, 0.0245, 0.0069, 0.0467, 0.0042],
        [2, 2, 2, 2, 2],
        1548,
    ),
    "getting care quickly, four items": (
        [270, 107, 436, 74, 688],
        [3.3323, 3.3457, 3.2109, 3.3051, 3.5006],
        [3.3309, 3.3414, 3.2101, 3.3091, 3.5033],
        [-0.0081, 0.0024, -0.1289, -0.0299, 0.1644],
        [0.0409, 0.0523, 0.0333, 0.0704, 0.0290],
        [0.0018, 0.0036, 0.0009, 0.0073, 0.0005],
        [2, 2, 1, 2, 3],
        1568,
    ),
}
PRINTED_ADJUSTERS = 2


@pytest.mark.parametrize("measure", PRINTED)
def test_stars_errors_and_degrees_are_those_that_the_program_prints(measure):
    n, raw, adjusted, away, errors, variances, stars, degrees = map(np.array, PRINTED[measure])
    # The program's level: adjustment leaves the plain mean of the units where it was (ours: see docs/model.md).
    assert adjusted.mean() == pytest.approx(raw.mean(), abs=1e-4)
    assert adjusted - adjusted.mean() == pytest.approx(away, abs=1e-4)
    # Variances are printed to four digits: so exact can the error be, and no more.
    assert case_mix.star_errors(variances) == pytest.approx(errors, abs=0.0014)
    assert case_mix.error_degrees(n.sum(), len(n), PRINTED_ADJUSTERS) == degrees
    assert list(case_mix.stars(adjusted, variances, degrees)) == list(stars)
