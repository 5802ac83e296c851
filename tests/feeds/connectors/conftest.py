"""Third-party exports are read where they lie; nothing of them is copied into the project."""

from pathlib import Path

import duckdb
import pytest


@pytest.fixture
def read():
    """Rows of a feed, or of any CSV file, as a DuckDB relation of text columns."""
    con = duckdb.connect()

    def read_rows(pattern: Path) -> duckdb.DuckDBPyRelation:
        return con.read_csv(str(pattern), all_varchar=True, header=True)

    return read_rows
