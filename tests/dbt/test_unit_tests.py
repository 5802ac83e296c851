"""dbt's own tests of the code - unit tests and those of the seeds - so that the project's one test command covers them."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.warehouse


def test_what_the_main_job_leaves_out_passes(built_run: Path, manifest, dbt, tmp_path):
    """Unit tests run on given rows, but dbt asks the warehouse for the types of the columns: hence a copy of a built one."""
    warehouse = shutil.copy(built_run / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    done = dbt("test", "--select", "test_type:unit", "path:seeds", accepted=built_run / "accepted", warehouse=warehouse)
    results = json.loads((tmp_path / "target" / "run_results.json").read_text("utf-8"))["results"]
    assert [result["unique_id"] for result in results if result["status"] != "pass"] == []
    assert done.code == 0, done.out
    of_seeds = {
        name for name, node in manifest.content["nodes"].items() if node["original_file_path"].startswith("seeds/")
    }
    expected = set(manifest.content["unit_tests"]) | {name for name in of_seeds if name.startswith("test.")}
    assert len(expected) > 200
    assert {result["unique_id"] for result in results} == expected
