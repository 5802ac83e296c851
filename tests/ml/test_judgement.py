import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ml import judgement

LOW = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0.0])
RISK = np.array([0.9, 0.8, 0.7, 0.7, 0.5, 0.4, 0.4, 0.2, 0.1, 0.1])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=4, max_size=40))
def test_ranking_figures_agree_with_scikit_learn(rows):
    low = np.array([row[0] for row in rows], float)
    risk = np.array([row[1] / 5 for row in rows])
    if not 0 < low.sum() < len(low):
        assert judgement.auc(low, risk) is None
        return
    assert judgement.auc(low, risk) == pytest.approx(roc_auc_score(low, risk))
    assert judgement.average_precision(low, risk) == pytest.approx(average_precision_score(low, risk))
    figures = judgement.metrics(low, risk, np.arange(len(low)), seed=1)
    assert figures["brier"] == pytest.approx(brier_score_loss(low, risk))
    assert figures["auc_low"] <= figures["auc_high"]


def test_capacity_counts_ties_by_their_share():
    top = judgement.at_capacity(LOW, RISK, 0.3)
    assert top["k"] == 3
    assert top["precision"] == pytest.approx((1 + 0.5) / 3)
    assert (top["precision_worst"], top["precision_best"]) == pytest.approx((1 / 3, 2 / 3))
    assert top["recall"] == pytest.approx(0.5)
    assert top["lift"] == pytest.approx(0.5 / 0.3)


def test_row_order_changes_nothing():
    order = np.random.default_rng(0).permutation(10)
    for figure in (judgement.auc, judgement.average_precision, judgement.calibration_error):
        assert figure(LOW, RISK) == pytest.approx(figure(LOW[order], RISK[order]))


def test_intervals_cover_the_truth_as_often_as_they_say():
    random = np.random.default_rng(0)
    covered = 0
    for draw in range(100):
        low = (random.random(150) < 0.3).astype(float)
        risk = random.normal(low, 1)  # true AUC = Phi(1 / sqrt 2) = 0.760
        bounds = judgement.metrics(low, risk, np.arange(150), seed=draw)
        covered += bounds["auc_low"] <= 0.7602 <= bounds["auc_high"]
    assert covered >= 88


def test_groups_widen_the_interval_where_rows_repeat():
    low, risk = np.repeat(LOW, 6), np.repeat(RISK, 6)
    alone = judgement.metrics(low, risk, np.arange(60), seed=1)
    together = judgement.metrics(low, risk, np.repeat(np.arange(10), 6), seed=1)
    assert together["auc_high"] - together["auc_low"] > 1.5 * (alone["auc_high"] - alone["auc_low"])


def test_net_benefit_by_hand():
    assert judgement.net_benefit(LOW, RISK, 0.5) == pytest.approx(2 / 10 - 3 / 10)
    assert judgement.net_benefit(LOW, RISK, 0.75) == pytest.approx(1 / 10 - 1 / 10 * 3)


def test_calibration_line_finds_a_known_distortion():
    random = np.random.default_rng(2)
    logits = random.normal(-1, 1, 20_000)
    low = (random.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits + 0.3)))).astype(float)
    assert judgement.calibration_line(low, logits) == pytest.approx((0.5, 0.3), abs=0.06)


def test_noise_ceiling_agrees_with_the_notes():
    # ICC 0.05, 30-60 respondents, reliability 0.70: an oracle of the true score reaches about 0.91.
    between, sampling = np.ones(4000), np.full(4000, 0.3 / 0.7)
    cut = np.full(4000, -0.6745 * np.sqrt(1 / 0.7))
    ceiling = judgement.noise_ceiling(between, sampling, np.zeros(4000), cut, seed=1)
    assert ceiling["auc"] == pytest.approx(0.91, abs=0.015)
    assert judgement.noise_ceiling(np.zeros(5), np.ones(5), np.zeros(5), np.zeros(5), 1) is None


def test_net_benefit_at_capacity_by_hand():
    # Three contacted: 1.5 low and 1.5 not, ties by their share; a false contact costs a third of a true one.
    expected = 0.15 - 0.15 / 3
    assert judgement.net_benefit_at_capacity(LOW, RISK, 0.3, worth=0.25) == pytest.approx(expected)


def test_figures_share_their_draws_so_that_differences_are_paired():
    random = np.random.default_rng(4)
    low = (random.random(300) < 0.3).astype(float)
    risk = np.clip(0.3 + 0.2 * low + random.normal(0, 0.1, 300), 0, 1)
    slightly_worse = np.clip(risk + random.normal(0, 0.02, 300), 0, 1)
    made = judgement.drawn({"auc": judgement.auc}, low, {"a": risk, "b": slightly_worse}, np.arange(300), seed=1)
    alone, gap = made["a"]["auc"].interval(), made["a"]["auc"].minus(made["b"]["auc"])
    assert alone["low"] < alone["value"] < alone["high"]
    assert gap["value"] == pytest.approx(judgement.auc(low, risk) - judgement.auc(low, slightly_worse))
    assert gap["high"] - gap["low"] < 0.5 * (alone["high"] - alone["low"])
    assert made["a"]["auc"].minus(made["a"]["auc"]) == {"value": 0, "low": 0, "high": 0}


def test_a_figure_without_meaning_has_no_interval():
    made = judgement.drawn({"auc": judgement.auc}, np.zeros(30), {"a": np.arange(30.0)}, np.arange(30), seed=1)
    assert made["a"]["auc"].interval() == {"value": None, "low": None, "high": None}


def test_the_calibration_curve_covers_the_truth():
    random = np.random.default_rng(6)
    missed = []
    for draw in range(30):
        risk = random.random(600)
        curve = judgement.calibration_curve((random.random(600) < risk).astype(float), risk, np.arange(600), draw)
        assert sum(point["n"] for point in curve) == 600
        missed += [not point["low_from"] <= point["risk"] <= point["low_to"] for point in curve]
    assert 0.02 < np.mean(missed) < 0.12
