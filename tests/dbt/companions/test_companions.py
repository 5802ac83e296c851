"""Registry, models and results of the companions speak of the same figures."""

import csv
import re
from pathlib import Path

import duckdb
import pytest

from orchestration.generate import COMPANION_UNION, COMPANIONS
from orchestration.metric_union import companion_union_sql
from tests.conftest import ROOT

MODELS = ROOT / "dbt" / "models" / "metrics" / "companions"


@pytest.fixture(scope="module")
def companions() -> list[dict[str, str]]:
    with COMPANIONS.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_parent_has_one_tested_model_and_no_model_is_left_over(companions):
    parents = {f"{row['parent_metric_id']}_companions" for row in companions}
    assert parents == {path.stem for path in MODELS.glob("*.sql")} == {path.stem for path in MODELS.glob("*.yml")}


def test_union_names_each_model_once():
    text = companion_union_sql(COMPANIONS)
    models = re.findall(r"ref\('(\w+)'\)", text)
    assert models == sorted(path.stem for path in MODELS.glob("*.sql"))
    assert COMPANION_UNION.read_text("utf-8") == text


@pytest.mark.warehouse
def test_registry_and_results_know_the_same_companions(built_run: Path, companions):
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        observed = {
            row[0] for row in connection.sql("select distinct companion_id from marts.companion_result").fetchall()
        }
    assert observed <= {row["companion_id"] for row in companions}
    missing = {row["companion_id"] for row in companions if row["companion_id"] not in observed}
    assert missing <= {row["companion_id"] for row in companions if "sample plan" in row["note"]}
