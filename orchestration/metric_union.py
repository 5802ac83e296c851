"""Text of int_observation.sql and int_companion_observation.sql: one select for each model of a registry.

The unions are generated, so that adding a metric edits nothing but its own files and its row in the registry.
"""

import csv
from pathlib import Path

OBSERVATION_COLUMNS = (
    "as_of_date",
    "metric_id",
    "practice_id",
    "npi",
    "person_key",
    "lob",
    "observed_on",
    "numerator",
    "denominator",
    "excluded",
)

HEADER = """\
-- Generated from seeds/{registry} by orchestration/metric_union.py; edit the registry, not this file.
-- A view: the tables of the metrics hold the rows, this only puts them under one name.
{{{{ config(materialized='view') }}}}

"""


def metric_union_sql(registry_csv: Path) -> str:
    """Return the SQL that puts the observations of every metric of the registry under one another.

    The metrics come in the order of their ids, so the text does not depend on the order of the registry's rows.
    """
    return _union_sql(registry_csv.name, {row["metric_id"] for row in _rows(registry_csv)})


def companion_union_sql(registry_csv: Path) -> str:
    """Return the SQL that puts the observations of every companion of the registry under one another.

    The companions of one metric share a model, `<parent_metric_id>_companions`.
    """
    return _union_sql(registry_csv.name, {f"{row['parent_metric_id']}_companions" for row in _rows(registry_csv)})


def _rows(registry_csv: Path) -> list[dict[str, str]]:
    with registry_csv.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _union_sql(registry: str, models: set[str]) -> str:
    return HEADER.format(registry=registry) + "\nunion all\n\n".join(map(_observations_of, sorted(models)))


def _observations_of(model: str) -> str:
    columns = ",\n".join(f"    {column}" for column in OBSERVATION_COLUMNS)
    return f"select\n{columns}\nfrom {{{{ ref('{model}') }}}}\n"
