import numpy as np
import pandas as pd
import pytest
import skops.io

from ml import backtest, candidates, explanation
from ml.candidates import AdditiveBoosting, Blend, Calibrated, Linear, Prevalence, ScoreCurves, TwoPaths, logistic
from ml.examples import Examples
from ml.judgement import auc
from ml.registry import ALLOWED_TYPES


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(4)
    n = 500
    frame = pd.DataFrame(
        {
            "last": np.where(random.random(n) < 0.2, np.nan, random.normal(70, 8, n)),
            "audit": np.where(random.random(n) < 0.3, np.nan, random.random(n)),
            "wait": random.exponential(5, n),
            "kind": pd.Series(random.choice(["a", "b", None], n), dtype=object),
        }
    )
    soft = logistic(-(frame["last"].fillna(70) - 66) / 6 + 0.2 * (frame["wait"] - 5)).to_numpy()
    return frame, soft, np.ones(n)


@pytest.fixture(scope="module")
def two_paths(table):
    frame, soft, weight = table
    known = frame["last"].notna().to_numpy()
    parts = [Linear(0.1), AdditiveBoosting({"wait": 1, "last": -1})]
    seen = [part.fit(frame[known], soft[known], weight[known]) for part in parts]
    seen.append(ScoreCurves(["wait"]).fit(frame[known], soft[known], weight[known], 70 - 10 * soft[known]))
    bare = frame.drop(columns="last")
    fresh = AdditiveBoosting({"wait": 1}).fit(bare, soft, weight)
    return TwoPaths(Calibrated(Blend(seen), 1.3, -0.2), Calibrated(fresh, 0.9, 0.1), ["last"])


def test_contributions_add_up_exactly(table, two_paths):
    frame, *_ = table
    parts, start = explanation.contributions(two_paths, frame)
    assert np.abs(parts.sum(axis=1) + start - two_paths.decision_function(frame)).max() < 1e-9
    assert (parts.loc[frame["last"].isna(), "last"] == 0).all()


def test_the_median_practice_owes_nothing(table, two_paths):
    known = table[0][table[0]["last"].notna()]
    median = explanation.median_practice(known)
    parts, _ = explanation.contributions(two_paths, pd.concat([known, median], ignore_index=True))
    assert np.abs(parts.iloc[-1]).max() < 1e-9


def test_risk_never_falls_as_a_known_adverse_metric_rises(table):
    frame, soft, weight = table
    model = AdditiveBoosting({"wait": 1}).fit(frame, soft, weight)
    steps = frame.iloc[[0] * 50].reset_index(drop=True).assign(wait=np.linspace(0, 40, 50))
    assert (np.diff(model.decision_function(steps)) >= 0).all()


def test_soft_labels_are_learned_with_their_chance():
    frame, soft = pd.DataFrame({"x": np.zeros(10)}), np.full(10, 0.3)
    for model in (Linear(1.0), AdditiveBoosting(), Prevalence()):
        assert model.fit(frame, soft, np.ones(10)).predict_proba(frame)[:, 1] == pytest.approx(0.3, abs=1e-6)


def test_the_distance_from_the_cut_teaches_more_than_the_side_of_it():
    random = np.random.default_rng(6)
    frame = pd.DataFrame({f"x{i}": random.normal(size=600) for i in range(12)})
    score = frame[["x0", "x1", "x2"]].sum(axis=1).to_numpy() + random.normal(0, 2, 600)
    low = (score < np.quantile(score, 0.25)).astype(float)
    learn, judge = np.arange(150), np.arange(150, 600)
    by_score = ScoreCurves().fit(frame.iloc[learn], low[learn], np.ones(150), score[learn])
    by_side = Linear(0.1).fit(frame.iloc[learn], low[learn], np.ones(150))
    reached = [auc(low[judge], model.decision_function(frame.iloc[judge])) for model in (by_score, by_side)]
    assert reached[0] > reached[1] + 0.01


def test_a_fitted_candidate_is_stored_and_read_back(table, two_paths):
    stored = skops.io.dumps(two_paths)
    assert set(skops.io.get_untrusted_types(data=stored)) <= ALLOWED_TYPES
    back = skops.io.loads(stored, trusted=sorted(ALLOWED_TYPES))
    assert (back.decision_function(table[0]) == two_paths.decision_function(table[0])).all()


def test_unseen_category_and_blank_are_scored(table, two_paths):
    strange = table[0].head(3).assign(kind=["never seen", None, "a"], audit=np.nan)
    assert np.isfinite(two_paths.decision_function(strange)).all()


def test_intervals_cover_the_share_that_comes_out_low():
    random = np.random.default_rng(8)

    def draw(n):
        x = random.normal(0, 1, n)
        risk = logistic(-1.2 + 1.1 * x)
        return pd.DataFrame({"x": x}), (random.random(n) < risk).astype(float), risk

    covered = []
    for _ in range(20):
        frame, low, _ = draw(400)
        nothing = np.full(400, np.nan)
        examples = Examples(
            frame, (), low, low, nothing, np.ones(400, bool), np.ones(400), np.arange(400), nothing, low, low
        )
        pool = [candidates.Candidate("logistic", Linear(0.1))]
        chosen = backtest.select(examples, pool, backtest.group_folds(examples.group, 1), 1).model
        fresh, _, risk = draw(200)
        bounds = chosen.risk_interval(fresh)
        covered.append(((bounds[:, 0] <= risk) & (risk <= bounds[:, 1])).mean())
    assert np.mean(covered) >= 0.90


def test_folds_never_split_a_group():
    groups = np.array(list("aabbccddeeff"), object)
    for train, test in backtest.group_folds(groups, seed=7):
        assert not set(groups[train]) & set(groups[test])


def test_the_simplest_within_one_error_wins():
    random = np.random.default_rng(1)
    low = (random.random(300) < 0.3).astype(float)
    good = low + random.normal(0, 1, 300)
    nothing = np.full(300, np.nan)
    examples = Examples(
        pd.DataFrame(index=range(300)),
        (),
        low,
        low,
        nothing,
        np.ones(300, bool),
        np.ones(300),
        np.arange(300),
        nothing,
        low,
        low,
    )
    logits = {"simple": good, "same": good + random.normal(0, 0.01, 300)}
    assert backtest.simplest_within_one_error(examples, ["simple", "same"], logits, 1) == "simple"
    logits = {"simple": random.normal(size=300), "better": good}
    assert backtest.simplest_within_one_error(examples, ["simple", "better"], logits, 1) == "better"
