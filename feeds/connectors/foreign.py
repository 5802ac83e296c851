"""Read a foreign export into DuckDB as text, and refuse, in one line, what is not such an export."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from expectations import BadInput

HERE = Path(__file__).parent
SQL = HERE / "sql"


def open_database() -> duckdb.DuckDBPyConnection:
    """An empty in-memory database in UTC, so that no result depends on the machine's own time zone."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    con.execute("set timezone = 'UTC'")
    return con


def run_script(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Run a prepared script of ours (several statements, no result)."""
    con.execute(path.read_text(encoding="utf-8"))


def load_seed(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load the mapping `<name>.csv` that lies beside the connectors as table `<name>`, every column text."""
    load_csv(con, HERE / f"{name}.csv", name)


def load_csv(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
    """Create `table` from a CSV file with a header row; every column text, empty = null, names in lower case."""
    try:
        rows = con.read_csv(str(path), header=True, all_varchar=True, sep=",", quotechar='"', escapechar='"')
        rows.project(", ".join(f'"{name}" as "{name.lower()}"' for name in rows.columns)).create(table)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"{path.name}: not readable as comma-separated text ({reason})") from error


def require_folder(src: Path, kind: str) -> None:
    """Raise BadInput unless `src` is a folder."""
    if not src.is_dir():
        raise BadInput(f"{src}: no such folder; give the folder that holds the {kind} files")


def require_columns(
    con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], file_name: str, kind: str
) -> None:
    """Raise BadInput naming the columns that `table`, read from `file_name`, lacks (case does not matter)."""
    present = columns_of(con, table)
    missing = [column for column in columns if column.lower() not in present]
    if missing:
        raise BadInput(f"{file_name}: column {', '.join(missing)} is missing; {kind} has it, check the export")


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """Lower-case names of the columns of `table`."""
    rows = con.execute("select lower(column_name) from duckdb_columns() where table_name = ?", [table])
    return {name for (name,) in rows.fetchall()}
