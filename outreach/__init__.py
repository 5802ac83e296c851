"""What the outreach team opens: a ranked list with reasons and actions, as CSV, workbook and web page."""

from datetime import date
from pathlib import Path


def write(marts: Path, out: Path, *, as_of: date, release_id: str, previous_list: Path | None, capacity: int) -> int:
    """Write practices.csv, practices.xlsx, index.html and scorecards/ from the public marts; return the list's length.

    `marts` holds one Parquet file a public table, `capacity` is the number of practices in tier A, `previous_list`
    the practices.csv that changes are told against.
    """
    from outreach import practices_csv, web, workbook
    from outreach.ranking import ranked_practices

    practices = ranked_practices(
        marts, as_of=as_of, release_id=release_id, previous_list=previous_list, capacity=capacity
    )
    out.mkdir(parents=True)
    practices_csv.write(practices, out / "practices.csv")
    workbook.write(practices, marts, out / "practices.xlsx")
    web.write(practices, marts, out)
    return len(practices)
