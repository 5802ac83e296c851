"""The loop closes: a list goes out with a hold-out, its workbook comes back, and a year later the next list knows what
happened and the report how much the calls have changed."""

import json
import os
import shutil
from pathlib import Path
from statistics import fmean

import pytest

from tests.acceptance.conftest import call_noted, rows

pytestmark = [pytest.mark.warehouse, pytest.mark.slow]


def test_a_noted_call_is_on_the_next_list(loop):
    listed = {row["practice_id"]: row for row in rows(loop.next_list / "practices.csv")}[loop.noted]
    assert (listed["last_contact_date"], listed["last_outcome"]) == ("2026-06-15", "agreed")
    assert listed["tier"] == "C"  # agreed to be asked again in September: rests until then
    assert {path.name for path in (loop.answered / "feeds" / "outreach_log").iterdir()} == loop.in_the_folder
    run = loop.home / "runs" / (loop.home / "LATEST").read_text().strip()
    files = json.loads((run / "gate.json").read_text())["feeds"]["outreach_log"]["files"]
    assert {"practices.csv": 1}.items() <= {file["name"]: file["rows"] for file in files}.items()


def test_the_next_list_knows_who_was_called_and_who_was_not(loop):
    called = {lot["practice_id"] for lot in rows(loop.listed / "hold_out.csv") if lot["arm"] == "called"}
    since = {
        row["practice_id"] for row in rows(loop.next_list / "practices.csv") if row["last_contact_date"] > "2025-06-30"
    }
    assert since <= called | {loop.noted}
    assert len(since) > 0.9 * len(called)


def test_the_report_recovers_the_simulated_effect(loop):
    lots = rows(loop.listed / "hold_out.csv")
    put_in = [row for row in rows(loop.answered / "truth" / "outreach.csv") if row["wave_id"] == "2025H2"]
    assert {(row["practice_id"], row["arm"]) for row in put_in} == {
        (lot["practice_id"], "contacted" if lot["arm"] == "called" else "held_out") for lot in lots
    }
    called = [row for row in put_in if row["arm"] == "contacted"]
    asked = [float(row["effect_on_touchpoint"]) for row in called if row["step_code"] != "COMPLIANCE"]
    index = [float(row["effect_on_pe_index"]) for row in called]

    found = {(row["action_code"], row["outcome"]): row for row in rows(loop.next_list / "effects.csv")}
    step, survey = found["all", "patients on the step"], found["all", "survey score"]
    assert 0 < float(step["low"]) < fmean(asked) < float(step["high"])
    assert float(survey["low"]) < fmean(index) < float(survey["high"])


def test_the_report_says_where_it_cannot_tell(loop):
    found = rows(loop.next_list / "effects.csv")
    assert {row["action_code"] for row in found} == {
        "all",
        *(lot["action_code"] for lot in rows(loop.listed / "hold_out.csv")),
    }
    for row in found:
        too_few = min(int(row["n_called"]), int(row["n_held_out"])) < 10
        assert (row["difference"] == "") == too_few
    assert any(row["difference"] == "" for row in found)
    assert "too few to tell" in (loop.next_list / "index.html").read_text("utf-8")


def test_a_bad_cell_ends_in_one_line_and_nothing_is_built(loop, pulse, tmp_path):
    feeds = Path(shutil.copytree(loop.answered / "feeds", tmp_path / "feeds", copy_function=os.link))
    call_noted(loop.listed, feeds / "outreach_log" / "back.xlsx", contact_date="soon", outcome="agreed")
    refused = pulse("check", "--feeds", feeds)
    assert refused.code == 2
    assert "back.xlsx: sheet Calls, row" in refused.err
    assert "column contact_date: not a date" in refused.err
    assert len(refused.err.strip().splitlines()) == 1
