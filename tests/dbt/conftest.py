"""What the tests of the dbt project share: dbt as a function, a copy of the project, and the manifest of a finished run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, SALT, Finished

DBT = ROOT / "dbt"


@dataclass(frozen=True)
class Manifest:
    """dbt's own account of the project that built a run."""

    content: dict
    columns: dict[str, frozenset[str]]  # of every relation in the warehouse, by "schema.name"

    @property
    def models(self) -> dict[str, dict]:
        """Nodes of the models, by name."""
        return {node["name"]: node for node in self.content["nodes"].values() if node["resource_type"] == "model"}

    def columns_of(self, model: str) -> frozenset[str]:
        """Columns that the model has in the warehouse, whatever its YAML says."""
        node = self.models[model]
        return self.columns[f"{node['schema']}.{node['alias']}"]

    def parents_of(self, model: str) -> set[str]:
        """Models that a model reads."""
        return {
            self.content["nodes"][parent]["name"]
            for parent in self.models[model]["depends_on"]["nodes"]
            if parent.startswith("model.")
        }


@pytest.fixture(scope="session")
def manifest(built_run: Path) -> Manifest:
    """The manifest of the session's run with the columns of its warehouse."""
    columns: dict[str, set[str]] = {}
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as warehouse:
        query = "select table_schema || '.' || table_name, column_name from information_schema.columns"
        for relation, column in warehouse.execute(query).fetchall():
            columns.setdefault(relation, set()).add(column)
    content = json.loads((built_run / "target" / "manifest.json").read_text("utf-8"))
    return Manifest(content, {relation: frozenset(names) for relation, names in columns.items()})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the dbt project that a test may change."""
    copy = tmp_path / "dbt"
    shutil.copytree(DBT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    return copy


@pytest.fixture
def dbt(tmp_path: Path) -> Callable[..., Finished]:
    """Run dbt on a project (the checkout's by default), with everything that it writes below tmp_path."""

    def call(*arguments: str, project: Path = DBT, accepted: Path | None = None, warehouse: Path | None = None):
        places = {
            "DBT_TARGET_PATH": tmp_path / "target",
            "DBT_LOG_PATH": tmp_path / "logs",
            "PULSE_ACCEPTED": accepted or tmp_path / "accepted",
            "PULSE_WAREHOUSE": warehouse or tmp_path / "warehouse.duckdb",
            "PULSE_PERSON_SALT": SALT,
        }
        done = subprocess.run(
            [Path(sys.executable).with_name("dbt"), *arguments],
            cwd=project,
            env=os.environ | {name: str(place) for name, place in places.items()},
            capture_output=True,
            text=True,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return call
