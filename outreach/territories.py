"""One workbook a territory, to hand to the team that works there: it names no practice of another."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import duckdb

from outreach import workbook
from outreach.ranking import Practice
from outreach.safe_text import file_stem


def write(practices: Sequence[Practice], connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write folder/<territory>.xlsx: its lines of the list with the ranks of the whole, its calls to note, its clinicians."""
    folder.mkdir()
    by_territory: dict[str, list[Practice]] = defaultdict(list)
    for practice in practices:
        by_territory[practice.territory].append(practice)
    for territory, some in by_territory.items():
        workbook.write(some, connection, folder / f"{file_stem(territory)}.xlsx")
