"""The workbook goes out, comes back with calls in it, and the next list knows."""

import csv
import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outreach.calls_sheet import COLUMNS, HEADER_ROW, NAME

pytestmark = [pytest.mark.warehouse, pytest.mark.slow]


def call_noted(release: Path, target: Path, **cells) -> str:
    """Fill in the first practice's line of the Calls sheet as a caller would; returns the practice's id."""
    book = load_workbook(release / "outreach" / "practices.xlsx")
    sheet, line = book[NAME], HEADER_ROW + 2
    for column, value in cells.items():
        sheet.cell(line, COLUMNS.index(column) + 1, value)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return sheet.cell(line, COLUMNS.index("practice_id") + 1).value


@pytest.fixture
def feeds(plan, tmp_path) -> Path:
    """The session's feeds, to add to."""
    return Path(shutil.copytree(plan.feeds, tmp_path / "feeds", copy_function=os.link))


def test_a_noted_call_is_on_the_next_list(plan, pulse, feeds, tmp_path):
    called = call_noted(
        plan.release,
        feeds / "outreach_log" / "practices.xlsx",
        contact_date=date(2026, 7, 6),
        channel="phone",
        outcome="agreed",
        next_step="ask again",
        next_date=date(2026, 9, 1),
    )
    home = tmp_path / "home"
    shutil.copytree(plan.home, home, symlinks=True)
    before = sorted(path.name for path in (feeds / "outreach_log").iterdir())
    done = pulse("run", "--feeds", feeds, "--home", home, "--as-of", "2026-07-31")
    assert done.code == 0, done.err

    release = home / "releases" / (home / "CURRENT").read_text().strip()
    rows = {
        r["practice_id"]: r for r in csv.DictReader((release / "outreach" / "practices.csv").open(encoding="utf-8"))
    }
    assert (rows[called]["last_contact_date"], rows[called]["last_outcome"]) == ("2026-07-06", "agreed")
    assert rows[called]["tier"] == "C"  # agreed to be asked again in September: rests until then
    assert sorted(path.name for path in (feeds / "outreach_log").iterdir()) == before
    run = home / "runs" / (home / "LATEST").read_text().strip()
    files = json.loads((run / "gate.json").read_text())["feeds"]["outreach_log"]["files"]
    assert {"practices.csv": 1}.items() <= {file["name"]: file["rows"] for file in files}.items()


def test_a_bad_cell_ends_in_one_line_and_nothing_is_built(plan, pulse, feeds):
    call_noted(plan.release, feeds / "outreach_log" / "back.xlsx", contact_date="soon", outcome="agreed")
    refused = pulse("check", "--feeds", feeds)
    assert refused.code == 2
    assert "back.xlsx: sheet Calls, row" in refused.err
    assert "column contact_date: not a date" in refused.err
    assert len(refused.err.strip().splitlines()) == 1
