import numpy as np
import pandas as pd
import pytest

from ml.derived import AROUND, KNOWN_LEVEL, MANY_REGIONS, USUAL_REGION, derive, is_around, levels, rest_of_region

WAVE = pd.Series(["w"] * 400)


@pytest.fixture
def sizes() -> pd.DataFrame:
    random = np.random.default_rng(3)
    beds = random.lognormal(3, 1, 400)
    return pd.DataFrame(
        {
            "lits": beds,
            "staff": beds * random.lognormal(0, 0.3, 400),
            "other": random.lognormal(0, 1, 400),
            "change": random.normal(0, 1, 400),
            "genre": pd.Series(random.choice(["a", "b", None], 400), dtype=object),
            "blank": np.nan,
        }
    )


def test_sizes_that_go_together_are_set_against_each_other(sizes):
    found = derive(sizes, WAVE)
    assert found.ratios == (("lits", "staff"),)
    ratio = found.add(sizes, WAVE, WAVE)["lits / staff"]
    assert ratio.to_numpy() == pytest.approx(np.log(sizes["lits"] / sizes["staff"]).to_numpy())


def test_a_size_of_zero_in_a_later_file_has_no_ratio(sizes):
    later = sizes.assign(staff=0.0)
    assert derive(sizes, WAVE).add(later, WAVE, WAVE)["lits / staff"].isna().all()


def test_the_region_is_described_by_the_others_in_it(sizes):
    region = pd.Series([f"r{i % MANY_REGIONS}" for i in range(400)])
    found = derive(sizes, region)
    before = found.add(sizes, region, WAVE)
    moved = sizes.copy()
    moved.loc[0, ["other", "genre"]] = 100.0, "a"
    after = found.add(moved, region, WAVE)
    assert {f"other{AROUND}", f"genre = a{AROUND}", f"lits / staff{AROUND}"} <= set(before)
    around = [column for column in before if is_around(column)]
    pd.testing.assert_series_equal(before.loc[0, around], after.loc[0, around])
    assert after.loc[MANY_REGIONS, f"other{AROUND}"] > before.loc[MANY_REGIONS, f"other{AROUND}"]


def test_a_few_regions_teach_nothing_of_regions(sizes):
    region = pd.Series([f"r{i % (MANY_REGIONS - 1)}" for i in range(400)])
    assert not any(is_around(column) for column in derive(sizes, region).add(sizes, region, WAVE))


def test_a_small_region_is_drawn_to_its_wave():
    values = pd.DataFrame({"x": [0.0, 6.0, 3.0, np.nan]})
    region, wave = pd.Series(["a", "a", "b", "b"]), pd.Series(["w"] * 4)
    mean = rest_of_region(values, region, wave)["x"]
    assert mean[0] == pytest.approx((6 + USUAL_REGION * 4.5) / (1 + USUAL_REGION))
    assert mean[2] == pytest.approx(3.0)  # nobody else is known in its region
    assert rest_of_region(values[:1], region[:1], wave[:1])["x"].isna().all()


def test_levels_take_the_drift_between_waves_out():
    random = np.random.default_rng(1)
    taught = pd.DataFrame({"pay": random.normal(100, 5, 80), "kind": "a"})
    wave = pd.Series(["2019"] * 80)
    usual = levels(taught, wave)
    later = taught.assign(pay=taught["pay"] * 3 + 7)
    same = usual.against_wave(taught, wave)
    assert usual.against_wave(later, pd.Series(["2020"] * 80))["pay"].to_numpy() == pytest.approx(
        same["pay"].to_numpy()
    )
    assert usual.against_wave(later, wave)["pay"].min() > 10  # of the same wave: a real difference
    few = later[: KNOWN_LEVEL - 1]
    assert usual.against_wave(few, pd.Series(["2020"] * len(few)))["pay"].min() > 10  # too few to say what is usual
    assert (same["kind"] == "a").all()


def test_a_column_without_spread_or_values_keeps_its_place():
    frame = pd.DataFrame({"same": [2.0, 2.0], "blank": [np.nan, np.nan]})
    wave = pd.Series(["1", "1"])
    leveled = levels(frame, wave).against_wave(frame, wave)
    assert (leveled["same"] == 0).all()
    assert leveled["blank"].isna().all()
