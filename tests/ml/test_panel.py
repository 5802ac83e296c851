import json

import numpy as np
import pandas as pd
import pytest

from expectations import BadInput
from ml.panel import evaluate

FIGURES = {"auc", "auc_low", "auc_high", "average_precision", "precision_at_10pct", "brier", "ece"}


def make(rows=240, features=3, seed=0, regions=8) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    true = random.normal(70, 8, rows)
    frame = pd.DataFrame(
        {
            "practice_id": [f"P{i}" for i in range(rows)],
            "region": [f"R{i % regions}" for i in range(rows)],
            "wave": "2024",
            "score_prior": true + random.normal(0, 8, rows),
            "score_next": true + random.normal(0, 5, rows),
            "kind": random.choice(["a", "b", "c"], rows),
        }
    )
    for i in range(features):
        frame[f"f{i}"] = true * (i % 2) + random.normal(0, 8, rows)
    return frame


@pytest.fixture
def panel(tmp_path):
    def write(frame: pd.DataFrame, name="panel.csv"):
        path = tmp_path / name
        frame.to_csv(path, index=False)
        return path

    return write


def test_the_shape_of_the_answer(panel):
    result = evaluate(panel(make()))
    assert {"n_train", "n_test", "test", "no_prior", "baselines", "chosen"} <= result.keys()
    assert set(result["test"]) == set(result["no_prior"]) == FIGURES
    assert {"persistence", "prevalence"} <= result["baselines"].keys()
    assert result["n_train"] == result["n_test"] == 240
    assert result["baselines"]["prevalence"]["auc"] == 0.5
    assert result["test"]["auc"] > 0.8
    assert result["no_prior"]["auc"] > 0.65
    json.dumps(result, allow_nan=False)


def test_the_same_file_gives_the_same_answer(panel):
    frame = make(rows=120)
    taught, test = panel(frame[:80]), panel(frame[80:], "test.csv")
    assert evaluate(taught, test) == evaluate(taught, test)


def test_a_test_file_is_judged_by_what_the_panel_taught(panel):
    frame = make(rows=300)
    result = evaluate(panel(frame[:200]), panel(frame[200:], "test.csv"))
    assert (result["n_train"], result["n_test"]) == (200, 100)
    assert result["test"]["auc"] > 0.8


def test_the_outcome_of_the_test_file_teaches_nothing(panel):
    frame = make(rows=300)
    test = frame[200:].copy()
    shuffled = test.assign(score_next=np.random.default_rng(5).permutation(test["score_next"]))
    results = [evaluate(panel(frame[:200]), panel(t, "t.csv")) for t in (test, shuffled)]
    assert results[0]["chosen"] == results[1]["chosen"]
    assert abs(results[1]["test"]["auc"] - 0.5) < 0.2 < results[0]["test"]["auc"] - 0.5


@pytest.mark.parametrize("blank_in", ["panel", "test"])
def test_a_column_blank_throughout_one_file(panel, blank_in):
    frame = make(rows=260)
    train, test = frame[:160].copy(), frame[160:].copy()
    (train if blank_in == "panel" else test)["f1"] = None
    (train if blank_in == "panel" else test)["kind"] = None
    assert evaluate(panel(train), panel(test, "test.csv"))["test"]["auc"] > 0.75


def test_unseen_categories_and_scattered_blanks(panel):
    frame = make(rows=260).astype(object)
    random = np.random.default_rng(2)
    for column in ("score_prior", "f0", "f1", "kind"):
        frame.loc[random.random(260) < 0.2, column] = None
    frame.loc[160:, "kind"] = "never seen"
    assert evaluate(panel(frame[:160]), panel(frame[160:], "test.csv"))["test"]["auc"] > 0.65


def test_no_prior_scores_at_all(panel):
    result = evaluate(panel(make(rows=120).assign(score_prior=None)))
    assert result["test"] == result["no_prior"]
    assert result["baselines"]["persistence"]["auc"] is not None


def test_wide_and_short(panel):
    frame = make(rows=400, features=60)
    assert evaluate(panel(frame[:300]), panel(frame[300:], "test.csv"))["test"]["auc"] > 0.8


def test_where_nothing_is_to_be_learned_persistence_stays(panel):
    random = np.random.default_rng(9)
    frame = make(rows=300)[["practice_id", "region", "wave", "score_prior", "score_next"]]
    for i in range(30):
        frame[f"noise{i}"] = random.normal(size=300)
    result = evaluate(panel(frame))
    assert result["chosen"] == "persistence"


@pytest.mark.parametrize("kind", ["half_without_prior_two_waves", "many_regions"])
def test_never_worse_than_persistence_by_more_than_chance(panel, kind):
    frame = make(rows=280, seed=4, regions=40 if kind == "many_regions" else 9)
    if kind == "half_without_prior_two_waves":
        frame["wave"] = np.where(np.arange(280) < 140, 2023, 2024)
        frame.loc[::2, "score_prior"] = np.nan
        frame.loc[frame["wave"] == 2024, ["score_prior", "score_next"]] += 12
    assert evaluate(panel(frame))["test_minus_persistence"]["high"] > 0


def test_a_later_wave_may_have_other_levels(panel):
    frame = make(rows=300)
    taught, later = frame[:200], frame[200:].assign(wave="2026")
    drifted = later.assign(score_prior=later["score_prior"] * 0.5 + 40, f1=later["f1"] * 3 - 9)
    drifted["score_next"] = drifted["score_next"] * 2 - 80
    results = [evaluate(panel(taught), panel(test, "test.csv")) for test in (later, drifted)]
    assert results[1]["test"]["auc"] == pytest.approx(results[0]["test"]["auc"], abs=1e-3)
    assert results[1]["test"]["brier"] == pytest.approx(results[0]["test"]["brier"], abs=1e-3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.drop(columns="region"), "column 'region' is missing"),
        (lambda f: f.assign(region="one"), "column region has one value"),
        (lambda f: f.astype(object).assign(score_next=["x", *f["score_next"][1:]]), "row 2, column 'score_next': 'x'"),
        (lambda f: f.assign(score_prior="good"), "column 'score_prior': 'good' is not a number"),
        (lambda f: f.assign(score_next=3), "no bottom quartile"),
        (lambda f: f[:20], "at least 40"),
        (lambda f: pd.concat([f, f[:1]]), "stands twice"),
        (lambda f: f.assign(pct_female=1.0), "protected trait (female)"),
        (lambda f: f.assign(score_next_year=1.0), "what comes after"),
        (lambda f: f.assign(region_score_prior=1.0), "column 'region_score_prior' is computed here"),
        (lambda f: f.assign(innocent=f["score_next"] * 2 + 1), "repeats score_next"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(panel, change, says):
    with pytest.raises(BadInput) as refused:
        evaluate(panel(change(make(rows=80))))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_test_file_needs_the_panels_columns(panel):
    frame = make(rows=120)
    with pytest.raises(BadInput, match="column 'f1' of the panel is missing"):
        evaluate(panel(frame), panel(frame.drop(columns="f1"), "test.csv"))


@pytest.mark.parametrize("path", ["absent.csv", "."])
def test_a_path_that_cannot_be_read(tmp_path, path):
    with pytest.raises(BadInput):
        evaluate(tmp_path / path)


@pytest.mark.slow
def test_english_practices(shared_data):
    result = evaluate(shared_data / "practice_panel" / "england_2016_2018.csv")
    assert result["test_minus_persistence"]["low"] > 0
    assert result["test"]["auc"] > 0.865
    assert result["no_prior"]["auc"] > 0.78
    assert result["test"]["ece"] < 0.03
