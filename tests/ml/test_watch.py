import numpy as np
import pandas as pd
import pytest

from ml import watch


def test_no_change_rarely_alerts_and_a_shift_does():
    random = np.random.default_rng(0)
    before = pd.DataFrame(random.normal(size=(300, 80)))
    after = pd.DataFrame(random.normal(size=(60, 80)))
    assert watch.drift(before, after)["alert"].mean() == pytest.approx(0.05, abs=0.06)
    assert watch.drift(before, after + 1.5)["alert"].all()


@pytest.mark.parametrize("sizes", [(300, 300), (1000, 60)])
def test_the_limit_is_passed_by_one_in_twenty_when_nothing_changes(sizes):
    random = np.random.default_rng(1)
    drawn = [watch.population_stability(*(random.standard_normal(n) for n in sizes)) for _ in range(2000)]
    assert np.mean(np.array(drawn) > watch.psi_limit(*sizes)) == pytest.approx(0.05, abs=0.025)


def test_missing_shares_are_reported_and_few_values_judged_by_nothing():
    before, after = pd.DataFrame({"x": np.arange(20.0)}), pd.DataFrame({"x": [np.nan] * 15 + [1.0] * 5})
    row = watch.drift(before, after).iloc[0]
    assert (row["missing_before"], row["missing_after"]) == (0.0, 0.75)
    assert row["psi"] is None
    assert not row["alert"]


def test_a_kind_of_practice_that_is_missed_raises_an_alert():
    random = np.random.default_rng(3)
    n = 600
    kind = np.where(np.arange(n) < 200, "rural", "urban")
    low = (random.random(n) < 0.25).astype(float)
    risk = np.clip(0.2 + 0.5 * low + random.normal(0, 0.1, n), 0, 1)
    risk[kind == "rural"] *= 0.3
    served = watch.by_stratum(low, risk, np.arange(n), pd.DataFrame({"kind": kind}), seed=1).set_index("value")
    assert served.loc["rural", "alert"]
    assert not served.loc["urban", "alert"]
    assert served.loc["rural", "recall"] < 0.05
    assert served["n"].sum() == n
