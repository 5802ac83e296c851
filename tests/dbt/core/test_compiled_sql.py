"""Both engines must be able to read every model: compile the project, then parse what dbt would run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot

DBT = Path(__file__).parents[3] / "dbt"
# What only DuckDB understands belongs into a dispatched macro of macros/cross_engine.
DUCKDB_ONLY = re.compile(
    r"\b(date_diff|datediff|strftime|strptime|list_\w+|struct_\w+|arg_max|arg_min|generate_series|unnest|starts_with|ends_with|quantile_cont|hash)\s*\("
    r"|\* exclude\b|\* replace\b|\bignore nulls\b|//",
    re.IGNORECASE,
)
NOT_SQL = re.compile(r"--[^\n]*|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|'[^']*'", re.DOTALL)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> list[Path]:
    """The compiled models; no data is needed, because compiling asks the database nothing."""
    folder = tmp_path_factory.mktemp("compiled")
    places = {
        "DBT_TARGET_PATH": folder / "target",
        "DBT_LOG_PATH": folder / "logs",
        "PULSE_WAREHOUSE": folder / "warehouse.duckdb",
        "PULSE_ACCEPTED": folder / "accepted",
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "compile", "--no-introspect"],
        cwd=DBT,
        env=os.environ | {name: str(place) for name, place in places.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    models = folder / "target" / "compiled" / "practice_pulse" / "models"
    return sorted(path for path in models.rglob("*.sql") if not path.parent.suffix)


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_every_model_parses(compiled, dialect):
    wrong = []
    for path in compiled:
        try:
            sqlglot.parse_one(path.read_text("utf-8"), dialect=dialect)
        except sqlglot.errors.ParseError as error:
            wrong.append(f"{path.name}: {error}")
    assert len(compiled) > 40
    assert not wrong, "\n".join(wrong)


def test_models_leave_engine_differences_to_macros():
    found = [
        f"{path.relative_to(DBT)}: {match[0]}"
        for path in sorted((DBT / "models").rglob("*.sql"))
        for match in DUCKDB_ONLY.finditer(NOT_SQL.sub("", path.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)
