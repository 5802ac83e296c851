"""A filled-in workbook becomes an outreach_log feed file, so that the next list knows what happened."""

import csv
import hashlib
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from expectations import BadInput
from outreach import calls_sheet
from outreach.calls_sheet import CHANNELS, COLUMNS, HEADER_ROW, NAME, NEXT_STEPS, OUTCOMES

# In the order of expectations/contracts/outreach_log.yaml; a test compares.
FEED_COLUMNS = (
    "outreach_id", "practice_id", "step_code", "metric_id", "action_code", "contact_datetime", "channel", "outcome",
    "follow_up_due_date", "completed_date", "list_run_id",
)  # fmt: skip


def read_back(workbook: Path, out: Path) -> int:
    """Write the calls noted in `workbook` to the CSV file `out`; return how many there are.

    Grain: one row per line with a contact date. The id of a contact follows from its list, practice, day, channel and
    action, so that a workbook handed in twice, or corrected, does not count twice. A day without a time is midnight.
    Raises BadInput with one line for every cell that cannot be taken; then nothing is written.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl says which decorations it does not read
        sheet = _cells(workbook)
    known = set(sheet["practices"])
    faults: list[str] = []
    contacts: dict[str, dict[str, Any]] = {}
    for number, line in sheet["lines"]:
        found = list(_faults(line, known, sheet["actions"]))
        faults += [f"{workbook.name}: sheet {NAME}, row {number}, column {column}: {what}" for column, what in found]
        if not found:
            contact = _contact(line, sheet["actions"])
            contacts[contact["outreach_id"]] = contact
    if faults:
        raise BadInput("\n".join(faults))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FEED_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(contacts.values())
    return len(contacts)


def _cells(workbook: Path) -> dict[str, Any]:
    """The lines that were filled in, with their row numbers, and what they are checked against."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(workbook, read_only=True)
        calls, codes, practices = book[NAME], book["Codes"], book["Practices"]
    except Exception as error:  # a damaged file fails anywhere inside zip, XML or openpyxl
        raise BadInput(
            f"{workbook.name}: not a workbook of this list ({error}); hand back the file as it was sent"
        ) from None
    rows = list(calls.iter_rows(min_row=HEADER_ROW + 1, values_only=True))
    header = tuple(rows[0][: len(COLUMNS)]) if rows else ()
    if header != COLUMNS:
        raise BadInput(
            f"{workbook.name}: sheet {NAME}, row {HEADER_ROW + 1}: the columns must be {', '.join(COLUMNS)}; put them back"
        )
    lines = [
        (number, dict(zip(COLUMNS, row, strict=False)))
        for number, row in enumerate(rows[1:], start=HEADER_ROW + 2)
        if _is_filled_in(dict(zip(COLUMNS, row, strict=False)))
    ]
    at = next(practices.iter_rows(max_row=1, values_only=True)).index("practice_id")
    return {
        "lines": lines,
        "actions": dict(codes.iter_rows(max_col=2, values_only=True)),
        "practices": {row[at] for row in practices.iter_rows(min_row=2, values_only=True)},
    }


def _is_filled_in(line: Mapping[str, Any]) -> bool:
    """The suggested action alone is not yet a call."""
    return any(line[column] not in (None, "") for column in calls_sheet.FILLED_IN if column != "action_code")


def _faults(line: Mapping[str, Any], practices: set[str], actions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Column and remedy of every cell that cannot be taken. The cell's content is not repeated."""
    if line["practice_id"] not in practices:
        yield "practice_id", "not a practice of this list; copy the line of the practice that was called"
    if _day(line["contact_date"]) is None:
        yield "contact_date", "not a date; write the day of the call like 2026-07-02"
    for column, allowed in (("channel", CHANNELS), ("outcome", OUTCOMES), ("next_step", NEXT_STEPS)):
        if line[column] not in (*allowed, None, "") or (column == "outcome" and not line[column]):
            yield column, f"choose one of {', '.join(allowed)}"
    if line["action_code"] not in (*actions, None, ""):
        yield "action_code", "not a code of the list; choose one from the drop-down"
    if line["next_step"] in ("ask again", "done") and _day(line["next_date"]) is None:
        yield "next_date", f"'{line['next_step']}' needs a date like 2026-07-02"
    if line["next_step"] in (None, "", "none") and line["next_date"] not in (None, ""):
        yield "next_step", "a date needs a next step: choose ask again or done, or clear the date"


def _contact(line: Mapping[str, Any], step_of_action: Mapping[str, str]) -> dict[str, Any]:
    day, next_day, action = _day(line["contact_date"]), _day(line["next_date"]), line["action_code"] or None
    identity = "|".join(str(line[c] or "") for c in ("release_id", "practice_id", "channel", "action_code")) + f"|{day}"
    return {
        "outreach_id": f"WB-{hashlib.sha256(identity.encode()).hexdigest()[:16]}",
        "practice_id": line["practice_id"],
        "step_code": step_of_action.get(action),
        "metric_id": None,
        "action_code": action,
        "contact_datetime": datetime.combine(day, time()).isoformat(),
        "channel": line["channel"] or None,
        "outcome": line["outcome"],
        "follow_up_due_date": next_day if line["next_step"] == "ask again" else None,
        "completed_date": next_day if line["next_step"] == "done" else None,
        "list_run_id": line["release_id"],
    }


def _day(value: object) -> date | None:
    """A date cell, or text that is one; None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        return None
