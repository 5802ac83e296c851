import numpy as np
import pandas as pd
import pytest

from ml import dataset, watch


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


def served(kind_rows=200, n=600, missed=0.3, seed=3):
    """A backtest in which the risk of rural practices is `missed` times what it should be."""
    random = np.random.default_rng(seed)
    kind = np.where(np.arange(n) < kind_rows, "rural", "urban")
    truth = random.choice([0.1, 0.4], n)
    low = (random.random(n) < truth).astype(float)
    risk = np.where(kind == "rural", truth * missed, truth) + random.normal(0, 0.01, n)
    return low, risk, pd.DataFrame({"kind": kind})


def test_a_kind_of_practice_that_is_missed_raises_alerts():
    low, risk, kinds = served()
    table = watch.by_stratum(low, risk, np.arange(600), kinds, seed=1).set_index("value")
    assert table.loc["rural", "alert"] == "recall, calibration"
    assert table.loc["rural", "recall"] < 0.05
    assert table.loc["rural", "calibration_gap"] < -0.1
    assert "recall" not in table.loc["urban", "alert"]
    assert table["n"].sum() == 600
    for figure in ("recall", "false_positive_rate", "calibration_gap"):
        assert (table[f"{figure}_low"] <= table[figure]).all()
        assert (table[figure] <= table[f"{figure}_high"]).all()


def test_a_kind_that_is_listed_without_need_raises_an_alert():
    low, risk, kinds = served(missed=1.0)
    risk = np.where(kinds["kind"] == "rural", risk + 0.3 * (np.arange(600) % 3 == 0), risk)
    table = watch.by_stratum(low, risk, np.arange(600), kinds, seed=1).set_index("value")
    assert "false positives" in table.loc["rural", "alert"]
    assert "false positives" not in table.loc["urban", "alert"]


def test_where_nothing_is_wrong_alerts_are_rare():
    raised = [
        bool(alert)
        for seed in range(12)
        for alert in watch.by_stratum(*served(missed=1.0, seed=seed)[:2], np.arange(600), served()[2], seed)["alert"]
    ]
    assert np.mean(raised) < 0.15


def test_kinds_of_fewer_than_eleven_rows_are_left_out():
    low, risk, kinds = served(kind_rows=10)
    assert watch.by_stratum(low, risk, np.arange(600), kinds, seed=1)["value"].tolist() == ["urban"]


def test_what_is_missing_more_often_is_told():
    before = pd.DataFrame({"x": np.arange(200.0), "y": np.arange(200.0)})
    after = before.assign(x=np.where(np.arange(200) < 60, np.nan, before["x"]))
    alerts = watch.drift(before, after).set_index("feature")["missing_alert"]
    assert alerts.to_dict() == {"x": True, "y": False}


def test_practices_are_grouped_by_place_size_and_safety_net(fabricated):
    table = dataset.read(fabricated)
    kinds = watch.strata(table.keys)
    assert not set(kinds) & set(table.examples.features) - {"members"}  # they audit, they never teach
    by_practice = kinds.assign(practice=table.keys["practice_id"]).groupby("practice").last()
    assert by_practice.loc[["P000", "P001", "P003"], "rurality"].tolist() == [
        "rural health clinic",
        "sparse county",
        "other county",
    ]
    # P000 to P059 have 0 to 59 of 100 member months in Medicaid.
    assert by_practice.loc[["P000", "P030", "P059"], "safety_net"].tolist() == [
        "lowest third",
        "middle third",
        "highest third",
    ]


def test_an_earlier_list_is_judged_once_its_wave_is_out(fabricated):
    table = dataset.read(fabricated)
    score = table.keys[table.keys["wave_id"] == "2024H1"].set_index("practice_id")["score"]
    lists = pd.concat(
        [
            pd.DataFrame({"practice_id": score.index, "risk": good, "model_version": 3, "as_of_date": day})
            for day, good in (("2023-11-15", (100 - score) / 100), ("2024-01-01", score / 100), ("2025-12-31", 0.5))
        ]
    ).assign(as_of_date=lambda rows: pd.to_datetime(rows["as_of_date"]))
    judged = watch.past_lists(lists, table, seed=1)
    # The list of November foretells the wave of January; that of 1 January the one of July; the last wave is not out.
    assert judged["wave_id"].tolist() == ["2024H1", "2024H2"]
    assert judged["auc"].iloc[0] == 1.0
    assert judged["auc"].iloc[1] < 0.5
    assert judged["judged"].tolist() == [60, 60]
    assert watch.past_lists(lists.iloc[:5], table, seed=1).empty
