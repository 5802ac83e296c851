"""Synthea CSV exports, with or without claims, as a health plan's feeds.

Decisions (which code is claimed for what, assignment, NPIs, dates) stand in sql/synthea/, in the seeds
synthea_*.csv and in docs/connectors.md.
"""

from datetime import date
from pathlib import Path

import duckdb

from expectations import BadInput
from feeds.connectors import foreign, writing

KIND = "a Synthea CSV export"
SEEDS = ("us_state", "synthea_encounter_class", "synthea_preventive_code", "synthea_speciality", "synthea_payer")
FOLDER = foreign.SQL / "synthea"

# What the queries read. claims.csv and claims_transactions.csv come together or not at all.
REQUIRED = {
    "patients": "Id BIRTHDATE DEATHDATE GENDER RACE ETHNICITY STATE ZIP",
    "encounters": "Id START STOP PATIENT ORGANIZATION PROVIDER PAYER ENCOUNTERCLASS CODE DESCRIPTION REASONCODE"
    " TOTAL_CLAIM_COST PAYER_COVERAGE",
    "organizations": "Id NAME ADDRESS CITY STATE ZIP PHONE",
    "providers": "Id ORGANIZATION NAME SPECIALITY",
    "payers": "Id NAME",
    "payer_transitions": "PATIENT MEMBERID PAYER",
    "conditions": "ENCOUNTER CODE",
    "medications": "START STOP PATIENT PAYER ENCOUNTER CODE PAYER_COVERAGE TOTALCOST DISPENSES",
    "immunizations": "DATE PATIENT ENCOUNTER CODE",
}
CLAIMS = {
    "claims": "Id APPOINTMENTID " + " ".join(f"DIAGNOSIS{slot}" for slot in range(1, 9)),
    "claims_transactions": "ID CLAIMID CHARGEID TYPE AMOUNT FROMDATE TODATE PROCEDURECODE UNITS",
}
# Rows that point nowhere would fall out of the joins unseen.
REFERENCES = (
    ("encounters", "PATIENT", "patients"),
    ("encounters", "ORGANIZATION", "organizations"),
    ("payer_transitions", "PATIENT", "patients"),
    ("payer_transitions", "PAYER", "payers"),
    ("medications", "ENCOUNTER", "encounters"),
    ("immunizations", "ENCOUNTER", "encounters"),
)
# Newest name first; earlier releases wrote years or instants into the same pair.
SPAN_COLUMNS = (("START_DATE", "END_DATE"), ("START_YEAR", "END_YEAR"))


def connect(src: Path, out: Path) -> None:
    """Write the ten feeds that a Synthea export can speak for below `out`.

    `src` is the folder of the CSV files. Raises BadInput when a file or column is missing or a value cannot be
    read. The date in the file names is the day of the latest encounter.
    """
    foreign.require_folder(src, "Synthea CSV")
    with foreign.open_database() as con:
        for seed in SEEDS:
            foreign.load_seed(con, seed)
        has_claims = (src / "claims.csv").exists()
        for name, columns in (REQUIRED | (CLAIMS if has_claims else {})).items():
            _load(con, src, name, columns.split())
        for table, column, parent in REFERENCES:
            _require_reference(con, table, column, parent)
        _create_transition(con)
        try:
            foreign.run_script(con, FOLDER / "_prepare.sql")
            lines = "_lines_from_claims.sql" if has_claims else "_lines_from_encounters.sql"
            foreign.run_script(con, FOLDER / lines)
            writing.write_feeds(con, writing.queries_in(FOLDER), out, _last_day(con))
        except duckdb.ConversionException as error:
            reason = str(error).splitlines()[0]
            raise BadInput(f"{src}: a date or number of the export cannot be read ({reason})") from error


def _load(con: duckdb.DuckDBPyConnection, src: Path, name: str, columns: list[str]) -> None:
    path = src / f"{name}.csv"
    if not path.exists():
        raise BadInput(f"{src}: file {path.name} is missing; {KIND} has it, give the folder of its csv files")
    foreign.load_csv(con, path, name)
    foreign.require_columns(con, name, columns, path.name, KIND)


def _require_reference(con: duckdb.DuckDBPyConnection, table: str, column: str, parent: str) -> None:
    (orphans,) = con.execute(
        f"select count(*) from {table} as t anti join {parent} as p on p.id = t.{column}"
    ).fetchone()
    if orphans:
        raise BadInput(
            f"{table}.csv: column {column} of {orphans} rows is not in {parent}.csv; take both files from one export"
        )


def _create_transition(con: duckdb.DuckDBPyConnection) -> None:
    """`transition`: payer_transitions under one pair of names, `starts` and `ends`."""
    present = foreign.columns_of(con, "payer_transitions")
    pairs = [pair for pair in SPAN_COLUMNS if {column.lower() for column in pair} <= present]
    if not pairs:
        raise BadInput(f"payer_transitions.csv: columns {' and '.join(SPAN_COLUMNS[0])} are missing; check the export")
    starts, ends = pairs[0]
    con.execute(
        f"create table transition as select patient, memberid, payer, {starts} as starts, {ends} as ends"
        " from payer_transitions"
    )


def _last_day(con: duckdb.DuckDBPyConnection) -> date:
    (last,) = con.execute("select max(greatest(start_date, end_date)) from encounter").fetchone()
    if last is None:
        raise BadInput("encounters.csv: no encounter in it; export again with at least one patient")
    return last
