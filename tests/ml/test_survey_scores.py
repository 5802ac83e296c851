"""The SQL of case mix against a plain second implementation over respondents."""

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from ml import survey_scores
from tests.ml.conftest import ITEMS, SHARES, Plan


def tables(warehouse, *names):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [connection.execute(f"select * from {name}").fetchdf() for name in names]


COMPOSITES = {
    **ITEMS,
    "access": ITEMS["needed_care"] + ITEMS["quick_care"],
    "pe_index": [item for items in ITEMS.values() for item in items],
}


def composite_of(means: dict[str, pd.Series], composite: str) -> pd.Series:
    """Items average into composites, and those into the index and into access, in equal parts."""
    parts = {"access": ("needed_care", "quick_care"), "pe_index": tuple(ITEMS)}.get(composite)
    if parts:
        return sum(composite_of(means, part) for part in parts) / len(parts)
    return sum(means[item] for item in ITEMS[composite]) / len(ITEMS[composite])


def plain_adjusters(wave: pd.DataFrame) -> pd.DataFrame:
    """Indicators of a wave's answers; a blank gets the mean of the practice's respondents, each counted once."""
    blank = wave[["age_band", "general_health"]].isna()
    indicators = pd.get_dummies(wave[["age_band", "general_health"]].astype(object), drop_first=True).astype(float)
    for column in indicators:
        indicators.loc[blank[next(name for name in blank if column.startswith(name))], column] = np.nan
    people = wave.assign(**indicators).drop_duplicates("response_id").groupby("practice_id")[list(indicators)].mean()
    return indicators.fillna(people.reindex(wave["practice_id"]).set_index(wave.index))


@pytest.fixture(scope="module")
def gappy(tmp_path_factory):
    """A plan where answers and adjusters are missing here and there."""
    warehouse = Plan(practices=30, respondents=40, waves=["2024H1"]).write(
        tmp_path_factory.mktemp("gappy") / "w.duckdb"
    )
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update survey.survey_answer set age_band = null where hash(response_id) % 5 = 0")
        connection.execute("update survey.survey_answer set general_health = null where hash(response_id) % 7 = 0")
        connection.execute("delete from survey.survey_answer where hash(response_id || item_id) % 6 = 0")
    survey_scores.write_adjusted_scores(warehouse)
    return warehouse


@pytest.mark.parametrize("plan", ["fabricated", "gappy"])
def test_adjusted_scores_agree_with_statsmodels(plan, request):
    scores, answers = tables(
        request.getfixturevalue(plan), "marts.survey_practice_score_adjusted", "survey.survey_answer"
    )
    wave = answers[answers["wave_id"] == "2024H1"].reset_index(drop=True)
    adjusters = plain_adjusters(wave)
    means = {}
    for item in COMPOSITES["pe_index"]:
        mine = (wave["item_id"] == item).to_numpy()
        units = pd.get_dummies(wave.loc[mine, "practice_id"]).astype(float)
        fit = sm.OLS(wave.loc[mine, "score"], pd.concat([units, adjusters[mine]], axis=1)).fit()
        average = adjusters[mine].mean().to_numpy() @ fit.params.iloc[len(units.columns) :].to_numpy()
        means[item] = fit.params.iloc[: len(units.columns)] + average
    for composite in COMPOSITES:
        mine = scores[(scores["wave_id"] == "2024H1") & (scores["composite"] == composite)].set_index("practice_id")
        assert len(mine) >= 30
        assert np.abs(mine["score_adjusted"] - composite_of(means, composite)).max() < 1e-6
        assert mine["case_mix_adjusted"].all()


def test_a_difference_of_patients_is_not_one_of_practices(tmp_path):
    warehouse = Plan(practices=40, respondents=60, waves=["2024H1"]).write(tmp_path / "w.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        # 15 points for every step of age, and hardly anybody young left in the first half of the practices.
        connection.execute("update survey.survey_answer set score = score - 15 * age_band::int")
        connection.execute(
            "delete from survey.survey_answer where practice_id < 'P020' and age_band = '0' and hash(response_id) % 10 > 0"
        )
        connection.execute("delete from survey.survey_composite_item")
        connection.execute(
            SHARES.replace("create table survey.survey_composite_item as", "insert into survey.survey_composite_item")
        )
    survey_scores.write_adjusted_scores(warehouse)
    (scores,) = tables(warehouse, "marts.survey_practice_score_adjusted")
    index = scores[scores["composite"] == "pe_index"].assign(older=lambda rows: rows["practice_id"] < "P020")
    apart = index.groupby("older")[["score_raw", "score_adjusted"]].mean().diff().iloc[-1]
    quality = np.random.default_rng(1).normal(0, 8, 40)  # as Plan draws it
    true = quality[:20].mean() - quality[20:].mean()
    assert apart["score_adjusted"] == pytest.approx(true, abs=2.0)
    assert apart["score_raw"] < true - 5


def test_display_states_follow_respondents_and_reliability(tmp_path):
    warehouse = Plan(practices=40, respondents=45, waves=["2024H1"]).write(tmp_path / "w.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """delete from survey.survey_answer where practice_id = 'P000' and response_id not in (
                select distinct response_id from survey.survey_answer where practice_id = 'P000' order by 1 limit 20)"""
        )
    survey_scores.write_adjusted_scores(warehouse)
    (scores,) = tables(warehouse, "marts.survey_practice_score_adjusted")
    index = scores[scores["composite"] == "pe_index"].set_index("practice_id")
    assert index.loc["P000", ["n", "display_state"]].tolist() == [20, "directional"]
    rest = index.drop("P000")
    assert set(rest["display_state"]) == {"reportable"}
    assert (rest["reliability"] >= survey_scores.MIN_RELIABILITY).all()
    # Between practices 8^2; of one person 12^2, and 10^2 an item, 45 respondents.
    expected = 64 / (64 + (144 + 100 * 2.5 / 9) / 45)
    assert rest["reliability"].mean() == pytest.approx(expected, abs=0.06)

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update survey.survey_answer set score = 70 + (hash(response_id) % 61)::double - 30")
    survey_scores.write_adjusted_scores(warehouse)
    (scores,) = tables(warehouse, "marts.survey_practice_score_adjusted")
    shown = scores[(scores["composite"] == "pe_index") & (scores["n"] >= 30)]
    assert set(shown["display_state"]) == {"low_reliability"}


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
