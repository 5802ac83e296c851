"""A small plan as public marts: Parquet files with exactly the columns that the contracts of dbt/models/public name."""

import csv
import random
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

DBT = Path(__file__).resolve().parents[2] / "dbt"
AS_OF = date(2026, 6, 30)
AS_OFS = (date(2024, 12, 31), date(2025, 6, 30), date(2025, 12, 31), AS_OF)
CITIES = (("Columbus", "OH", "39049"), ("Cleveland", "OH", "39035"), ("Mansfield Suite 200 B", "KY", "21117"))
RISK_COLUMNS = {
    "practice_id": "string", "as_of_date": "date", "risk": "double", "risk_low": "double", "risk_high": "double",
    "path": "string", "model_name": "string", "model_version": "string",
}  # fmt: skip
FIGURE_COLUMNS = dict.fromkeys(("outcome", "subject", "figure"), "string") | dict.fromkeys(
    ("value", "low", "high"), "double"
)
WATCH_COLUMNS = (
    dict.fromkeys(("kind", "subject", "figure"), "string")
    | dict.fromkeys(("value", "low", "high"), "double")
    | {"alert": "string"}
)
Rows = list[dict[str, Any]]


def contracts() -> dict[str, dict[str, str]]:
    """Column types of every public table, as dbt enforces them."""
    found = {"practice_risk": RISK_COLUMNS, "model_figure": FIGURE_COLUMNS, "model_watch": WATCH_COLUMNS}
    for path in sorted((DBT / "models" / "public").glob("*.yml")):
        for model in yaml.safe_load(path.read_text("utf-8"))["models"]:
            columns = {column["name"]: column["data_type"] for column in model["columns"]}
            found[model["name"].removeprefix("public_")] = columns
    return found


def seed(name: str) -> Rows:
    with (DBT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{column: value or None for column, value in row.items()} for row in csv.DictReader(file)]


