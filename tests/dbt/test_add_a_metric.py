"""docs/add-a-metric.md, walked through: a row, a query and its YAML make a metric, and nothing else is edited."""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.metric_union import OBSERVATION_COLUMNS, metric_union_sql

pytestmark = pytest.mark.warehouse

METRIC = "kept_visit_rate"
ROW = {
    "metric_id": METRIC,
    "name": "Visits that took place",
    "step_code": "MINIMIZE",
    "tier": "extended",
    "level": "both",
    "unit": "proportion",
    "direction": "higher",
    "min_denominator": "20",
    "target_type": "fixed",
    "target_value": "0.8",
    "required_feeds": "appointments",
    "aggregation": "ratio",
    "window_months": "12",
    "runout_months": "0",
    "maturity_days": "0",
    "interval": "wilson",
    "census": "0",
    "counts_people": "0",
    "score_rule": "proportion",
    "hard_fail": "0",
    "is_public": "1",
}
QUERY = """\
select
    period.as_of_date,
    period.metric_id,
    visit.location_id as practice_id,
    visit.practitioner_id as npi,
    visit.person_key,
    {{ plan_lob('visit.lob') }} as lob,
    cast(visit.start_datetime as date) as observed_on,
    cast(case when visit.status_code = 'fulfilled' then 1 else 0 end as double) as numerator,
    cast(1 as double) as denominator,
    false as excluded
from {{ ref('int_metric_period') }} as period
inner join {{ ref('stg_appointments') }} as visit
    on
        cast(visit.start_datetime as date) between period.period_start and period.period_end
        and {{ known_at('visit', 'period.as_of_date') }}
where period.metric_id = 'kept_visit_rate'
"""
TYPES = {
    "as_of_date": "date",
    "observed_on": "date",
    "numerator": "double",
    "denominator": "double",
    "excluded": "boolean",
}
UNIT_TEST = """\
unit_tests:
  - name: kept_visits
    model: kept_visit_rate
    given:
      - input: ref('int_metric_period')
        rows:
          - {as_of_date: 2026-06-30, metric_id: kept_visit_rate, period_start: 2025-06-01, period_end: 2026-05-31}
      - input: ref('stg_appointments')
        rows:
          - {person_key: day before, status_code: fulfilled, start_datetime: 2025-05-31 23:59:00, known_from: 2025-01-01}
          - {person_key: first day, status_code: fulfilled, start_datetime: 2025-06-01 00:00:00, known_from: 2025-01-01}
          - {person_key: last day, status_code: noshow, start_datetime: 2026-05-31 23:59:00, known_from: 2025-01-01}
          - {person_key: day after, status_code: fulfilled, start_datetime: 2026-06-01 00:00:00, known_from: 2025-01-01}
    expect:
      rows:
        - {person_key: first day, numerator: 1, denominator: 1}
        - {person_key: last day, numerator: 0, denominator: 1}
"""


def add_the_row(registry: Path) -> None:
    with registry.open(newline="", encoding="utf-8") as lines:
        columns = next(csv.reader(lines))
    with registry.open("a", newline="", encoding="utf-8") as lines:
        csv.DictWriter(lines, columns, restval="", lineterminator="\n").writerow(ROW)


def yaml_beside() -> str:
    columns = "".join(
        f"      - {{name: {name}, data_type: {TYPES.get(name, 'string')}}}\n" for name in OBSERVATION_COLUMNS
    )
    return f"models:\n  - name: {METRIC}\n    description: Visits kept.\n    columns:\n{columns}\n{UNIT_TEST}"


def test_a_metric_is_a_row_a_query_and_its_yaml(project: Path, dbt, built_run: Path, tmp_path: Path):
    registry = project / "seeds" / "ref_metric.csv"
    add_the_row(registry)
    query = project / "models" / "metrics" / "minimize" / f"{METRIC}.sql"
    query.write_text(QUERY, encoding="utf-8")
    query.with_suffix(".yml").write_text(yaml_beside(), encoding="utf-8")
    union = project / "models" / "intermediate" / "int_observation.sql"
    union.write_text(metric_union_sql(registry), encoding="utf-8")  # as `./pulse generate` does

    warehouse = Path(shutil.copy(built_run / "warehouse.duckdb", tmp_path / "warehouse.duckdb"))
    changed = ["ref_metric", "int_metric_period", METRIC, "int_observation+,+metric_result", "metric_result"]
    changed += [
        "path:models/intermediate/results,+metric_result",
        "results_match_the_registry_and_the_files",
        "results_match_the_index",
    ]
    flags = ("--indirect-selection", "cautious")  # a test runs when all that it reads was built here
    done = dbt(
        "build", *flags, "--select", *changed, project=project, accepted=built_run / "accepted", warehouse=warehouse
    )
    assert done.code == 0, done.out[-3000:]
    assert "kept_visits" in done.out

    with duckdb.connect(str(warehouse), read_only=True) as built:
        statuses = dict(
            built.execute(
                "select status, count(*) from marts.metric_result where metric_id = ? and level = 'practice' group by all",
                [METRIC],
            ).fetchall()
        )
        (practices,) = built.execute("select count(*) from intermediate.int_practice").fetchone()
        (rows,) = built.execute(
            "select count(*) from marts.metric_result where metric_id = ? and level = 'practice' and lob = 'all'",
            [METRIC],
        ).fetchone()
    assert rows == practices  # every practice on every as-of date, also where the answer is a gap
    assert {"met", "not_met"} <= set(statuses)
