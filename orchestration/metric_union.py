"""Text of int_observation.sql: one select for each metric of the registry.

The union is generated, so that adding a metric edits nothing but its own files and its row in the registry.
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
-- Generated from seeds/ref_metric.csv by orchestration/metric_union.py; edit the registry, not this file.
-- A view: the tables of the metrics hold the rows, this only puts them under one name.
{{ config(materialized='view') }}

"""


def metric_union_sql(registry_csv: Path) -> str:
    """Return the SQL that puts the observations of every metric of the registry under one another.

    The metrics come in the order of their ids, so the text does not depend on the order of the registry's rows.
    """
    with registry_csv.open(newline="", encoding="utf-8") as lines:
        metric_ids = sorted(row["metric_id"] for row in csv.DictReader(lines))
    return HEADER + "\nunion all\n\n".join(map(_observations_of, metric_ids))


def _observations_of(metric_id: str) -> str:
    columns = ",\n".join(f"    {column}" for column in OBSERVATION_COLUMNS)
    return f"select\n{columns}\nfrom {{{{ ref('{metric_id}') }}}}\n"
