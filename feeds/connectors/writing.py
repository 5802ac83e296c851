"""Write feeds as the loader expects them: `<out>/<feed>/<feed>_<YYYYMMDD>.csv`, the same bytes every time."""

from datetime import date
from pathlib import Path

import duckdb


def write_feeds(con: duckdb.DuckDBPyConnection, queries: dict[str, str], out: Path, file_date: date | None) -> None:
    """Write the rows of each query as feed of that name.

    Rows are in total order over all columns, so the bytes depend on the source alone. Without a date in the
    source the file name carries none. A query without rows writes no file: that feed did not arrive.
    """
    stamp = f"_{file_date:%Y%m%d}" if file_date else ""
    for feed, query in queries.items():
        con.execute(f"create or replace temp table outgoing as {query}")
        if con.execute("select count(*) from outgoing").fetchone() == (0,):
            continue
        folder = out / feed
        folder.mkdir(parents=True, exist_ok=True)
        con.execute(
            f"copy (select * from outgoing order by all nulls last) to '{_quoted(folder / f'{feed}{stamp}.csv')}'"
            " (format csv, header true, dateformat '%Y-%m-%d', timestampformat '%Y-%m-%dT%H:%M:%S')"
        )


def queries_in(folder: Path) -> dict[str, str]:
    """The queries of a connector: one file a feed, named like the feed; files that start with _ prepare."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.sql"))
        if not path.stem.startswith("_")
    }


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
