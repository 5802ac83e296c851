"""dbt's own unit tests, all of them, so that the project's one test command covers them."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.warehouse


def test_every_dbt_unit_test_passes(built_run: Path, manifest, dbt, tmp_path):
    """They run on given rows, but dbt asks the warehouse for the types of the columns: hence a copy of a built one."""
    warehouse = shutil.copy(built_run / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    done = dbt("test", "--select", "test_type:unit", accepted=built_run / "accepted", warehouse=warehouse)
    results = json.loads((tmp_path / "target" / "run_results.json").read_text("utf-8"))["results"]
    assert [result["unique_id"] for result in results if result["status"] != "pass"] == []
    assert done.code == 0, done.out
    assert {result["unique_id"] for result in results} == set(manifest.content["unit_tests"])
