"""Features know the past only; labels follow the waves that were known."""

import shutil

import duckdb
import numpy as np
import pandas as pd
import pytest

from expectations import BadInput
from ml import dataset
from tests.ml.conftest import METRICS, WAVES


@pytest.fixture
def copy(fabricated, tmp_path):
    path = tmp_path / "w.duckdb"
    shutil.copy(fabricated, path)
    return path


def change(warehouse, *statements):
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_one_row_a_practice_and_as_of_date(fabricated):
    table = dataset.read(fabricated)
    assert len(table.keys) == 60 * 7
    assert not table.keys.duplicated(["practice_id", "as_of_date"]).any()
    assert table.labelled_waves == WAVES
    assert set(METRICS) <= set(table.examples.features)
    assert table.examples.directions["wait_days"] == 1
    assert table.examples.directions["access_rate"] == -1
    assert "members" not in table.examples.directions


def test_a_quarter_of_the_judged_is_low(fabricated):
    examples = dataset.read(fabricated).examples
    assert np.nanmean(examples.low) == pytest.approx(0.25, abs=0.01)
    assert np.nanmean(examples.soft) == pytest.approx(0.25, abs=0.05)


def test_changing_the_future_changes_no_earlier_feature(fabricated, copy):
    before = dataset.read(fabricated)
    change(
        copy,
        "update marts.practice_label set pe_index_adjusted = 100 - pe_index_adjusted where wave_id >= '2024H2'",
        "update marts.metric_result set value_shrunk = 0 where as_of_date > date '2024-06-30'",
    )
    after = dataset.read(copy)
    early = (before.keys["as_of_date"] <= "2024-06-30").to_numpy()
    pd.testing.assert_frame_equal(before.examples.features[early], after.examples.features[early])
    assert not before.examples.features[~early].equals(after.examples.features[~early])


def test_an_earlier_survey_counts_once_its_results_were_out(copy):
    change(copy, "update marts.practice_label set results_on = date '2023-07-01' where wave_id = '2023H1'")
    table = dataset.read(copy)
    last = table.examples.features["last_score"]
    assert last[(table.keys["as_of_date"] == "2023-06-30").to_numpy()].isna().all()
    assert last[(table.keys["as_of_date"] == "2023-12-31").to_numpy()].notna().all()


def test_a_wave_still_in_the_field_gives_no_label(copy):
    change(copy, "update marts.practice_label set results_on = date '2026-01-31' where wave_id = '2025H2'")
    assert dataset.read(copy).labelled_waves == WAVES[:-1]


@pytest.mark.parametrize("column", ["score_next_wave", "pct_hispanic"])
def test_a_planted_column_is_refused(copy, column):
    change(copy, f"alter table marts.practice_features add column {column} double")
    with pytest.raises(BadInput, match=column):
        dataset.read(copy)


def test_a_new_metric_becomes_a_feature_by_itself(copy):
    change(
        copy,
        "insert into reference.ref_metric values ('brand_new', 'EASE', 'higher', 1), ('confidential', 'EASE', 'lower', 0)",
        "insert into marts.metric_result select * replace ('brand_new' as metric_id) from marts.metric_result "
        "where metric_id = 'access_rate'",
    )
    features = dataset.read(copy).examples.features
    assert features["brand_new"].equals(features["access_rate"].rename("brand_new"))
    assert "confidential" not in features


def test_history_leans_on_reliable_and_recent_waves(copy):
    change(
        copy,
        "update marts.practice_label set reliability = 0.5, pe_index_adjusted = 70",
        "update marts.practice_label set pe_index_adjusted = 60 where practice_id = 'P000' and wave_id = '2025H2'",
        "update marts.practice_label set pe_index_adjusted = 60 where practice_id = 'P001' and wave_id = '2023H1'",
        "update marts.practice_label set pe_index_adjusted = 60, reliability = 0.9 "
        "where practice_id = 'P002' and wave_id = '2025H2'",
    )
    table = dataset.read(copy)
    now = (table.keys["as_of_date"] == table.as_of).to_numpy()
    score = dict(zip(table.keys["practice_id"][now], table.examples.features["history_score"][now], strict=True))
    assert score["P002"] < score["P000"] < score["P001"] < score["P010"]


@pytest.mark.parametrize("memory", [0.5, 0.8, 0.95])
def test_the_filter_measures_memory_and_beats_the_last_wave(memory):
    random = np.random.default_rng(5)
    practices, waves, noise = 400, 6, 1.0
    true = [random.normal(size=practices)]
    for _ in range(waves):
        true.append(memory * true[-1] + np.sqrt(1 - memory**2) * random.normal(size=practices))
    seen = np.array(true[:waves]) + random.normal(0, np.sqrt(noise), (waves, practices))
    past = pd.DataFrame(
        {
            "practice_id": np.tile(np.arange(practices).astype(str), waves),
            "place": np.repeat(np.arange(waves), practices),
            "score": 75 + seen.ravel(),
            "rel": 0.5,
        }
    )
    away = past.pivot(index="practice_id", columns="place", values="score")
    away -= away.mean()
    assert dataset.wave_memory(away.to_numpy(), np.full(away.shape, 0.5)) == pytest.approx(memory, abs=0.1)

    states = pd.Series("OH", index=past["practice_id"].unique())
    expected = dataset.filtered(past, "score", "rel", states).reindex(np.arange(practices).astype(str))
    assert np.corrcoef(expected, true[-1])[0, 1] > np.corrcoef(seen[-1], true[-1])[0, 1]
    assert expected.std() < seen[-1].std()


