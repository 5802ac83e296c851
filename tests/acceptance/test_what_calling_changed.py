"""The loop closes: a list with a hold-out goes out, the world answers to the calls, and a year later the report finds how much."""

import csv
from datetime import date
from pathlib import Path
from statistics import fmean

import pytest

from feeds import sample_plan

pytestmark = [pytest.mark.warehouse, pytest.mark.slow]
PLAN = {"practices": 240, "members": 960, "months": 36, "dirt": 0.0}  # few members: what counts here are practices
LIST_DATE, YEAR_LATER = date(2025, 6, 30), date(2026, 6, 30)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def current(home: Path) -> Path:
    return home / "releases" / (home / "CURRENT").read_text().strip() / "outreach"


@pytest.fixture(scope="module")
def loop(pulse, tmp_path_factory) -> tuple[Path, Path]:
    """The list's own folder, and the home in which the run a year later has told what the calls changed."""
    folder = tmp_path_factory.mktemp("loop")
    home = folder / "home"
    home.mkdir()
    (home / "settings.toml").write_text("outreach_capacity = 240\noutreach_hold_out_share = 0.5\n")
    sample_plan.generate(folder / "before", **PLAN)
    first = pulse("run", "--feeds", folder / "before" / "feeds", "--home", home, "--as-of", LIST_DATE)
    assert first.code == 0, first.err
    listed = current(home)
    sample_plan.generate(folder / "after", **PLAN, lists=[listed / "hold_out.csv"])
    second = pulse("run", "--feeds", folder / "after" / "feeds", "--home", home, "--as-of", YEAR_LATER)
    assert second.code == 0, second.err
    return listed, folder


def test_the_report_recovers_the_simulated_effect(loop):
    listed, folder = loop
    lots = rows(listed / "hold_out.csv")
    put_in = [row for row in rows(folder / "after" / "truth" / "outreach.csv") if row["wave_id"] == "2025H2"]
    assert {(row["practice_id"], row["arm"]) for row in put_in} == {
        (lot["practice_id"], "contacted" if lot["arm"] == "called" else "held_out") for lot in lots
    }
    called = [row for row in put_in if row["arm"] == "contacted"]
    asked = [float(row["effect_on_touchpoint"]) for row in called if row["step_code"] != "COMPLIANCE"]
    index = [float(row["effect_on_pe_index"]) for row in called]

    found = {(row["action_code"], row["outcome"]): row for row in rows(current(folder / "home") / "effects.csv")}
    step, survey = found["all", "patients on the step"], found["all", "survey score"]
    assert 0 < float(step["low"]) < fmean(asked) < float(step["high"])
    assert float(survey["low"]) < fmean(index) < float(survey["high"])
    actions = {lot["action_code"] for lot in lots}
    assert {action for action, _ in found} == {"all", *actions}
    too_few = [row for row in found.values() if min(int(row["n_called"]), int(row["n_held_out"])) < 10]
    assert too_few
    assert all(row["difference"] == "" for row in too_few)
    assert "too few to tell" in (current(folder / "home") / "index.html").read_text("utf-8")


def test_the_next_list_knows_who_was_called(loop):
    listed, folder = loop
    called = {lot["practice_id"] for lot in rows(listed / "hold_out.csv") if lot["arm"] == "called"}
    contacted = {
        row["practice_id"]
        for row in rows(current(folder / "home") / "practices.csv")
        if row["last_contact_date"] > "2025-06-30"
    }
    assert contacted <= called
    assert len(contacted) > 0.9 * len(called)
