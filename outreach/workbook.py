"""practices.xlsx: the same rows as practices.csv, laid out for reading, filtering and printing, and a dictionary."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from outreach import practices_csv
from outreach.ranking import Practice
from outreach.safe_text import cell

# What each column means; the order is the list's. A column without an entry here does not get into the workbook.
DICTIONARY = {
    "rank": "Place on the list; 1 is to be called first.",
    "practice_id": "The plan's id of the practice.",
    "practice_name": "Name of the practice as the plan has it.",
    "tier": "A: reached with this list's capacity; B: the next as many; C: the rest.",
    "risk": "Estimated chance that the next survey wave finds the practice in the plan's lowest quarter. Not a finding of fault.",
    "risk_low": "Lower end of the 95% interval of the risk.",
    "risk_high": "Upper end of the 95% interval of the risk.",
    "members": "Members assigned on the as-of date; empty if unknown or from 1 to 10.",
    "expected_members_affected": "Risk times members: how many members help would reach.",
    "hard_fail": "Duties with a target of 100% (or parity) that are not met.",
    "data_gaps": "Core metrics without a result. Many gaps mean that little is known, not that all is well.",
    "step": "The step of the provider guide that the reason belongs to.",
    "reason": "The practice's own number beside the plan's median.",
    "action": "What to suggest to the practice.",
    "phone": "Telephone as listed.",
    "city": "City of the practice.",
    "state": "State of the practice.",
    "last_contact_date": "Date of the plan's last recorded contact with the practice.",
    "last_outcome": "How that contact ended.",
    "change": "Against the last list: new, up (nearer to the top), down, same.",
    "as_of": "Nothing that became known after this date was used.",
    "model_version": "Version of the registered model; empty where no model could be trained.",
    "release_id": "The release that this list belongs to.",
}
WIDTHS = {"practice_name": 34, "reason": 52, "action": 60, "hard_fail": 30, "release_id": 24, "city": 16}
FIXED_TIME = datetime(2000, 1, 1)  # in the file's properties: the clock would make every file different


def write(practices: list[Practice], marts: Path, path: Path) -> None:
    """One sheet with the list and one that says what its columns mean. No formula, no link, no macro."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Practices to help", "author": "Practice Pulse", "created": FIXED_TIME})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#16324f", "font_color": "#ffffff", "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "share": book.add_format({"num_format": "0%", "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
    }
    _list_sheet(book.add_worksheet("Practices"), practices, formats)
    _dictionary_sheet(book.add_worksheet("What the columns mean"), formats)
    book.close()


def _list_sheet(sheet, practices: list[Practice], formats) -> None:
    columns = practices_csv.COLUMNS
    last = len(practices)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, WIDTHS.get(_stem(column), 12))
        sheet.write_string(0, at, column, formats["head"])
    for line, practice in enumerate(practices, start=1):
        for at, (column, value) in enumerate(practices_csv.row(practice).items()):
            _write(sheet, line, at, column, value, formats)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    risk = columns.index("risk")
    sheet.conditional_format(
        1, risk, max(last, 1), risk,
        {"type": "data_bar", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1, "bar_color": "#e0a458"},
    )  # fmt: skip
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&LPractice Pulse, a list to order calls by, not a judgement&RPage &P of &N")


def _write(sheet, line: int, at: int, column: str, value: object, formats) -> None:
    """Numbers as numbers, dates as dates, everything else as text that is never evaluated."""
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(line, at, datetime(value.year, value.month, value.day), formats["date"])
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value, formats["share" if column.startswith("risk") else "number"])
    else:
        sheet.write_string(line, at, str(value), formats["text"])


def _dictionary_sheet(sheet, formats) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for at, heading in enumerate(("column", "meaning")):
        sheet.write_string(0, at, heading, formats["head"])
    for line, (column, meaning) in enumerate(DICTIONARY.items(), start=1):
        sheet.write_string(line, 0, f"{column}_1 to _3" if column in ("step", "reason", "action") else column)
        sheet.write_string(line, 1, cell(meaning), formats["text"])


def _stem(column: str) -> str:
    """reason_2 -> reason; other names stay."""
    stem, _, number = column.rpartition("_")
    return stem if number.isdigit() else column
