"""Tables of the Tuva input layer (files named by table, or a DuckDB file) as a health plan's feeds.

Most of our feeds carry Tuva's own column names, so those are copied by the contract: a column of the contract is
taken from the column of that name, or of a name that Tuva used in another release.
"""

from datetime import date
from pathlib import Path

import duckdb

from expectations import BadInput
from expectations.contract import Column, load_contracts
from feeds.connectors import foreign, writing

KIND = "the Tuva input layer"
FOLDER = foreign.SQL / "tuva"

# What must be there for a table to mean anything; every other column may be absent.
TABLES = {
    "medical_claim": ("claim_id", "claim_line_number", "person_id", "claim_start_date"),
    "pharmacy_claim": ("claim_id", "claim_line_number", "person_id", "dispensing_date"),
    "eligibility": ("person_id", "member_id", "enrollment_start_date", "plan", "birth_date"),
    "lab_result": ("lab_result_id", "person_id", "status"),
    "appointment": ("appointment_id", "start_datetime", "location_id"),
    "immunization": ("immunization_id", "person_id", "source_code", "occurrence_date"),
    "patient": ("person_id", "birth_date"),
    "practitioner": ("practitioner_id", "npi"),
    "location": ("location_id", "name"),
    "provider_attribution": ("person_id", "year_month"),
}
SYNONYMS = {"person": "patient"}

# Columns that the queries in sql/tuva/ read; where a source lacks one, it is null.
READ_BY_QUERIES = {
    "location": ("npi", "address", "city", "state", "zip_code"),
    "practitioner": ("first_name", "last_name", "specialty", "sub_specialty", "practice_affiliation"),
    "eligibility": (
        *("enrollment_end_date", "gender", "sex", "race", "ethnicity", "death_date", "death_flag"),
        *("state", "zip_code", "payer_type"),
    ),
    "patient": (
        *("patient_id", "sex", "gender", "race", "ethnicity", "death_date", "death_flag"),
        *("state", "zip_code", "data_source"),
    ),
    "provider_attribution": (
        *("patient_id", "member_id", "payer_attributed_provider", "payer_attributed_provider_practice"),
        *("custom_attributed_provider", "custom_attributed_provider_practice"),
    ),
}

# Feeds that are copied column by column, and what else a column was or is called.
COPIED = {
    "medical_claims": "medical_claim",
    "pharmacy_claims": "pharmacy_claim",
    "eligibility": "eligibility",
    "lab_results": "lab_result",
    "appointments": "appointment",
    "immunizations": "immunization",
}
OTHER_NAMES = {
    ("medical_claims", "drg_code"): ("ms_drg_code",),
    ("lab_results", "source_order_code"): ("source_code",),
    ("lab_results", "source_order_description"): ("source_description",),
    ("lab_results", "source_component_code"): ("source_component",),
    ("lab_results", "result_datetime"): ("result_date",),
    ("lab_results", "collection_datetime"): ("collection_date",),
    ("appointments", "status_code"): ("normalized_status", "source_status", "status"),
    ("appointments", "type_code"): ("normalized_appointment_type_code", "type"),
    ("appointments", "type_description"): ("normalized_appointment_type_description", "type"),
    ("eligibility", "lob"): ("payer_type",),
}
RECODED = {
    ("lab_results", "status"): "lab_status",
    ("appointments", "status_code"): "appointment_status",
    ("eligibility", "lob"): "lob",
}
PRACTITIONER_COLUMNS = ("practitioner_id", "ordering_practitioner_id")

# Dates on which something had happened; the latest is the date in the file names.
EVENT_DATES = {
    "medical_claim": ("paid_date", "claim_end_date"),
    "pharmacy_claim": ("paid_date", "dispensing_date"),
    "lab_result": ("result_datetime", "result_date"),
    "immunization": ("occurrence_date",),
}


def connect(src: Path, out: Path) -> None:
    """Write every feed that the Tuva tables in `src` can fill below `out`.

    `src` is a DuckDB file, or a folder of CSV or Parquet files named by table (an `input_layer__` prefix is
    tolerated). Raises BadInput when no table is found, when nothing tells the practices, or when a key column is
    missing.
    """
    with foreign.open_database() as con:
        for seed in ("us_state", "tuva_code"):
            foreign.load_seed(con, seed)
        found = _load_folder(con, src) if src.is_dir() else _load_database(con, src)
        if not found:
            raise BadInput(f"{src}: no table of {KIND} in it; expected {', '.join(TABLES)}")
        if not found & {"location", "provider_attribution"}:
            raise BadInput(f"{src}: table location is missing; without it or provider_attribution no practice is known")
        for table in TABLES:
            _complete(con, table, table in found)
        try:
            foreign.run_script(con, FOLDER / "_prepare.sql")
            queries = {feed: _copy(con, feed, table) for feed, table in COPIED.items() if table in found}
            writing.write_feeds(con, queries | writing.queries_in(FOLDER), out, _last_day(con))
        except duckdb.ConversionException as error:
            reason = str(error).splitlines()[0]
            raise BadInput(f"{src}: a date or number of the tables cannot be read ({reason})") from error


