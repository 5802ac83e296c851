"""Counts of people on successive lists: what one list shows less what another showed must be no count of 1 to 10 either.

`marts` are the staged public tables, rewritten in place; `earlier` the marts folders of releases that went out before,
of whatever as-of date: a late file makes a second list of the same one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

# A number of members within ten of one that was shown before is shown as that one, the nearest: numbers shown for a
# practice are therefore equal or more than ten apart. Only the list's own date has a number of members.
TOLD = "insert into told select distinct practice_id, members from read_parquet($earlier) where members is not null"
MEMBERS = """
create temp table shown as
select now.practice_id, coalesce(told.members, now.members) as members
from read_parquet($current) as now
left join told on told.practice_id = now.practice_id and abs(told.members - now.members) <= 10
where now.as_of_date = $as_of
qualify row_number() over (
    partition by now.practice_id order by abs(told.members - now.members) nulls last, told.members
) = 1
"""
ON_THE_DATE = """
select t.* replace (case when t.as_of_date = $as_of then shown.members end as members)
from read_parquet($current) as t left join shown on shown.practice_id = t.practice_id
"""
NOW = (
    "select t.* replace (shown.members as members) from read_parquet($current) as t left join shown using (practice_id)"
)

# Counts of a metric go when they, or the misses between them, are within ten of those shown before; the value stays.
# What counts no people has its number of observations shown.
COUNTS = """
with now as (select * from read_parquet($current)),
before as (
    select * from read_parquet($earlier, union_by_name = true) where numerator is not null and n_observations is null
),
near as (
    select distinct {key}
    from now inner join before using ({key})
    where abs(now.numerator - before.numerator) between 1 and 10
        or abs(now.denominator - before.denominator) between 1 and 10
        or abs(now.denominator - now.numerator - before.denominator + before.numerator) between 1 and 10
)
select now.* replace (
    case when near.is_near is null then now.numerator end as numerator,
    case when near.is_near is null then now.denominator end as denominator
)
from now left join (select *, true as is_near from near) as near using ({key})
"""
KEYS = {"metric_result": "metric_id, level, entity_id, lob", "companion_result": "companion_id, practice_id"}


def hold_back(marts: Path, as_of: date, earlier: Sequence[Path]) -> None:
    """Take out of the staged marts, or replace by what is known already, what would say too much beside earlier ones."""
    with duckdb.connect() as connection:
        connection.execute("create temp table told (practice_id varchar, members bigint)")
        for path in _files("practice_scorecard", earlier):
            connection.execute(TOLD, {"earlier": str(path)})
        current = {"current": str(marts / "practice_scorecard.parquet"), "as_of": as_of}
        connection.execute(MEMBERS, current)
        for table in ("practice_scorecard", "practice_features"):
            _rewrite(connection, marts / f"{table}.parquet", ON_THE_DATE, {"as_of": as_of})
        _rewrite(connection, marts / "dim_practice.parquet", NOW, {})
        for table, key in KEYS.items():
            if before := _files(table, earlier):
                query = COUNTS.format(key=key)
                _rewrite(connection, marts / f"{table}.parquet", query, {"earlier": [str(path) for path in before]})


def _files(table: str, earlier: Sequence[Path]) -> list[Path]:
    return [path for folder in earlier if (path := folder / f"{table}.parquet").exists()]


def _rewrite(connection: duckdb.DuckDBPyConnection, path: Path, query: str, parameters: Mapping[str, Any]) -> None:
    """Replace a Parquet file by what a query makes of it, in a total order as the export has it."""
    fresh = path.with_suffix(".new")
    connection.execute(
        f"copy (select * from ({query}) order by all) to '{fresh}' (format parquet, compression zstd)",
        {"current": str(path), **parameters},
    )
    fresh.replace(path)
