"""Two releases of one as-of date, as after a late file: no difference of what they show is a count of 1 to 10 people."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.settings import load_settings
from orchestration.stages import Context, release

pytestmark = pytest.mark.warehouse
# What a late file may do: three members more in every practice, two hits and three people more in every metric of people.
LATE = (
    *(f"update public.{table} set members = members + 3" for table in ("dim_practice", "practice_scorecard")),
    "update public.metric_result set numerator = numerator + 2, denominator = denominator + 3 where n_observations is null",
)


def published(home: Home, run: Path, facts: dict) -> Path:
    """What the release stage makes of a run."""
    context = Context(home, load_settings(home.root), Path("feeds"), run.name, facts=facts)
    return home.release(release(context)["release_id"])


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_late_file_tells_no_small_count_and_either_run_repeated_gives_its_bytes_again(plan, tmp_path):
    home = Home(
        Path(shutil.copytree(plan.home, tmp_path / "home", ignore=shutil.ignore_patterns("runs"), symlinks=True))
    )
    record = json.loads((plan.run / "run.json").read_text("utf-8"))
    facts = {"inputs": record["inputs"], **{stage["name"]: stage["facts"] for stage in record["stages"]}}
    first, late = (home.run(name) for name in (plan.run.name, "run-late"))
    for run in (first, late):
        run.mkdir(parents=True)
        shutil.copy(plan.run / "warehouse.duckdb", run)
    with duckdb.connect(str(late / "warehouse.duckdb")) as connection:
        for change in LATE:
            connection.execute(change)

    on_time = published(home, first, facts)
    assert everything(on_time) == everything(plan.release)
    afterwards = published(home, late, facts)
    assert afterwards != on_time
    before = everything(afterwards)
    assert published(home, first, facts) == on_time
    assert everything(on_time) == everything(plan.release)
    assert published(home, late, facts) == afterwards
    assert everything(afterwards) == before

    with duckdb.connect() as connection:
        for name, folder in (("a", on_time), ("b", afterwards)):
            for table in ("dim_practice", "metric_result"):
                connection.execute(f"create view {table}_{name} as select * from '{folder}/marts/{table}.parquet'")
        members = connection.execute(
            "select a.members, b.members from dim_practice_a as a inner join dim_practice_b as b using (practice_id) where a.members > 0"
        ).fetchall()
        assert members
        assert all(a == b for a, b in members)
        shown, shown_late = (
            connection.execute(
                f"select count(numerator) from metric_result_{name} where n_observations is null"
            ).fetchone()[0]
            for name in "ab"
        )
    assert shown > 0
    assert shown_late == 0