def write_marts(folder: Path, tables: Mapping[str, Rows]) -> Path:
    """One Parquet file a public table; a column that a row does not name is null, one too many is an error."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        for table, columns in contracts().items():
            rows = tables.get(table, [])
            assert not {name for row in rows for name in row} - set(columns), f"{table}: column not in its contract"
            types = ", ".join(f'"{name}" {kind.replace("string", "varchar")}' for name, kind in columns.items())
            connection.execute(f"create table {table} ({types})")
            if rows:
                given = pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns})
                connection.register("given", given)
                connection.execute(f"insert into {table} select * from given")
            connection.execute(f"copy {table} to '{folder / table}.parquet' (format parquet)")
    return folder


def plan(practices: int = 24, draw: int = 7) -> dict[str, Rows]:
    """A plan whose practices differ: the first misses a duty, the second is small, the third has no data at all."""
    dice = random.Random(draw)
    metrics = [row for row in seed("ref_metric") if row["is_public"] == "1"]
    step_rows = seed("ref_step")
    orders = {row["step_code"]: row for row in step_rows}
    registry = contracts()["ref_metric"]
    tables: dict[str, Rows] = {name: [] for name in contracts()}
    tables["ref_step"] = step_rows
    tables["ref_action"] = seed("ref_action")
    tables["ref_metric"] = [
        {name: metric.get(name) for name in registry}
        | {name: orders[metric["step_code"]][name] for name in ("step_order", "step_name")}
        for metric in metrics
    ]
    tables["model_figure"] = [
        {"outcome": "pe_index", "subject": subject, "figure": "auc", "value": value, "low": value - 0.05, "high": value + 0.05}
        for subject, value in (("model", 0.76), ("persistence", 0.73), ("model less persistence", 0.03), ("noise ceiling", 0.91))
    ]  # fmt: skip
    tables["model_watch"] = [
        {"kind": "drift", "subject": "no_show_rate", "figure": "psi", "value": 0.3, "high": 0.1, "alert": "drift"},
        {
            "kind": "drift",
            "subject": "touchpoint_minimize",
            "figure": "psi",
            "value": 0.3,
            "high": 0.1,
            "alert": "drift",
        },
        {"kind": "drift", "subject": "fu7_ed_rate", "figure": "psi", "value": 0.0, "high": 0.1, "alert": ""},
        {"kind": "list", "subject": "2025-12-31 for 2026H1, version 1", "figure": "auc", "value": 0.7, "alert": ""},
    ]
    for number in range(1, practices + 1):
        _add_practice(tables, f"P{number:04}", number, metrics, step_rows, dice)
    return tables


def _add_practice(tables, practice_id: str, number: int, metrics: Rows, step_rows: Rows, dice: random.Random) -> None:
    small, no_data, fails = number == 2, number == 3, number == 1
    city, state, county = CITIES[number % len(CITIES)]
    members = None if small else dice.randint(40, 2500)
    tables["dim_practice"].append({
        "practice_id": practice_id, "practice_name": f"Practice {number} Family Medicine", "practice_type": "private",
        "address": f"{number} Main St", "city": city, "state": state, "zip_code": "43215", "county_fips": county,
        "time_zone": "America/New_York", "phone": f"614555{number:04}", "is_active": True, "members": members,
    })  # fmt: skip
    npis = [f"1{number:07}{k}1" for k in range(2)]
    for k, npi in enumerate(npis):
        tables["dim_provider"].append({
            "npi": npi, "first_name": "Ada", "last_name": f"Clinician {number}-{k}", "specialty": "Family Medicine",
            "primary_taxonomy_code": "207Q00000X", "pcp_kind": "pcp", "practice_id": practice_id,
        })  # fmt: skip
    risk = round(dice.uniform(0.02, 0.9), 4)
    tables["practice_risk"].append({
        "practice_id": practice_id, "as_of_date": AS_OF, "risk": risk, "risk_low": round(risk * 0.6, 4),
        "risk_high": round(risk + (1 - risk) * 0.4, 4), "path": "history", "model_name": "low-cahps-risk", "model_version": "1",
    })  # fmt: skip
    strength = dice.uniform(35, 85)
    for as_of in AS_OFS:
        scorecard: dict[str, Any] = {
            "as_of_date": as_of, "practice_id": practice_id, "is_active": True, "members": members,
            "hard_fail_flag": fails, "hard_fail": "after_hours_coverage_rate" if fails else None,
            "data_gap_count": 38 if no_data else dice.randint(0, 9),
        }  # fmt: skip
        for step in step_rows:
            suffix = step["column_suffix"]
            score = None if no_data else round(min(100, max(0, strength + dice.uniform(-18, 18))), 1)
            scorecard["compliance_index" if suffix == "compliance" else f"step_{suffix}"] = score
            scorecard[f"n_metrics_{suffix}"] = 0 if no_data else 4
            if suffix != "compliance" and not no_data:
                scorecard[f"touchpoint_{suffix}"] = round(dice.uniform(40, 90), 1)
        tables["practice_scorecard"].append(scorecard)
        for metric in metrics:
            entities = [("practice", practice_id, None)]
            if metric["level"] == "both" and as_of == AS_OF:
                entities += [("provider", f"{npi}:{practice_id}", npi) for npi in npis]
            for level, entity, npi in entities:
                row = _result(metric, dice, no_data, fails)
                tables["metric_result"].append(row | {
                    "as_of_date": as_of, "period_start": date(2025, 6, 1), "period_end": date(2026, 5, 31),
                    "metric_id": metric["metric_id"], "level": level, "entity_id": entity, "practice_id": practice_id,
                    "npi": npi, "lob": "all", "unit": metric["unit"],
                })  # fmt: skip
    for wave, ends in (("2025H1", date(2025, 6, 30)), ("2025H2", date(2025, 12, 31)), ("2026H1", AS_OF)):
        for composite in ("pe_index", "needed_care", "quick_care", "communication", "coordination", "rating"):
            shown = not no_data and not small
            tables["survey_practice_score"].append({
                "practice_id": practice_id, "wave_id": wave, "results_on": ends, "instrument": "pooled", "lob": "all",
                "composite": composite, "score_shrunk": round(dice.uniform(55, 90), 1) if shown else None,
                "score_raw": round(dice.uniform(55, 90), 1) if shown else None, "reliability": 0.62 if shown else None,
                "n_band": "30-49" if shown else "11-29", "display_state": "low_reliability" if shown else "directional",
            })  # fmt: skip
    if number % 4 == 0:
        tables["outreach_contact"].append({
            "outreach_id": f"OU{number:04}", "practice_id": practice_id, "contact_date": date(2026, 3, 2), "channel": "phone",
            "step_code": "EASE", "metric_id": "appt_routine_within_standard", "action_code": "EASE-1", "outcome": "reached",
            "list_run_id": "list-1",
        })  # fmt: skip


def _result(metric, dice: random.Random, no_data: bool, fails: bool) -> dict[str, Any]:
    target = float(metric["target_value"] or 0.5)
    is_hard = metric["hard_fail"] == "1"
    result = {"target": target, "target_basis": "fixed", "suppressed": False, "feed_coverage": 0.0 if no_data else 1.0}
    if no_data:
        return result | {"status": "not_applicable"}
    if metric["metric_id"] == "dismissal_30day_coverage_rate":
        return result | {"status": "met", "suppressed": True}
    if is_hard:
        missed = fails and metric["metric_id"] == "after_hours_coverage_rate"
        value = 0.5 if missed else 1.0
        return result | {"value": value, "status": "not_met" if missed else "met", "ci_low": 0.2, "ci_high": 1.0}
    value = round(dice.uniform(0.2, 1.0) if metric["unit"] in ("proportion", "index") else dice.uniform(1, 40), 2)
    status = dice.choice(("met", "met", "not_met", "uncertain", "insufficient"))
    if status == "not_met" and dice.random() < 0.2:
        return result | {"status": status, "suppressed": True}
    return result | {
        "value": value, "value_shrunk": value, "ci_low": round(value * 0.8, 2), "ci_high": round(value * 1.1, 2),
        "status": status, "score_0_100": 50.0,
    }  # fmt: skip


@pytest.fixture(scope="session")
def plan_tables() -> Callable[..., dict[str, Rows]]:
    """The small plan's tables, to be changed by a test before they are written."""
    return plan


@pytest.fixture(scope="session")
def marts_of() -> Callable[[Path, Mapping[str, Rows]], Path]:
    """Writes tables as a marts folder and returns it."""
    return write_marts


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small plan's marts, for tests that only read them."""
    return write_marts(tmp_path_factory.mktemp("plan") / "marts", plan())
