"""The gate: feeds in, accepted Parquet and quarantine out, and a verdict that nothing may pass by.

Per feed: land the files as text, judge every row in one pass, let Great Expectations judge the same rows, and accept,
or reject the feed whole. landed = accepted + quarantined, always. No value of a feed enters a message or a report.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations import BadInput, judging, report, suites
from expectations.contract import Contract, load_contracts
from expectations.landing import Landing, feed_files, feeds_folder, land, sql_text, strangers
from expectations.references import load_references
from expectations.results import FeedResult, GateResult, RuleResult
from expectations.rules import Rule, rules_of

REQUIRED_FEEDS = ("practices",)
WORK_FOLDER = "landing"
FEED_REJECTED = "feed_rejected"
NOTHING_REFUSED = "select 0 as row_id, '' as rule_ids where false"


@dataclass(frozen=True)
class _Job:
    """What all feeds of one check have in common."""

    connection: duckdb.DuckDBPyConnection
    feeds_dir: Path
    out_dir: Path
    default_time_zone: str
    previously_delivered: Mapping[str, int]
    prepared: Mapping[Path, Path]
    chunk_rows: int


def check(
    feeds_dir: Path,
    out_dir: Path,
    *,
    default_time_zone: str,
    previously_delivered: Mapping[str, int] | None = None,
    prepared: Mapping[Path, Path] | None = None,
    memory_limit: str = "2GiB",
    threads: int = 2,
    chunk_rows: int = suites.CHUNK_ROWS,
) -> GateResult:
    """Check all feeds of a folder; write accepted/, quarantine/, gate.json and gate.html into `out_dir`.

    `previously_delivered` holds the rows per feed of the last release: a feed that had some may not come empty.
    `prepared` gives, for files of the folder that are no tables (a filled-in workbook), the CSV to land instead.
    `chunk_rows` bounds the frames that Great Expectations sees. Raises BadInput when `feeds_dir` is no folder or the
    time zone is none; wrong feeds do not raise but end in the verdict `reject`.
    """
    feeds_folder(feeds_dir)
    contracts = load_contracts()
    with _workbench(out_dir, memory_limit, threads) as connection:
        _require_time_zone(connection, default_time_zone)
        job = _Job(
            connection, feeds_dir, out_dir, default_time_zone, previously_delivered or {}, prepared or {}, chunk_rows
        )
        feeds: dict[str, FeedResult] = {}
        warnings = list(strangers(feeds_dir, contracts, job.prepared))
        for name, contract in contracts.items():
            feeds[name], noted = _check_feed(job, contract, feeds)
            warnings += noted
        _write_deliveries(job, feeds)
    result = GateResult({name: feeds[name] for name in sorted(feeds)}, tuple(warnings))
    (out_dir / "gate.json").write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
    (out_dir / "gate.html").write_text(report.render(result), encoding="utf-8")
    return result


@contextmanager
def _workbench(out_dir: Path, memory_limit: str, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database on disk for the landed text, which spills beside it and is gone afterwards."""
    for folder in ("accepted", "quarantine"):
        (out_dir / folder).mkdir(parents=True, exist_ok=True)
    work = out_dir / WORK_FOLDER
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    connection = duckdb.connect(
        str(work / "landing.duckdb"),
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(work / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        connection.execute(judging.MACROS)
        connection.execute("create table practice_zones (practice_id varchar, time_zone varchar)")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(work)


def _require_time_zone(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    known = connection.execute("select count(*) from pg_timezone_names() where name = ?", [name]).fetchone()[0]
    if not known:
        raise BadInput(f"time zone {name!r} is unknown; give an IANA name such as America/New_York")


def _check_feed(job: _Job, contract: Contract, done: Mapping[str, FeedResult]) -> tuple[FeedResult, list[str]]:
    landing = land(job.connection, contract, feed_files(job.feeds_dir, contract.feed, job.prepared))
    warnings = list(landing.warnings)
    reason = _refusal_on_arrival(job, contract, landing)
    results: tuple[RuleResult, ...] = ()
    accepted, refused = 0, NOTHING_REFUSED
    if not reason and landing.files:
        rules = _rules(job, contract, done)
        results = _judge(job, contract, rules)
        refused = judging.quarantined_rows_sql(contract.feed, rules)
        accepted = _accepted_rows(job, contract, refused)
        reason = _refusal_by_rows(contract, landing.rows, accepted, results)
        warnings += _shortfalls(contract, landing.rows, results)
    if reason or not landing.files:
        accepted = 0
        _write_nothing_accepted(job, contract)
        _write_quarantine(job, contract, _everything(contract, refused))
    else:
        _write_accepted(job, contract, refused)
        _write_quarantine(job, contract, refused)
    _remember(job, contract)
    _forget(job, contract)
    return FeedResult(contract, landing.files, landing.rows, accepted, reason, results), warnings


def _rules(job: _Job, contract: Contract, done: Mapping[str, FeedResult]) -> tuple[Rule, ...]:
    judged = frozenset(name for name, feed in done.items() if feed.files and not feed.rejected)
    return rules_of(contract, load_references(job.connection, judged))


def _judge(job: _Job, contract: Contract, rules: Sequence[Rule]) -> tuple[RuleResult, ...]:
    judging.judge(job.connection, contract, rules, job.default_time_zone)
    rows = judging.count_flagged(job.connection, contract, rules)
    gx_rows = suites.verdict(job.connection, contract, rules, job.default_time_zone, job.chunk_rows)
    return tuple(RuleResult(rule, rows[rule.id], gx_rows[rule.id]) for rule in rules)


def _refusal_on_arrival(job: _Job, contract: Contract, landing: Landing) -> str | None:
    """Why the feed is rejected before a row is looked at."""
    if landing.problems:
        return _one_line(landing.problems)
    if not landing.files:
        if contract.feed in REQUIRED_FEEDS:
            return f"{contract.feed}: no file; deliver {contract.feed}/*.csv, *.csv.gz or *.parquet"
        return None
    if landing.rows == 0 and job.previously_delivered.get(contract.feed, 0) > 0:
        return (
            f"{contract.feed}: empty although the last release had "
            f"{job.previously_delivered[contract.feed]} rows; deliver the rows, or leave the feed out"
        )
    return None


def _refusal_by_rows(contract: Contract, landed: int, accepted: int, results: Sequence[RuleResult]) -> str | None:
    """Why the feed is rejected for its rows: too many bad ones, or two counts that differ."""
    doubtful = [result for result in results if result.rows != result.gx_rows]
    if doubtful:
        listed = ", ".join(f"{r.rule.id} ({r.rows} and {r.gx_rows})" for r in doubtful)
        return f"{contract.feed}: the row engine and Great Expectations count differently: {listed}; report this"
    bad = landed - accepted
    if landed and bad > contract.maximum_bad_row_share * landed:
        worst = max((r for r in results if r.rule.severity == "error"), key=lambda r: r.rows)
        return (
            f"{contract.feed}: {bad} of {landed} rows are bad, more than the {contract.maximum_bad_row_share:.0%} its "
            f"contract allows (mostly rule {worst.rule.id}: {worst.rule.description}); correct and deliver again"
        )
    return None


def _shortfalls(contract: Contract, landed: int, results: Sequence[RuleResult]) -> list[str]:
    return [
        f"{contract.feed}: only {r.known_share(landed):.1%} of rows have a known {r.rule.id.removesuffix('.known')}, "
        f"{r.rule.minimum_known_share:.0%} are asked for"
        for r in results
        if r.falls_short(landed)
    ]


def _one_line(problems: Sequence[str]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return problems[0] + more


def _accepted_rows(job: _Job, contract: Contract, refused: str) -> int:
    return job.connection.execute(
        f"select count(*) from judged_{contract.feed} where row_id not in (select row_id from ({refused}))"
    ).fetchone()[0]


def _write_accepted(job: _Job, contract: Contract, refused: str) -> None:
    columns = ", ".join(f'"{column.name}"' for column in contract.columns)
    join = ""
    if contract.small_groups:
        small = contract.small_groups
        by = ", ".join(small.group_by)
        join = f"""
            left join (
                select {by}, count(distinct {small.count}) < {small.below} as is_small from good group by all
            ) as size on {" and ".join(f"good.{c} is not distinct from size.{c}" for c in small.group_by)}
        """
        columns = ", ".join(
            f'case when not is_small then good."{c.name}" end as "{c.name}"'
            if c.name in small.columns
            else f'good."{c.name}"'
            for c in contract.columns
        )
    _copy(
        job,
        f"""
        with good as (
            select * from judged_{contract.feed} where row_id not in (select row_id from ({refused}))
        )
        select {columns} from good {join}
        """,
        _accepted_path(job, contract.feed),
    )


def _write_nothing_accepted(job: _Job, contract: Contract) -> None:
    """A file without rows but with the full schema, so that models need not know which feeds arrived."""
    columns = ", ".join(f'cast(null as {c.physical_type}) as "{c.name}"' for c in contract.columns)
    _copy(job, f"select {columns} where false", _accepted_path(job, contract.feed))


def _write_quarantine(job: _Job, contract: Contract, refused: str) -> None:
    _copy(job, _quarantine_sql(contract, refused), _quarantine_path(job, contract.feed))


def _everything(contract: Contract, refused: str) -> str:
    """All readable rows of a rejected feed: those that were fine themselves are refused with the feed."""
    return f"""
        select raw.rowid as row_id, coalesce(rule_ids, {sql_text(FEED_REJECTED)}) as rule_ids
        from raw_{contract.feed} as raw left join ({refused}) as refused on refused.row_id = raw.rowid
    """


def _quarantine_sql(contract: Contract, refused: str) -> str:
    """Refused rows and unreadable lines with file, row number (1 = the first below the header) and rule ids.

    A row's number is its place among the readable rows of its file plus the unreadable lines before it.
    """
    feed = contract.feed
    return f"""
        with refused as ({refused}),
        bad_rows as (
            select raw.file_idx, raw.rowid - file.first_row + 1 as place, refused.rule_ids,
                cast(to_json(struct_pack({_packed(contract)})) as varchar) as row
            from refused join raw_{feed} as raw on raw.rowid = refused.row_id
            join files_{feed} as file using (file_idx)
        ),
        lines as (
            select file_idx, record, line, row_number() over (partition by file_idx order by record) as nr
            from lines_{feed}
        ),
        skipped as (select file_idx, record - nr as place_before, max(nr) as skipped from lines group by all),
        found as (
            select bad_rows.file_idx, place + coalesce(skipped.skipped, 0) as row_number, rule_ids, row
            from bad_rows asof left join skipped
            on bad_rows.file_idx = skipped.file_idx and bad_rows.place > skipped.place_before
            union all
            select file_idx, record, 'line_readable', cast(to_json(struct_pack(line := line)) as varchar) from lines
        )
        select file.name as file_name, file.sha256 as file_sha256, row_number, rule_ids, row
        from found join files_{feed} as file using (file_idx)
        order by found.file_idx, row_number
    """


def _packed(contract: Contract) -> str:
    return ", ".join(f'"{c.name}" := raw."{c.name}"' for c in contract.columns if not c.drop_value)


def _remember(job: _Job, contract: Contract) -> None:
    """Keep the accepted keys that other feeds refer to, and the clock of each practice."""
    accepted = sql_text(_accepted_path(job, contract.feed))
    targets = {
        c.foreign_key.feed: c.foreign_key.column for k in load_contracts().values() for c in k.columns if c.foreign_key
    }
    if contract.feed in targets:
        key = targets[contract.feed]
        job.connection.execute(
            f'create table known_{contract.feed} as select distinct "{key}" from read_parquet({accepted})'
        )
    if contract.feed == "practices":
        job.connection.execute(f"""
            insert into practice_zones
            select practice_id, arg_max(time_zone, (coalesce(file_date, date '0001-01-01'), file_row_number))
            from read_parquet({accepted}, file_row_number = true) where time_zone is not null group by practice_id
        """)


def _forget(job: _Job, contract: Contract) -> None:
    for prefix in ("raw", "lines", "files", "judged", "late"):
        job.connection.execute(f"drop table if exists {prefix}_{contract.feed}")


def _write_deliveries(job: _Job, feeds: Mapping[str, FeedResult]) -> None:
    """accepted/feed_delivery: per feed whether it came, how often it should, and how much of it was accepted."""
    job.connection.execute(
        "create table feed_delivery (feed varchar, present boolean, cadence varchar, delivery varchar, "
        "landed bigint, accepted bigint, quarantined bigint, file_date date)"
    )
    job.connection.executemany(
        "insert into feed_delivery values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                name,
                bool(feed.files) and not feed.rejected,
                feed.contract.cadence,
                feed.contract.delivery,
                feed.landed,
                feed.accepted,
                feed.quarantined,
                feed.file_date,
            )
            for name, feed in sorted(feeds.items())
        ],
    )
    _copy(job, "from feed_delivery", _accepted_path(job, "feed_delivery"))


def _copy(job: _Job, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    job.connection.execute(f"copy ({query}) to {sql_text(path)} (format parquet)")


def _accepted_path(job: _Job, feed: str) -> Path:
    return job.out_dir / "accepted" / feed / f"{feed}.parquet"


def _quarantine_path(job: _Job, feed: str) -> Path:
    return job.out_dir / "quarantine" / f"{feed}.parquet"