def _load_folder(con: duckdb.DuckDBPyConnection, src: Path) -> set[str]:
    found: dict[str, str] = {}
    for path in sorted(p for p in src.iterdir() if p.name.endswith((".csv", ".csv.gz", ".parquet"))):
        table = _table_name(path.name.split(".")[0])
        if table is None:
            continue
        if table in found:
            raise BadInput(f"{path.name}: table {table} is also in {found[table]}; leave one of the two files")
        if path.suffix == ".parquet":
            _load_relation(con, table, con.read_parquet(str(path)))
        else:
            foreign.load_csv(con, path, table)
        foreign.require_columns(con, table, TABLES[table], path.name, KIND)
        found[table] = path.name
    return set(found)


def _load_database(con: duckdb.DuckDBPyConnection, src: Path) -> set[str]:
    try:
        con.execute(f"attach '{str(src).replace(chr(39), chr(39) * 2)}' as source (read_only)")
    except duckdb.Error as error:
        raise BadInput(f"{src}: neither a folder nor a DuckDB file; give one of the two") from error
    present = con.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog = 'source' order by all"
    ).fetchall()
    found: dict[str, str] = {}
    for schema, name in present:
        table = _table_name(name)
        if table is None:
            continue
        if table in found:
            raise BadInput(f"{src}: table {table} stands in {found[table]} and {schema}; keep one of them")
        _load_relation(con, table, con.sql(f'from source."{schema}"."{name}"'))
        foreign.require_columns(con, table, TABLES[table], f"{src.name} ({schema}.{name})", KIND)
        found[table] = schema
    return set(found)


def _table_name(name: str) -> str | None:
    plain = name.lower().removeprefix("input_layer__")
    plain = SYNONYMS.get(plain, plain)
    return plain if plain in TABLES else None


def _load_relation(con: duckdb.DuckDBPyConnection, table: str, rows: duckdb.DuckDBPyRelation) -> None:
    """Native types become the text a CSV would hold: a flag 0 or 1, a timestamp ISO 8601 without a zone."""

    def as_text(name: str, kind: str) -> str:
        if kind == "BOOLEAN":
            return f'"{name}"::integer::varchar'
        if kind.startswith("TIMESTAMP"):
            return f"strftime(\"{name}\"::timestamp, '%Y-%m-%dT%H:%M:%S')"
        return f'"{name}"::varchar'

    columns = zip(rows.columns, rows.types, strict=True)
    rows.project(", ".join(f'{as_text(n, str(kind))} as "{n.lower()}"' for n, kind in columns)).create(table)


def _complete(con: duckdb.DuckDBPyConnection, table: str, is_found: bool) -> None:
    """Give `table` every column that the queries read; create it empty when the source has no such table."""
    if not is_found:
        columns = ", ".join(f"{column} varchar" for column in TABLES[table])
        con.execute(f"create table {table} ({columns})")
    for column in READ_BY_QUERIES.get(table, ()):
        con.execute(f"alter table {table} add column if not exists {column} varchar")


def _copy(con: duckdb.DuckDBPyConnection, feed: str, table: str) -> str:
    """The query that copies `table` into `feed`: the contract's columns, in its order, that the source has."""
    present = foreign.columns_of(con, table)
    selected = []
    for column in load_contracts()[feed].columns:
        if column.filled_by_loader and column.name != "data_source":
            continue
        names = (column.name, *OTHER_NAMES.get((feed, column.name), ()))
        source = next((name for name in names if name in present), None)
        if source is not None:
            selected.append(f"{_value(feed, column, source)} as {column.name}")
    return f"select {', '.join(selected)} from {table} as t"


def _value(feed: str, column: Column, source: str) -> str:
    value = f"t.{source}"
    if column.logical_type == "date":
        return f"{value}[1:10]"
    if column.name in PRACTITIONER_COLUMNS:
        # Tuva's own practitioner id; ours is the NPI.
        lookup = f"(select min(p.npi) from practitioner as p where p.practitioner_id = {value})"
        return f"coalesce({lookup}, {value})"
    if (feed, column.name) in RECODED:
        # A payer type that is no line of business (commercial) leaves lob unknown.
        macro = "known_code" if source == "payer_type" else "our_code"
        return f"{macro}('{RECODED[feed, column.name]}', {value})"
    return value


def _last_day(con: duckdb.DuckDBPyConnection) -> date | None:
    dates = [
        f"select max(try_cast({column}[1:10] as date)) as day from {table}"
        for table, columns in EVENT_DATES.items()
        for column in columns
        if column in foreign.columns_of(con, table)
    ]
    (last,) = con.execute(f"select max(day) from ({' union all '.join(dates)})").fetchone()
    return last
