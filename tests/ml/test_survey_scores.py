"""The SQL of case mix against a plain second implementation over respondents."""

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ml import survey_scores
from tests.ml.conftest import ITEMS, Plan


def tables(warehouse, *names):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [connection.execute(f"select * from {name}").fetchdf() for name in names]


def test_adjusted_scores_agree_with_statsmodels(fabricated):
    scores, answers = tables(fabricated, "marts.survey_practice_score_adjusted", "survey.survey_answer")
    wave = answers[answers["wave_id"] == "2024H1"]
    adjusters = pd.get_dummies(wave[["age_band", "general_health"]].astype(str), drop_first=True).astype(float)
    means = {}
    for items in ITEMS.values():
        for item in items:
            mine = (wave["item_id"] == item).to_numpy()
            units = pd.get_dummies(wave.loc[mine, "practice_id"]).astype(float)
            fit = sm.OLS(wave.loc[mine, "score"], pd.concat([units, adjusters[mine]], axis=1)).fit()
            average = adjusters[mine].mean().to_numpy() @ fit.params.iloc[len(units.columns) :].to_numpy()
            means[item] = fit.params.iloc[: len(units.columns)] + average
    expected = sum(sum(means[i] for i in items) / len(items) for items in ITEMS.values()) / len(ITEMS)
    index = scores[(scores["wave_id"] == "2024H1") & (scores["composite"] == "pe_index")].set_index("practice_id")
    assert np.abs(index["score_adjusted"] - expected).max() < 1e-6
    assert index["case_mix_adjusted"].all()


def test_variance_keeps_the_covariance_of_one_persons_answers(fabricated):
    (scores,) = tables(fabricated, "marts.survey_practice_score_adjusted")
    index = scores[scores["composite"] == "pe_index"]
    # person 12^2 shared by all items; item noise 10^2: (1 + 1/2 + 1) / 9 of it is left in the index.
    expected = np.sqrt((144 + 100 * 2.5 / 9) / 45)
    assert index["standard_error"].mean() == pytest.approx(expected, rel=0.03)


def test_missing_adjusters_do_not_lose_the_answer(tmp_path):
    warehouse = Plan(practices=20, respondents=20, waves=["2025H1"]).write(tmp_path / "w.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update survey.survey_answer set age_band = null where practice_id < 'P010'")
    survey_scores.write_adjusted_scores(warehouse)
    scores = tables(warehouse, "marts.survey_practice_score_adjusted")[0]
    assert scores["n"].min() == 20
    assert scores["score_adjusted"].notna().all()


def test_a_small_wave_stays_unadjusted(tmp_path):
    warehouse = Plan(practices=14, respondents=20, waves=["2025H1"]).write(tmp_path / "w.duckdb")
    scores = tables(warehouse, "marts.survey_practice_score_adjusted")[0]
    assert not scores["case_mix_adjusted"].any()
    assert scores["score_adjusted"].to_numpy() == pytest.approx(scores["score_raw"].to_numpy(), abs=1e-6)


@pytest.mark.parametrize(
    ("respondents", "labelled", "shown"), [(10, False, False), (11, True, False), (30, True, True)]
)
def test_thresholds(tmp_path, respondents, labelled, shown):
    warehouse = Plan(practices=30, respondents=respondents, waves=["2025H1"]).write(tmp_path / "w.duckdb")
    label, public = tables(warehouse, "marts.practice_label", "public.practice_label")
    assert len(label) == len(public) == (30 if labelled else 0)
    assert "n" not in public.columns
    assert public["pe_index_adjusted"].notna().sum() == (30 if shown else 0)


def test_writing_twice_gives_the_same_bytes(fabricated, tmp_path):
    copy = tmp_path / "w.duckdb"
    copy.write_bytes(fabricated.read_bytes())
    before = tables(copy, "marts.survey_practice_score_adjusted")[0]
    survey_scores.write_adjusted_scores(copy)
    pd.testing.assert_frame_equal(before, tables(copy, "marts.survey_practice_score_adjusted")[0], check_exact=True)


def test_nothing_of_a_person_leaves_the_survey_schema(fabricated):
    for name in ("survey_practice_score_adjusted", "practice_label"):
        for schema in ("marts", "public"):
            columns = set(tables(fabricated, f"{schema}.{name}")[0].columns)
            assert not columns & {"response_id", "age_band", "general_health", "weight", "education_band"}
