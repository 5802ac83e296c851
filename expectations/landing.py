"""Feed files -> one table of text a feed, row by row as delivered, whatever the format.

CSV and Parquet end in the same shape (`raw_<feed>`: file_idx and every contract column as text), so that one set of
expressions judges both. Lines that the CSV reader can isolate but not read go to `lines_<feed>`. A file that is wrong
as a whole is a `problem`: the feed is rejected, but its readable rows are landed all the same, to be counted.
Everything but the header and the checksum is done by DuckDB, in bounded memory.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations import BadInput
from expectations.contract import Column, Contract

SUFFIXES = (".csv", ".csv.gz", ".parquet")
DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?!\d)")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
OTHER_DELIMITERS = (";", "\t", "|")
HEADER_LIMIT = 1 << 20
FLOAT_TYPES = ("FLOAT", "DOUBLE")


@dataclass(frozen=True)
class LandedFile:
    """A delivered file. `rows` counts data rows, unreadable lines included; `file_date` is the date in its name."""

    name: str
    sha256: str
    rows: int
    file_date: date | None


@dataclass(frozen=True)
class Landing:
    """What arrived of a feed. `problems` reject the feed whole; `warnings` are for the report."""

    files: tuple[LandedFile, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows landed, unreadable lines included."""
        return sum(file.rows for file in self.files)


class _WrongFile(Exception):
    """The file cannot be landed at all; the message names the remedy."""


