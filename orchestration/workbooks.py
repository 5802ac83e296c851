"""Workbooks of callers that lie among the feeds: the gate reads tables, so each is written out as one first."""

import shutil
from pathlib import Path

LOG = "outreach_log"


def read_workbooks_back(feeds: Path, out: Path) -> dict[Path, Path]:
    """A CSV below `out` for each workbook in the folder of the outreach log, by the workbook's path.

    A workbook without calls gives a CSV without rows. Raises BadInput for a cell that cannot be taken.
    """
    from outreach.read_back import read_back

    shutil.rmtree(out, ignore_errors=True)
    found = sorted((feeds / LOG).glob("*.xlsx"))
    workbooks = [path for path in found if not path.name.startswith("~$")]  # Excel's own mark of an open book
    if workbooks:
        out.mkdir(parents=True)
    prepared = {path: out / f"{path.stem}.csv" for path in workbooks}
    for workbook, table in prepared.items():
        read_back(workbook, table)
    return prepared