def test_folds_are_taught_the_cut_of_their_own_waves(fabricated):
    table = dataset.read(fabricated)
    rows = np.flatnonzero(table.examples.wave == WAVES[0])
    shifted = dataset.teach_soft(table.examples, rows)
    assert np.nanmean(shifted.low) == pytest.approx(0.25, abs=0.02)
    hard = dataset.teach_weighted(table.examples, rows)
    assert set(np.unique(hard.soft)) == {0.0, 1.0}
    assert (hard.weight < 1).all()


def test_the_digest_follows_the_numbers(fabricated, copy):
    assert dataset.read(copy).digest() == dataset.read(fabricated).digest()
    change(copy, "update marts.metric_result set value_shrunk = 0.1 where practice_id = 'P003'")
    assert dataset.read(copy).digest() != dataset.read(fabricated).digest()


def waves_of(months: int, late_days: int = 0, count: int = 5) -> pd.DataFrame:
    """Waves back to back, `months` long, their results out `late_days` after the last answer."""
    start = pd.date_range("2023-01-01", periods=count, freq=pd.DateOffset(months=months))
    end = start + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    frame = pd.DataFrame({"wave_id": [f"w{i}" for i in range(count)], "start_on": start, "end_on": end})
    return frame.assign(results_on=end + pd.Timedelta(days=late_days))


@pytest.mark.parametrize(
    ("months", "late_days", "taught_by"),
    [
        (6, 0, ["w0", "w1", "w2"]),  # half-years: as-of dates six months apart are a look-back apart
        (6, 20, ["w0", "w1"]),  # the newest wave's results were not out on the eve
        (3, 0, ["w0", "w1"]),  # quarters: the one just before shares the look-back
        (12, 0, ["w0", "w1", "w2"]),
    ],
)
def test_between_learning_and_test_lies_the_look_back(months, late_days, taught_by):
    assert dataset.teachers(waves_of(months, late_days))["w3"] == taught_by


def test_no_fold_knows_what_was_not_out_nor_what_its_test_speaks_of(fabricated):
    table = dataset.read(fabricated)
    rows = table.keys[~np.isnan(table.examples.score)].reset_index(drop=True)
    eve, out = pd.to_datetime(rows["as_of_date"]), pd.to_datetime(rows["results_on"])
    folds = dataset.forward_folds(rows["wave_id"].to_numpy(), table.teachers)
    assert len(folds) == len(WAVES) - 1
    for train, test in folds:
        assert out[train].max() <= eve[test].min()
        gap = pd.DateOffset(months=dataset.LOOK_BACK_MONTHS)
        assert eve[train].max() + pd.Timedelta(days=1) + gap <= eve[test].min() + pd.Timedelta(days=1)


def test_each_wave_is_judged_by_the_cut_of_its_teachers(fabricated):
    table = dataset.read(fabricated)
    cuts = dataset.cuts(table.examples, table.teachers)
    examples = table.examples
    past = np.isin(examples.wave, WAVES[:3]) & ~np.isnan(examples.score)
    expected = dataset.label_cut(examples.score[past], examples.judged[past])
    assert set(cuts[examples.wave == WAVES[3]]) == {expected}


def test_access_is_an_outcome_of_its_own(fabricated):
    index, access = dataset.read(fabricated), dataset.read(fabricated, dataset.ACCESS)
    assert access.labelled_waves == index.labelled_waves
    assert not np.allclose(access.examples.score, index.examples.score, equal_nan=True)
    with duckdb.connect(str(fabricated), read_only=True) as connection:
        told = connection.execute(
            "select practice_id, access_adjusted, access_n from marts.practice_label where wave_id = '2024H1'"
        ).fetchdf()
    mine = access.keys[access.keys["wave_id"] == "2024H1"].merge(told, on="practice_id")
    assert mine["score"].to_numpy() == pytest.approx(mine["access_adjusted"].to_numpy())
    same = [column for column in index.examples.features if column != "last_score"]
    pd.testing.assert_frame_equal(index.examples.features[same], access.examples.features[same])


def test_touchpoints_of_the_last_wave_are_history(copy):
    change(
        copy,
        "update marts.practice_features set touchpoint_ease = 80, touchpoint_flexible = 60 where practice_id = 'P000'",
        "update marts.practice_features set touchpoint_ease = 50 where practice_id = 'P001'",
    )
    table = dataset.read(copy)
    now = (table.keys["as_of_date"] == table.as_of).to_numpy()
    said = dict(zip(table.keys["practice_id"][now], table.examples.features["history_touchpoints"][now], strict=True))
    assert said["P000"] - said["P001"] == pytest.approx(20)
    assert np.isnan(said["P002"])
