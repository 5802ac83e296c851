"""The sheet that callers fill in, and what its columns accept. `read_back` reads what this module writes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

from outreach.ranking import Practice
from outreach.safe_text import cell

NAME = "Calls"
HEADER_ROW = 1  # counted from 0; the line above says what to do
HINT = "One line a call: fill in the shaded cells, save, and hand the file back. Lines without a date are ignored. To note a second call, copy the line."

GIVEN = ("rank", "tier", "practice_id", "practice_name", "phone")
FILLED_IN = ("contact_date", "channel", "action_code", "outcome", "next_step", "next_date")
COLUMNS = (*GIVEN, *FILLED_IN, "release_id")
CHANNELS = ("visit", "phone", "email", "letter", "webinar")
OUTCOMES = ("reached", "agreed", "declined", "no_contact")
NEXT_STEPS = ("none", "ask again", "done")
EARLIEST = date(2000, 1, 1)
WIDTHS = {"practice_name": 34, "phone": 14, "release_id": 24}
SPARE_ROWS = 200  # below the list, for second calls: the drop-downs reach that far


def write(
    book: xlsxwriter.Workbook,
    practices: Sequence[Practice],
    actions: Sequence[tuple[str, str]],
    formats: dict[str, Any],
) -> None:
    """Add the sheet: those to call first on top, the first action suggested, drop-downs for what is asked.

    `actions`: code and step of each action.
    """
    sheet = book.add_worksheet(NAME)
    codes = book.add_worksheet("Codes")  # a drop-down holds 255 characters; the action codes need a range
    codes.hide()
    for line, (action, step) in enumerate(actions):
        codes.write_row(line, 0, (action, step))
    sheet.write_string(0, 0, HINT)
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, WIDTHS.get(column, 13))
        sheet.write_string(HEADER_ROW, at, column, formats["head"])
    first = HEADER_ROW + 1
    for line, practice in enumerate(practices, start=first):
        _write_line(sheet, line, practice, formats)
    last = first + len(practices) + SPARE_ROWS
    for column, rule in _rules(len(actions)).items():
        at = COLUMNS.index(column)
        sheet.data_validation(first, at, last, at, rule)
    sheet.freeze_panes(first, GIVEN.index("practice_name") + 1)
    sheet.autofilter(HEADER_ROW, 0, first + len(practices) - 1, len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(1)  # US letter
    sheet.repeat_rows(HEADER_ROW)
    sheet.fit_to_pages(1, 0)


def _write_line(sheet, line: int, practice: Practice, formats: dict[str, Any]) -> None:
    sheet.write_number(line, 0, practice.rank, formats["number"])
    for at, text in enumerate((practice.tier, practice.practice_id, practice.practice_name, practice.phone), start=1):
        sheet.write_string(line, at, cell(text), formats["text"])
    for at in range(len(GIVEN), len(COLUMNS) - 1):
        sheet.write_blank(line, at, None, formats["open_date" if COLUMNS[at].endswith("date") else "open"])
    action = practice.slots[0].action
    if action:
        sheet.write_string(line, COLUMNS.index("action_code"), action.split(":")[0], formats["open"])
    sheet.write_string(line, len(COLUMNS) - 1, practice.release_id, formats["text"])


def _rules(n_actions: int) -> dict[str, dict[str, Any]]:
    def chosen_from(values: Sequence[str] | str) -> dict[str, Any]:
        return {"validate": "list", "source": values, "error_message": "Choose one from the list."}

    day = {
        "validate": "date",
        "criteria": ">=",
        "value": EARLIEST,
        "input_message": "A date, like 2026-07-02.",
        "error_message": "Write a date, like 2026-07-02.",
    }
    return {
        "contact_date": day,
        "channel": chosen_from(list(CHANNELS)),
        "action_code": chosen_from(f"=Codes!$A$1:$A${n_actions}"),
        "outcome": chosen_from(list(OUTCOMES)),
        "next_step": chosen_from(list(NEXT_STEPS)),
        "next_date": day,
    }
