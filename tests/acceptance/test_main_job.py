"""The main job as a user meets it: two commands, a list, and a release that can be proved."""

import csv
import hashlib
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.warehouse

COLUMNS = [
    "rank",
    "practice_id",
    "practice_name",
    "tier",
    "risk",
    "risk_low",
    "risk_high",
    "members",
    "expected_members_affected",
    "hard_fail",
    "data_gaps",
    "step_1",
    "reason_1",
    "action_1",
    "step_2",
    "reason_2",
    "action_2",
    "step_3",
    "reason_3",
    "action_3",
    "phone",
    "city",
    "state",
    "last_contact_date",
    "last_outcome",
    "change",
    "as_of",
    "model_version",
    "release_id",
]
MARTS = {
    "metric_result",
    "practice_scorecard",
    "provider_scorecard",
    "survey_practice_score",
    "practice_features",
    "dim_practice",
    "dim_provider",
    "ref_metric",
    "feed_coverage",
    "survey_practice_score_adjusted",
    "practice_label",
}


def listed(release: Path) -> list[dict[str, str]]:
    with (release / "outreach" / "practices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_release_holds_what_is_promised(plan):
    names = set(hashes(plan.release))
    assert {f"marts/{mart}.parquet" for mart in MARTS} <= names
    assert {"MANIFEST.json", "outreach/practices.csv", "outreach/practices.xlsx", "outreach/index.html"} <= names
    rows = listed(plan.release)
    assert sum(name.startswith("outreach/scorecards/") for name in names) == len(rows)
    manifest = json.loads((plan.release / "MANIFEST.json").read_text())
    assert manifest["run_id"] == plan.run.name
    assert set(manifest["files"]) == names - {"MANIFEST.json"}


def test_the_list_keeps_its_columns_and_its_order(plan):
    rows = listed(plan.release)
    assert list(rows[0]) == COLUMNS
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["practice_id"] for row in rows}) == len(rows)
    for row in rows:
        if row["risk"]:
            assert 0 <= float(row["risk_low"]) <= float(row["risk"]) <= float(row["risk_high"]) <= 1
        assert row["members"] == "" or int(row["members"]) == 0 or int(row["members"]) > 10
        assert row["change"] == "new"
        for n in "123":
            assert bool(row[f"action_{n}"]) == bool(row[f"step_{n}"])
            assert (
                bool(row[f"reason_{n}"]) == bool(row[f"action_{n}"]) or n == "1"
            )  # the first may say why there is none
            assert not row[f"action_{n}"] or re.match(r"[A-Z]+-\d: ", row[f"action_{n}"])
        assert row["reason_1"]


def test_every_active_practice_is_listed(plan):
    with duckdb.connect() as connection:
        active = connection.execute(
            f"select practice_id from '{plan.release}/marts/dim_practice.parquet' where is_active"
        ).fetchall()
    assert {row["practice_id"] for row in listed(plan.release)} == {practice for (practice,) in active}


def test_no_person_in_what_is_published(plan):
    with duckdb.connect() as connection:
        ids = connection.execute(
            f"""
            select person_id as secret from '{plan.run}/accepted/members/*.parquet'
            union select member_id from '{plan.run}/accepted/eligibility/*.parquet'
            union select response_id from '{plan.run}/accepted/survey_responses/*.parquet'
            """
        ).fetchall()
        for mart in (plan.release / "marts").glob("*.parquet"):
            columns = {name for name, *_ in connection.execute(f"describe select * from '{mart}'").fetchall()}
            assert columns.isdisjoint({"person_id", "person_key", "member_id", "birth_date", "response_id"})
    secrets = {secret for (secret,) in ids if secret}
    words = re.compile(r"[A-Za-z0-9_.-]+")
    for path in plan.release.rglob("*"):
        if path.suffix in (".csv", ".html", ".json"):
            assert secrets.isdisjoint(words.findall(path.read_text("utf-8"))), path.name


def test_the_same_job_gives_the_same_bytes(plan, pulse, tmp_path):
    done = pulse("run", "--feeds", plan.feeds, "--home", tmp_path, env={"PULSE_PERSON_SALT": "another salt"})
    assert done.code == 0, done.err
    current = (tmp_path / "CURRENT").read_text().strip()
    assert hashes(tmp_path / "releases" / current) == hashes(plan.release)


def test_running_again_repeats_no_stage_and_publishes_the_same(plan, pulse):
    before = hashes(plan.release)
    warehouse = plan.run / "warehouse.duckdb"
    touched = warehouse.stat().st_mtime_ns
    done = pulse("run", "--feeds", plan.feeds, "--home", plan.home)
    assert done.code == 0, done.err
    assert hashes(plan.release) == before
    assert warehouse.stat().st_mtime_ns == touched
    assert plan.release.name in done.out


def test_verify_finds_a_changed_byte(plan, pulse, tmp_path):
    copy = Path(shutil.copytree(plan.release, tmp_path / "releases" / plan.release.name))
    shutil.copy(plan.home / "CURRENT", tmp_path)
    assert pulse("verify", "--home", tmp_path).code == 0
    page = copy / "outreach" / "index.html"
    page.write_bytes(page.read_bytes() + b" ")
    found = pulse("verify", "--home", tmp_path)
    assert found.code == 1
    assert "outreach/index.html" in found.err


def test_an_earlier_as_of_does_not_see_later_evidence(plan, pulse, tmp_path):
    """The history that the model learns from is what the plan could have known then."""
    day = "2025-06-30"
    done = pulse("run", "--feeds", plan.feeds, "--home", tmp_path, "--as-of", day)
    assert done.code == 0, done.err
    then, now = next(tmp_path.glob("runs/run-*/warehouse.duckdb")), plan.run / "warehouse.duckdb"
    columns = "metric_id, level, entity_id, lob, numerator, denominator, value, value_shrunk, target, status"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{then}' as earlier (read_only); attach '{now}' as later (read_only)")
        earlier, later = (
            f"(select {columns} from {name}.marts.metric_result where as_of_date = date '{day}')"
            for name in ("earlier", "later")
        )
        known = connection.execute(f"select count(*) from {earlier}").fetchone()[0]
        lost = connection.execute(f"select count(*) from ({earlier} except {later})").fetchone()[0]
        added = connection.execute(f"select count(*) from ({later} except {earlier})").fetchone()[0]
    assert known > 0
    assert (lost, added) == (0, 0)
