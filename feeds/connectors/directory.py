"""A file of primary-care facility listings (organisation NPI, name, address, phone) as register feeds."""

from datetime import date
from pathlib import Path

from expectations import BadInput
from feeds.connectors import foreign, writing

KIND = "a primary-care facility listing"
FILE_NAME = "primary_care_facilities.csv"
COLUMNS = ("provider_num", "npi", "name", "address", "city", "state", "zip", "fips_county", "phone")
FOLDER = foreign.SQL / "directory"
# The listing names no date. It is taken as a snapshot of this day, so that a run has an as-of date to go by without
# asking; `run --as-of` judges it on another.
ASSUMED_SNAPSHOT = date(2026, 6, 30)


def connect(src: Path, out: Path) -> None:
    """Write practices, providers (organisations) and provider_affiliations (the listings) below `out`.

    `src` is the CSV file, or the folder that holds it as primary_care_facilities.csv. Values are handed on as they are: judging them is the gate's work.
    Raises BadInput when the file or a column is missing.
    """
    path = src / FILE_NAME if src.is_dir() else src
    if not path.is_file():
        raise BadInput(f"{src}: file {FILE_NAME} is missing; give that file or the folder that holds it")
    with foreign.open_database() as con:
        foreign.load_seed(con, "us_state")
        foreign.load_csv(con, path, "facilities")
        foreign.require_columns(con, "facilities", COLUMNS, path.name, KIND)
        foreign.run_script(con, FOLDER / "_prepare.sql")
        writing.write_feeds(con, writing.queries_in(FOLDER), out, file_date=ASSUMED_SNAPSHOT)
