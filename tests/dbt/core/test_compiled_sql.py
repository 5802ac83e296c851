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
    r"\b(date_diff|datediff|strftime|strptime|date_format|epoch_ms|list_\w+|struct_\w+|arg_max|arg_min|generate_series|unnest"
    r"|starts_with|ends_with|quantile_cont|hash|regexp_matches|regexp_like|isodow|dayofweek|string_agg|listagg|array_agg)\s*\("
    r"|\* exclude\b|\* replace\b|\bignore nulls\b|//|\bby name\b|\basof\b|\bextract\s*\(\s*dow\b",
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


@pytest.mark.parametrize(
    "sql",
    [
        "select date_diff('day', a, b)",
        "select regexp_matches(a, 'x')",
        "select extract(dow from a)",
        "select string_agg(a, ',')",
        "select * exclude (a) from t",
        "select a from t union all by name select a from u",
        "select a from t asof join u using (a)",
        "select 7 // 2",
        "select first_value(a ignore nulls) over ()",
    ],
)
def test_a_form_of_one_engine_is_refused(sql):
    assert DUCKDB_ONLY.search(NOT_SQL.sub("", sql))


def test_windows_say_where_nulls_go():
    """DuckDB puts them last, Spark first: the order of a ranking or a running value has to say it."""
    found = []
    for path in sorted((DBT / "models").rglob("*.sql")) + sorted((DBT / "macros").rglob("*.sql")):
        # A case of literals is never null.
        for window in re.finditer(r"over\s*\((?P<inside>(?:[^()]|\([^()]*\))*)\)", path.read_text("utf-8")):
            order = re.search(r"order by(?P<keys>.*?)(rows between|range between|$)", window["inside"], re.DOTALL)
            if order and "{{ priority }}" not in order["keys"]:
                keys = re.sub(r"\([^()]*\)", "", order["keys"]).split(",")
                found += [
                    f"{path.relative_to(DBT)}: {key.strip()}"
                    for key in keys
                    if " nulls " not in key and "case when" not in key
                ]
    assert not found, "\n".join(found)


def test_models_leave_engine_differences_to_macros():
    found = [
        f"{path.relative_to(DBT)}: {match[0]}"
        for path in sorted((DBT / "models").rglob("*.sql"))
        for match in DUCKDB_ONLY.finditer(NOT_SQL.sub("", path.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)
