"""The public marts as views, and the one query that list, workbook and pages share."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

# A practice's result of each metric on the as-of date, beside the plan's median and its own result one date earlier.
PRACTICE_METRIC = """
create table practice_metric as
with results as (
    select m.*, t.name, t.step_code, t.tier, t.direction, t.required_feeds, t.hard_fail = 1 as is_hard
    from metric_result as m
    inner join ref_metric as t on t.metric_id = m.metric_id
    where m.level = 'practice' and m.lob = 'all'
),
dates as (
    select max(as_of_date) as before_date from practice_scorecard where as_of_date < $as_of
),
medians as (
    select metric_id, median(value) as median_value
    from results
    where as_of_date = $as_of and status in ('met', 'not_met', 'uncertain')
    group by metric_id
),
before as (
    select results.practice_id, results.metric_id, results.value
    from results
    inner join dates on results.as_of_date = dates.before_date
    where results.status in ('met', 'not_met', 'uncertain')
)
select
    results.practice_id, results.metric_id, results.name, results.step_code, results.tier, results.direction,
    results.required_feeds,
    results.unit, results.status, results.suppressed, results.is_hard,
    results.value, results.ci_low, results.ci_high, results.target,
    medians.median_value,
    before.value as before_value,
    dates.before_date
from results
cross join dates
left join medians on medians.metric_id = results.metric_id
left join before on before.practice_id = results.practice_id and before.metric_id = results.metric_id
where results.as_of_date = $as_of
order by results.practice_id, results.metric_id
"""


@dataclass(frozen=True)
class Step:
    """A step of the provider guide, or the duties, with the scorecard columns that hold its scores."""

    code: str
    name: str
    column: str
    touchpoint_column: str | None  # patients are not asked about duties


MEMORY_LIMIT = "512MB"  # a plan of 40,000 practices has two million rows in practice_metric: the rest lies on disk


@contextmanager
def open_marts(marts: Path, as_of: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view for every Parquet file of a marts folder, and `practice_metric` of the as-of date."""
    with (
        TemporaryDirectory(prefix="pulse-marts-") as folder,
        duckdb.connect(f"{folder}/marts.duckdb", config={"memory_limit": MEMORY_LIMIT}) as connection,
    ):
        for path in sorted(marts.glob("*.parquet")):
            quoted = str(path).replace("'", "''")
            connection.execute(f"create view {path.stem} as select * from read_parquet('{quoted}')")
        connection.execute(PRACTICE_METRIC, {"as_of": as_of})
        yield connection


def steps(connection: duckdb.DuckDBPyConnection) -> list[Step]:
    """The seven steps in the guide's order, then the duties."""
    rows = connection.execute("select step_code, step_name, column_suffix from ref_step order by step_order").fetchall()
    return [_step(*row) for row in rows]


def _step(code: str, name: str, suffix: str) -> Step:
    if suffix == "compliance":
        return Step(code, name, "compliance_index", None)
    return Step(code, name, f"step_{suffix}", f"touchpoint_{suffix}")


def records(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


ROWS_AT_ONCE = 10_000


def practice_by_practice(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows of a query that is ordered by practice, one practice after the other; only those at hand are in memory."""
    for practice_id, rows in groupby(
        _stream(connection.cursor().execute(query, parameters)), itemgetter("practice_id")
    ):
        yield practice_id, list(rows)


def _stream(result: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    names = [column[0] for column in result.description]
    while rows := result.fetchmany(ROWS_AT_ONCE):
        for row in rows:
            yield dict(zip(names, row, strict=True))


def by_practice(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each practice, in the order given; nothing for a practice without rows."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["practice_id"]].append(row)
    return found
