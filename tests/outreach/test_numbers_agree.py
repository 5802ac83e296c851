"""List, workbook, page, scorecard and mart say the same, number by number."""

import csv
import html
import re
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

import outreach
from outreach.practices_csv import COLUMNS
from outreach.reasons import figure

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # it says what it does not read
AS_OF, BEFORE = date(2026, 6, 30), date(2025, 12, 31)
TAGS = re.compile(r"<[^>]+>")
MEASURED = "('met', 'not_met', 'uncertain')"


@pytest.fixture(scope="module")
def release(marts, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("numbers") / "outreach"
    outreach.write(marts, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5)
    return out


@pytest.fixture(scope="module")
def listed(release) -> list[dict[str, str]]:
    with (release / "practices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def mart(marts):
    with duckdb.connect() as connection:
        for path in marts.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as select * from '{path}'")
        connection.execute(f"""create view result as
            select m.*, t.name from metric_result as m inner join ref_metric as t on t.metric_id = m.metric_id
            where m.level = 'practice' and m.lob = 'all' and m.status in {MEASURED}""")
        yield connection


def words(path: Path) -> str:
    """A page as people read it: tags and breaks are spaces."""
    return " ".join(html.unescape(TAGS.sub(" ", path.read_text("utf-8"))).split())


def card(release: Path, row: dict[str, str]) -> str:
    return words(release / "scorecards" / f"{row['practice_id']}.html")


def expected_reason(mart, practice_id: str, name: str) -> str:
    """The reason of a metric, put together from the marts alone."""
    value, unit, target, metric_id = mart.execute(
        "select value, unit, target, metric_id from result where practice_id = ? and name = ? and as_of_date = ?",
        [practice_id, name, AS_OF],
    ).fetchone()
    median = mart.execute(
        "select median(value) from result where metric_id = ? and as_of_date = ?", [metric_id, AS_OF]
    ).fetchone()[0]
    before = mart.execute(
        "select value from result where metric_id = ? and practice_id = ? and as_of_date = ?",
        [metric_id, practice_id, BEFORE],
    ).fetchone()
    said = figure(value, unit) + {"per_1000_mm": " per 1,000 member months", "days": " days"}.get(unit, "") * (
        value is not None
    )
    said = f"{name}: {said}"
    if median is not None:
        said += f", plan median {figure(median, unit)}"
        if value is not None and (target - value) * (median - value) <= 0:
            said += f", target {figure(target, unit)}"
    if value is not None and before and before[0] is not None:
        said += f", was {figure(before[0], unit)} on {BEFORE}"
    return said


def test_every_reason_is_the_marts(listed, mart, release):
    book = openpyxl.load_workbook(release / "practices.xlsx", read_only=True)
    sheet = {
        row[1]: dict(zip(COLUMNS, row, strict=True)) for row in book["Practices"].iter_rows(min_row=2, values_only=True)
    }
    index = words(release / "index.html")
    checked = 0
    for row in listed:
        on_card = card(release, row)
        for slot in (1, 2, 3):
            reason, action = row[f"reason_{slot}"], row[f"action_{slot}"]
            if not action:
                continue
            assert reason == expected_reason(mart, row["practice_id"], reason.split(": ")[0])
            assert sheet[row["practice_id"]][f"reason_{slot}"] == reason
            assert reason in index
            assert f"{reason} {action} The plan offers: {support(mart, action)}" in on_card
            checked += 1
    assert checked > 40


def support(mart, action: str) -> str:
    return mart.execute("select plan_support from ref_action where action_code = ?", [action.split(":")[0]]).fetchone()[
        0
    ]


def test_the_scorecards_metrics_are_the_marts(listed, mart, release):
    for row in listed:
        on_card = card(release, row)
        results = mart.execute(
            "select name, value, unit, ci_low, ci_high, target from result where practice_id = ? and as_of_date = ?",
            [row["practice_id"], AS_OF],
        ).fetchall()
        for name, value, unit, low, high, target in results:
            interval = "" if low is None else f" {figure(low, unit)} to {figure(high, unit)}"
            assert f"{name} {figure(value, unit)}{interval} {figure(target, unit)}" in on_card


def test_risk_members_and_steps_are_the_marts(listed, mart, release):
    steps = mart.execute("select step_name, column_suffix from ref_step order by step_order").fetchall()
    columns = ["compliance_index" if suffix == "compliance" else f"step_{suffix}" for _, suffix in steps]
    for row in listed:
        on_card = card(release, row)
        risk, low, high = mart.execute(
            "select risk, risk_low, risk_high from practice_risk where practice_id = ?", [row["practice_id"]]
        ).fetchone()
        assert (float(row["risk"]), float(row["risk_low"]), float(row["risk_high"])) == (risk, low, high)
        assert f"{risk:.0%} risk, {low:.0%} to {high:.0%}" in on_card
        members, *scores = mart.execute(
            f"select members, {', '.join(columns)} from practice_scorecard where practice_id = ? and as_of_date = ?",
            [row["practice_id"], AS_OF],
        ).fetchone()
        assert row["members"] == ("" if members is None else str(members))
        if members is not None:
            assert f"{members:,} members" in on_card
            assert row["expected_members_affected"] == str(round(risk * members))
            assert (
                f"risk of {risk:.0%} among {members:,} members, so help would reach about {risk * members:.0f}"
                in on_card
            )
        for (name, _), score in zip(steps, scores, strict=True):
            assert (f"{name} {score:.0f}" if score is not None else f"{name} no data") in on_card


def test_a_missing_audit_is_called_that(listed, release):
    [silent] = [row for row in listed if row["practice_id"] == "P0003"]
    assert "24/7 phone coverage 100% no audit on file" in card(release, silent)
    assert "Office hours parity for plan members 1.00 no data" in card(release, silent)