def sql_text(value: object) -> str:
    """A SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def feed_files(feeds_dir: Path, feed: str, prepared: Mapping[Path, Path]) -> list[Path]:
    """The files to land for a feed, oldest date in the name first, then by name; undated ones come first.

    A file of another format is landed as the CSV that `prepared` has for it.
    """
    beside = [feeds_dir / f"{feed}{suffix}" for suffix in SUFFIXES]
    folder = feeds_dir / feed
    inside = [prepared.get(path, path) for path in folder.iterdir()] if folder.is_dir() else []
    found = [p for p in (*beside, *inside) if p.is_file() and _is_feed_file(p)]
    return sorted(found, key=lambda p: (_date_in(p.name) or date.min, p.name))


def strangers(feeds_dir: Path, feeds: Iterable[str], prepared: Mapping[Path, Path]) -> Iterator[str]:
    """One warning for each folder or feed file without a contract, and for each file of a format we do not read."""
    known = set(feeds)
    for path in sorted(feeds_dir.iterdir()):
        if path.name.startswith("."):
            continue
        feed = path.name if path.is_dir() else path.name.split(".")[0]
        if feed not in known and (path.is_dir() or _is_feed_file(path)):
            yield f"{path.name}: no contract of that name; ignored"
        elif path.is_dir():
            for inner in sorted(path.iterdir()):
                if inner.name.startswith(".") or inner in prepared:
                    continue
                if not (inner.is_file() and _is_feed_file(inner)):
                    yield f"{feed}/{inner.name}: neither .csv, .csv.gz nor .parquet; ignored"


def land(connection: duckdb.DuckDBPyConnection, contract: Contract, files: list[Path]) -> Landing:
    """Fill `raw_<feed>` and `lines_<feed>` from the files and describe them in `files_<feed>`."""
    feed = contract.feed
    texts = ", ".join(f'"{c.name}" varchar' for c in contract.columns)
    connection.execute(f"create or replace table raw_{feed} (file_idx smallint, {texts})")
    connection.execute(f"create or replace table lines_{feed} (file_idx smallint, record bigint, line varchar)")
    connection.execute(
        f"create or replace table files_{feed} "
        "(file_idx smallint, name varchar, sha256 varchar, file_date date, first_row bigint)"
    )
    landed, problems, warnings = [], [], []
    for idx, path in enumerate(files):
        (first_row,) = connection.execute(f"select count(*) from raw_{feed}").fetchone()
        sha256, file_date = _sha256(path), _date_in(path.name)
        connection.execute(
            f"insert into files_{feed} values (?, ?, ?, ?, ?)", [idx, path.name, sha256, file_date, first_row]
        )
        try:
            found, noted = _land_file(connection, contract, path, idx)
            problems += [f"{feed}/{path.name}: {text}" for text in found]
            warnings += [f"{feed}/{path.name}: {text}" for text in noted]
        except _WrongFile as wrong:
            problems.append(f"{feed}/{path.name}: {wrong}")
        rows = _count(connection, f"raw_{feed}", idx) + _count(connection, f"lines_{feed}", idx)
        landed.append(LandedFile(path.name, sha256, rows, file_date))
    return Landing(tuple(landed), tuple(problems), tuple(warnings))


def _land_file(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, idx: int
) -> tuple[list[str], list[str]]:
    is_parquet = path.suffix.lower() == ".parquet"
    names, texts = _parquet_columns(connection, path) if is_parquet else _csv_columns(path)
    problems, warnings = _judge_names(contract, names)
    by_name = dict(zip(names, texts, strict=True))
    picked = ", ".join(_picked(column, by_name) for column in contract.columns)
    insert = f"insert into raw_{contract.feed} select {idx}, {picked} from "
    if is_parquet:
        _run_parquet(connection, insert, path)
    else:
        problems += _run_csv(connection, contract.feed, insert, path, idx, len(names))
    return problems, warnings


def _picked(column: Column, by_name: dict[str, str]) -> str:
    if column.drop_value or column.name not in by_name:
        return "null"
    return f"nullif(trim({by_name[column.name]}), '')"


def _judge_names(contract: Contract, names: list[str]) -> tuple[list[str], list[str]]:
    """Problems and warnings that the header alone gives."""
    problems, warnings = [], []
    known = {column.name for column in contract.columns}
    for name in sorted({name for name in names if names.count(name) > 1 and name}):
        problems.append(f"column {name!r} stands twice in the header; name each column once")
    for name in (n for n in names if n not in known):
        if contract.is_forbidden(name):
            problems.append(f"column {name!r} is forbidden in this feed; deliver the file without it")
        elif name:
            warnings.append(f"column {name!r} is not in the contract; ignored")
    missing = [name for name in contract.required_columns if name not in names]
    if missing:
        looks = [d for d in OTHER_DELIMITERS if len(names) == 1 and d in names[0]]
        hint = f"; the header is separated by {looks[0]!r}, not by commas" if looks else ""
        listed = ", ".join(missing)
        problems.append(f"required column{'s' if len(missing) > 1 else ''} {listed} missing{hint}; add to the header")
    return problems, warnings


def _csv_columns(path: Path) -> tuple[list[str], list[str]]:
    """Header names and the positional names that the reader gets for them."""
    names = [name.strip().lower() for name in _csv_header(path)]
    return names, [f"c{i}" for i in range(len(names))]


def _csv_header(path: Path) -> list[str]:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rb") as file:
            head = file.read(HEADER_LIMIT)
    except (OSError, EOFError) as error:
        raise _WrongFile("cannot be unpacked (not gzip, or cut off); deliver it again") from error
    if not head.strip():
        raise _WrongFile("is empty, not even a header row; deliver it with one")
    if head.startswith(UTF16_MARKS) or b"\0" in head[:1000]:
        raise _WrongFile("is not UTF-8 (it looks like UTF-16); save it as UTF-8")
    text = head.decode("utf-8-sig", errors="replace")
    return next(csv.reader(io.StringIO(text, newline="")))


def _run_csv(
    connection: duckdb.DuckDBPyConnection, feed: str, insert: str, path: Path, idx: int, width: int
) -> list[str]:
    """Insert the readable rows, set the unreadable lines apart; returns what makes the file unusable."""
    try:
        _read_csv(connection, insert, path, width, strict=True)
    except duckdb.InvalidInputException:  # mixed line endings are more than the strict reader takes
        _read_csv(connection, insert, path, width, strict=False)
    rejects = (
        "from (select line, min(csv_line) as csv_line, "
        "bool_or(error_type = 'UNQUOTED VALUE') as is_unquoted from pulse_rejects group by line)"
    )
    # A quote that is never closed swallows what follows: such rows cannot be set apart any more.
    swallowed = connection.execute(
        f"select min(line) {rejects} where contains(csv_line, chr(10)) "
        "and (is_unquoted or (length(csv_line) - length(replace(csv_line, '\"', ''))) % 2 = 1)"
    ).fetchone()[0]
    connection.execute(f"insert into lines_{feed} select {idx}, line - 1, csv_line {rejects} order by line")
    connection.execute("drop table pulse_rejects; drop table pulse_scans")
    if swallowed is None:
        return []
    return [f"line {swallowed}: a quote is opened and never closed; correct the line and deliver the file again"]


def _read_csv(connection: duckdb.DuckDBPyConnection, insert: str, path: Path, width: int, *, strict: bool) -> None:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    try:
        connection.execute(
            f"{insert} read_csv({_file_literal(path)}, auto_detect = false, header = true, delim = ',', "
            f"quote = '\"', escape = '\"', columns = {{{columns}}}, nullstr = '', ignore_errors = true, "
            "store_rejects = true, rejects_table = 'pulse_rejects', rejects_scan = 'pulse_scans', "
            f"rejects_limit = 0, strict_mode = {str(strict).lower()})"
        )
    except duckdb.InvalidInputException:
        if strict:
            raise
        raise _WrongFile("cannot be read as comma-separated text; check quotes and line ends") from None
    except duckdb.Error as error:
        raise _WrongFile("cannot be read (cut off or damaged); deliver it again") from error


def _parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[list[str], list[str]]:
    """Column names and, for each, an expression that gives the text a CSV file would have held."""
    try:
        described = connection.execute(f"describe select * from read_parquet({_file_literal(path)})").fetchall()
    except duckdb.Error as error:
        raise _WrongFile("cannot be read as Parquet (cut off or damaged); deliver it again") from error
    names = [name.strip().lower() for name, *_ in described]
    return names, [_as_text('"' + name.replace('"', '""') + '"', kind) for name, kind, *_ in described]


def _as_text(name: str, kind: str) -> str:
    """Text of a Parquet value; time stamps without a zone are UTC (catalogue H.3.36) and get to say so."""
    if kind.endswith("[]"):
        return f"array_to_string({name}, '|')"
    if kind == "BOOLEAN":
        return f"cast(cast({name} as integer) as varchar)"
    if kind.startswith("TIMESTAMP"):
        return f"cast({name} as varchar)" if "ZONE" in kind else f"cast({name} as varchar) || 'Z'"
    if kind in FLOAT_TYPES:  # whole numbers and ids that were widened because of nulls
        whole = f"case when {name} = floor({name}) then try_cast({name} as bigint) end"
        return f"coalesce(cast({whole} as varchar), cast({name} as varchar))"
    if kind.startswith(("STRUCT", "MAP")):
        return f"cast(to_json({name}) as varchar)"
    return f"cast({name} as varchar)"


def _run_parquet(connection: duckdb.DuckDBPyConnection, insert: str, path: Path) -> None:
    try:
        connection.execute(f"{insert} read_parquet({_file_literal(path)})")
    except duckdb.Error as error:
        raise _WrongFile("cannot be read as Parquet (cut off or damaged); deliver it again") from error


def _file_literal(path: Path) -> str:
    """The path as SQL text, its glob characters taken literally."""
    return sql_text(re.sub(r"([\[*?])", r"[\1]", str(path)))


def _is_feed_file(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")


def _date_in(name: str) -> date | None:
    """The last valid date in a file's name."""
    for match in reversed(list(DATE_IN_NAME.finditer(name))):
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            continue
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _count(connection: duckdb.DuckDBPyConnection, table: str, idx: int) -> int:
    return connection.execute(f"select count(*) from {table} where file_idx = {idx}").fetchone()[0]


def feeds_folder(path: Path) -> Path:
    """The folder of feeds; BadInput when there is none."""
    if not path.is_dir():
        raise BadInput(f"{path}: no such folder; name one that holds a folder a feed")
    return path
