"""The last look before publishing: a good release passes, a tampered one is stopped with a reason."""

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

import outreach
from outreach.audit import faults


@pytest.fixture
def staged(marts, tmp_path) -> Path:
    shutil.copytree(marts, tmp_path / "marts")
    outreach.write(
        tmp_path / "marts", tmp_path / "outreach", as_of=date(2026, 6, 30), release_id="r1", previous_list=None, capacity=5
    )  # fmt: skip
    return tmp_path


def tamper(staged: Path, change) -> None:
    path = staged / "outreach" / "practices.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_a_good_release_passes(staged):
    assert faults(staged) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.pop(), "missing from the list"),
        (lambda rows: rows[3].update(members="7"), "count of 1 to 10 members"),
        (lambda rows: rows[3].update(members="70000"), "not the public one"),
        (lambda rows: rows[3].update(rank="2"), "ranks are not 1 to n"),
        (lambda rows: rows[3].update(risk="0.999", risk_high="0.5"), "outside its interval"),
        (lambda rows: rows[3].update(hard_fail="hours_parity_ratio"), "missed duty stands behind"),
        (lambda rows: rows[3].update(city="=1+1"), "starts like a formula"),
    ],
)
def test_what_must_not_be_published_is_named(staged, change, said):
    tamper(staged, change)
    assert any(said in fault for fault in faults(staged))


def test_a_lost_scorecard_is_noticed(staged):
    (staged / "outreach" / "scorecards" / "P0004.html").unlink()
    assert any("no scorecard" in fault for fault in faults(staged))


def test_a_strange_id_is_no_fault(plan_tables, marts_of, tmp_path):
    tables = plan_tables(practices=5)
    for rows in tables.values():
        for row in rows:
            if row.get("practice_id") == "P0004":
                row["practice_id"] = "=P/../4\u202e"
    marts_of(tmp_path / "marts", tables)
    outreach.write(
        tmp_path / "marts", tmp_path / "outreach", as_of=date(2026, 6, 30), release_id="r1", previous_list=None, capacity=5
    )  # fmt: skip
    assert faults(tmp_path) == []
