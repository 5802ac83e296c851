"""The run's DuckDB file: built by dbt, read by everybody else."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.identity import ROOT
from orchestration.settings import Settings

PROJECT = ROOT / "dbt"
# dbt formats each of its ten thousand events for each logger, even those that the logger then drops: seconds of a build.
WITHOUT_LOGGERS = ("--log-level", "none", "--log-level-file", "none")


class BuildFailed(RuntimeError):
    """dbt did not finish; the message names each failed node and why, without any row's values."""


def dbt(
    command: Sequence[str], *, accepted: Path, warehouse: Path, target: Path, logs: Path, settings: Settings
) -> None:
    """Run one dbt command in this process against a warehouse file, and let go of the file afterwards.

    Raises BuildFailed with one line per failed node.
    """
    os.environ.update(
        PULSE_ACCEPTED=str(accepted.resolve()),
        PULSE_WAREHOUSE=str(warehouse.resolve()),
        PULSE_DUCKDB_MEMORY=settings.memory_limit,
        PULSE_DUCKDB_THREADS=str(settings.threads),
        PULSE_DBT_THREADS=str(settings.threads),
        DBT_TARGET_PATH=str(target.resolve()),
        DBT_LOG_PATH=str(logs.resolve()),
    )
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    logs.mkdir(parents=True, exist_ok=True)
    try:
        outcome = dbtRunner(callbacks=[_note_in(logs / "dbt.log")]).invoke(
            [
                *command,
                "--project-dir",
                str(PROJECT),
                "--profiles-dir",
                str(PROJECT),
                "--no-use-colors",
                *WITHOUT_LOGGERS,
            ]
        )
    finally:
        reset_adapters()  # dbt keeps the file locked otherwise, and nobody else could read it
        DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise BuildFailed(_failures(outcome))


def _note_in(path: Path) -> Callable[[Any], None]:
    """A listener that appends what dbt says of its progress and its errors, one line an event; debug is left out."""
    path.unlink(missing_ok=True)

    def note(event: Any) -> None:
        if event.info.level != "debug":
            with path.open("a", encoding="utf-8") as log:
                log.write(f"{event.info.ts.ToJsonString()} {event.info.level} {event.info.msg}\n")

    return note


def _failures(outcome) -> str:
    if outcome.exception is not None:
        return f"dbt stopped: {outcome.exception}"
    bad = [r for r in outcome.result.results if r.status in ("error", "fail", "runtime error")]
    said = (" ".join((r.message or r.status).split()[:40]) for r in bad)
    lines = [f"{r.node.unique_id}: {message}" for r, message in zip(bad, said, strict=True)]
    return f"dbt: {len(bad)} nodes failed\n" + "\n".join(lines)


def build(*, accepted: Path, folder: Path, settings: Settings) -> Path:
    """Build all seeds and models of the project into `folder`/warehouse.duckdb, test them, and return its path.

    Unit tests and the tests of seeds are left to the test run: they test the code, not this data.
    """
    warehouse = folder / "warehouse.duckdb"
    for stale in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        stale.unlink(missing_ok=True)
    dbt(
        # Cautious: a test that also reads a model is one of the data, whichever seed it reads besides.
        [
            "build",
            *("--indirect-selection", "cautious"),
            *("--exclude", "resource_type:unit_test", "path:seeds,resource_type:test"),
        ],
        accepted=accepted,
        warehouse=warehouse,
        target=folder / "target",
        logs=folder / "logs",
        settings=settings,
    )
    return warehouse


def export_public(warehouse: Path, folder: Path) -> dict[str, int]:
    """Write each table of schema `public` to `folder`/<table>.parquet, in a total order, and say how many rows each has."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'public' order by table_name"
        ).fetchall()
        return {
            table: connection.execute(
                f"""copy (select * from public.{table} order by all)
                    to '{folder / table}.parquet' (format parquet, compression zstd)"""
            ).fetchone()[0]
            for (table,) in tables
        }
