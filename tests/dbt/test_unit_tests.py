"""dbt's own tests of the code - unit tests and those of the seeds - so that the project's one test command covers them."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.warehouse


def built(run: Path) -> set[str]:
    """Nodes that the main job ran."""
    results = json.loads((run / "target" / "run_results.json").read_text("utf-8"))["results"]
    return {result["unique_id"] for result in results}


def test_the_main_job_leaves_out_tests_of_seeds_alone(built_run: Path, manifest):
    nodes = manifest.content["nodes"]
    left_out = set(nodes) - built(built_run)
    assert len(left_out) > 50
    assert {nodes[name]["resource_type"] for name in left_out} == {"test"}
    assert {nodes[read]["resource_type"] for name in left_out for read in nodes[name]["depends_on"]["nodes"]} == {
        "seed"
    }


def test_what_the_main_job_leaves_out_passes(built_run: Path, manifest, dbt, tmp_path):
    """Unit tests run on given rows, but dbt asks the warehouse for the types of the columns: hence a copy of a built one."""
    warehouse = shutil.copy(built_run / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    selection = ("--indirect-selection", "cautious", "--select", "test_type:unit", "path:seeds")
    done = dbt("test", *selection, accepted=built_run / "accepted", warehouse=warehouse)
    results = json.loads((tmp_path / "target" / "run_results.json").read_text("utf-8"))["results"]
    assert [result["unique_id"] for result in results if result["status"] != "pass"] == []
    assert done.code == 0, done.out
    left_out = set(manifest.content["nodes"]) - built(built_run)
    expected = set(manifest.content["unit_tests"]) | left_out
    assert len(expected) > 200
    assert {result["unique_id"] for result in results} == expected
