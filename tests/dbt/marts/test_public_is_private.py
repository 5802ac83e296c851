"""What may leave shows no person, and lets nobody work out a count of 1 to 10 people."""

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

pytestmark = pytest.mark.warehouse

PERSONAL = re.compile(r"person|member_id|subscriber|patient_id|response_id|birth|gender|race|ethnic|language|age_band")


@pytest.fixture(scope="module")
def warehouse(built_run: Path):
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def people(warehouse) -> pd.DataFrame:
    """Public results of metrics that count people, with hits, misses and people as far as they are shown."""
    rows = warehouse.sql("""
        select r.*, m.window_months, a.is_run_as_of
        from public.metric_result as r
        inner join public.ref_metric as m on r.metric_id = m.metric_id and m.counts_people = 1
        inner join intermediate.int_as_of as a on r.as_of_date = a.as_of_date
    """).df()
    assert len(rows) > 0
    is_index, is_share, is_rate = (rows["unit"] == unit for unit in ("index", "proportion", "per_1000_mm"))
    return rows.assign(
        hits=rows["numerator"].mask(is_index & rows["numerator"].notna(), 0),
        misses=(rows["denominator"] - rows["numerator"]).where(is_share, 0).mask(rows["numerator"].isna()),
        people=rows["denominator"] / rows["window_months"].where(is_rate, 1),
    )


def is_small(counts: pd.Series) -> pd.Series:
    rounded = counts.round(6)
    return (rounded > 0) & (rounded < 11)


@pytest.mark.parametrize("schema", ["marts", "public"])
def test_no_table_has_a_column_about_a_person(warehouse, schema):
    columns = warehouse.sql(
        f"select table_name, column_name from information_schema.columns where table_schema = '{schema}'"
    ).fetchall()
    # A minimum of the registry counts rows that belong to somebody; it is about no one.
    found = [c for c in columns if PERSONAL.search(c[1]) and c[1] != "min_denominator_with_person"]
    assert columns
    assert found == []


@pytest.mark.parametrize("count", ["hits", "misses", "people"])
def test_no_small_count_is_shown(people, count):
    assert not is_small(people[count]).any()


@pytest.mark.parametrize("count", ["hits", "misses", "people"])
@pytest.mark.parametrize("split", ["lob", "npi"])
def test_no_small_count_is_left_when_the_parts_are_subtracted(people, count, split):
    key = ["as_of_date", "metric_id", "practice_id"]
    is_whole = (people["level"] == "practice") & (people["lob"] == "all")
    is_part = (
        (people["level"] == "practice") & (people["lob"] != "all")
        if split == "lob"
        else (people["level"] == "provider") & (people["lob"] == "all")
    )
    wholes = people[is_whole].set_index(key)[count].dropna()
    parts = people[is_part & people[count].notna()].groupby(key)[count].sum()
    assert not is_small((wholes - parts).dropna()).any()


def test_a_clinician_is_never_split_by_line_of_business(people):
    split = people[(people["level"] == "provider") & (people["lob"] != "all") & people["value"].notna()]
    assert split.empty


def test_counts_of_earlier_dates_cannot_be_subtracted(people):
    assert people.loc[~people["is_run_as_of"], ["numerator", "denominator"]].isna().all(axis=None)


@pytest.mark.parametrize("count", ["hits", "misses", "people"])
def test_no_small_count_lies_between_a_metric_and_its_companions(warehouse, count):
    """Companions cut the people of their metric in other ways: brute force over every pair of shown counts."""
    ((pairs, cells, rests),) = warehouse.sql(f"""
        with shown as (
            select c.as_of_date, c.parent_metric_id as metric, c.practice_id, c.companion_id as cell, c.unit, c.numerator,
                c.denominator, m.window_months
            from public.companion_result as c
            inner join reference.ref_companion as rc on c.companion_id = rc.companion_id and rc.counts_people = 1
            inner join public.ref_metric as m on c.parent_metric_id = m.metric_id
            where c.denominator is not null
            union all
            select r.as_of_date, r.metric_id, r.practice_id, r.metric_id, r.unit, r.numerator, r.denominator, m.window_months
            from public.metric_result as r
            inner join public.ref_metric as m on r.metric_id = m.metric_id and m.counts_people = 1
            where r.level = 'practice' and r.lob = 'all' and r.denominator is not null
        ),
        counts as (
            select *,
                case when unit in ('proportion', 'per_1000_mm') then numerator else 0 end as hits,
                case when unit = 'proportion' then denominator - numerator else 0 end as misses,
                case when unit = 'per_1000_mm' then denominator / window_months else denominator end as people
            from shown
        )
        select count(*) as pairs, count(*) filter (round(a.{count}, 6) > 0 and round(a.{count}, 6) < 11) as cells,
            count(*) filter (round(abs(a.{count} - b.{count}), 6) > 0 and round(abs(a.{count} - b.{count}), 6) < 11) as rests
        from counts as a
        inner join counts as b using (as_of_date, metric, practice_id)
        where a.cell <> b.cell
    """).fetchall()
    assert pairs > 100
    assert (cells, rests) == (0, 0)


def test_suppressed_results_have_a_status_and_no_number(people):
    suppressed = people[people["suppressed"]]
    assert len(suppressed) > 0
    numbers = ["numerator", "denominator", "value", "value_shrunk", "ci_low", "ci_high", "score_0_100"]
    assert suppressed[[*numbers, "n_observations", "n_excluded"]].isna().all(axis=None)
    assert suppressed["status"].notna().all()


def test_protected_cases_stay_inside(warehouse):
    for table in ("metric_result", "ref_metric"):
        assert warehouse.sql(f"from public.{table} where metric_id = 'qoc_concern_rate'").fetchall() == []
    assert warehouse.sql("from marts.metric_result where metric_id = 'qoc_concern_rate' limit 1").fetchall()


@pytest.mark.parametrize("table", ["dim_practice", "practice_scorecard", "practice_features"])
def test_no_small_panel_is_shown(warehouse, table):
    assert warehouse.sql(f"from public.{table} where members between 1 and 10").fetchall() == []


def test_survey_numbers_rest_on_thirty_respondents(warehouse):
    shown = warehouse.sql("""
        select s.n
        from public.survey_practice_score as p
        inner join marts.survey_practice_score as s
            using (practice_id, wave_id, instrument, lob, composite)
        where coalesce(p.score_raw, p.topbox_strict, p.topbox_ncqa, p.score_shrunk, p.reliability) is not null
    """).df()["n"]
    assert len(shown) > 0
    assert (shown >= 30).all()
    assert warehouse.sql("from marts.survey_practice_score where n < 11").fetchall() == []
