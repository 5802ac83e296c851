"""practices.xlsx: the list for reading and printing, results per clinician, what columns mean, and a sheet to fill in."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from outreach import calls_sheet, practices_csv
from outreach.marts import records
from outreach.ranking import Practice
from outreach.safe_text import cell

# What each column of the list means; the order is the list's. A column without an entry here fails a test.
DICTIONARY = {
    "rank": "Place on the list; 1 is to be called first.",
    "practice_id": "The plan's id of the practice.",
    "practice_name": "Name of the practice as the plan has it.",
    "tier": "A: reached with this list's capacity; B: the next as many; C: the rest, and who rests or is held out by lot.",
    "risk": "Estimated chance that the next survey wave finds the practice in the plan's lowest quarter. Not a finding of fault.",
    "risk_low": "Lower end of the 95% interval of the risk.",
    "risk_high": "Upper end of the 95% interval of the risk.",
    "members": "Members assigned on the as-of date; empty if unknown or from 1 to 10.",
    "expected_members_affected": "Risk times members: how many members help would reach.",
    "hard_fail": "Duties with a target of 100% (or parity) that are not met.",
    "data_gaps": "Core metrics without a result. Many gaps mean that little is known, not that all is well.",
    "step": "The step of the provider guide that the reason belongs to.",
    "reason": "The practice's own number beside the plan's median, and what it was half a year before.",
    "action": "What to suggest to the practice; what the plan can do for it is in the sheet What to offer.",
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

# One row a clinician, practice and metric that could be measured; a small count leaves the numbers empty.
CLINICIANS = """
with listed as (
    select unnest($ids) as practice_id, generate_subscripts($ids, 1) as place
)
select
    m.practice_id, d.practice_name, m.npi, concat_ws(' ', p.first_name, p.last_name) as clinician,
    t.step_name as step, t.name as metric, m.value, m.ci_low, m.ci_high, m.target, m.unit, m.status
from metric_result as m
inner join ref_metric as t on t.metric_id = m.metric_id
inner join dim_practice as d on d.practice_id = m.practice_id
inner join listed on listed.practice_id = m.practice_id
left join dim_provider as p on p.npi = m.npi
where m.as_of_date = $as_of and m.level = 'provider' and m.lob = 'all' and m.status in ('met', 'not_met', 'uncertain')
order by listed.place, m.npi, t.step_order, t.name
limit $rows
"""
CLINICIAN_ROWS = 50_000  # a workbook that mail and spreadsheet still take
CLINICIANS_CUT = (
    f"Ends after {CLINICIAN_ROWS:,} results, in the order of the list. The workbooks of the territories go further, "
    "and marts/metric_result.parquet holds all."
)
OFFERS = "select action_code, step_code, advice, plan_support from ref_action order by action_code"
CLINICIAN_WIDTHS = {"practice_name": 34, "clinician": 26, "step": 24, "metric": 48}


def write(practices: Sequence[Practice], connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the workbook: no formula, no link, no macro, and the same bytes for the same list.

    It names the given practices only: the whole list, or one territory's part of it. `connection`: marts.open_marts.
    """
    ids = [practice.practice_id for practice in practices]
    clinicians = records(connection, CLINICIANS, {"as_of": practices[0].as_of, "ids": ids, "rows": CLINICIAN_ROWS + 1})
    offers = records(connection, OFFERS)
    actions = [(offer["action_code"], offer["step_code"]) for offer in offers]
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True})
    book.set_properties({"title": "Practices to help", "author": "Practice Pulse", "created": FIXED_TIME})
    formats = _formats(book)
    _list_sheet(book.add_worksheet("Practices"), practices, formats)
    calls_sheet.write(book, practices, actions, formats)
    _clinician_sheet(book.add_worksheet("Clinicians"), clinicians[:CLINICIAN_ROWS], formats)
    _offers_sheet(book.add_worksheet("What to offer"), offers, formats)
    _dictionary_sheet(
        book.add_worksheet("What the columns mean"), is_cut=len(clinicians) > CLINICIAN_ROWS, formats=formats
    )
    book.close()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    top = {"valign": "top"}
    return {
        "head": book.add_format({"bold": True, "bg_color": "#1d5b66", "font_color": "#ffffff", "text_wrap": True, **top}),
        "text": book.add_format({"text_wrap": True, **top}),
        "share": book.add_format({"num_format": "0%", **top}),
        "number": book.add_format({"num_format": "#,##0", **top}),
        "decimal": book.add_format({"num_format": "0.0", **top}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", **top}),
        "open": book.add_format({"bg_color": "#fdf6ec", "border": 1, "border_color": "#dde2e5", **top}),
        "open_date": book.add_format(
            {"bg_color": "#fdf6ec", "border": 1, "border_color": "#dde2e5", "num_format": "yyyy-mm-dd", "align": "left", **top}
        ),
    }  # fmt: skip


def _list_sheet(sheet, practices: Sequence[Practice], formats) -> None:
    columns = practices_csv.COLUMNS
    _table(
        sheet,
        columns,
        (practices_csv.row(practice) for practice in practices),
        {column: WIDTHS.get(_stem(column), 12) for column in columns},
        lambda column, _: "share" if column.startswith("risk") else "number",
        formats,
    )
    sheet.freeze_panes(1, 3)
    last = len(practices)
    for column, colour, most in (("risk", "#e0a458", 1), ("expected_members_affected", "#9cc3c4", None)):
        letter = xl_col_to_name(columns.index(column))
        ends = {"max_type": "num", "max_value": most} if most else {}
        sheet.conditional_format(
            f"{letter}2:{letter}{last + 1}",
            {"type": "data_bar", "bar_solid": True, "bar_color": colour, "min_type": "num", "min_value": 0, **ends},
        )
    sheet.set_footer("&LPractice Pulse, a list to order calls by, not a judgement&RPage &P of &N")


def _clinician_sheet(sheet, rows: list[dict[str, Any]], formats) -> None:
    columns = tuple(rows[0]) if rows else ("practice_id",)
    _table(
        sheet,
        columns,
        rows,
        {column: CLINICIAN_WIDTHS.get(column, 12) for column in columns},
        lambda _, row: "share" if row["unit"] == "proportion" else "decimal",
        formats,
    )
    sheet.freeze_panes(1, 4)


def _offers_sheet(sheet, offers: list[dict[str, Any]], formats) -> None:
    columns = ("action_code", "step_code", "advice", "plan_support")
    widths = {"action_code": 12, "step_code": 14, "advice": 80, "plan_support": 60}
    _table(sheet, columns, offers, widths, lambda *_: "number", formats)


def _dictionary_sheet(sheet, *, is_cut: bool, formats) -> None:
    rows = [
        {"column": f"{name}_1 to _3" if name in ("step", "reason", "action") else name, "meaning": meaning}
        for name, meaning in DICTIONARY.items()
    ]
    if is_cut:
        rows.append({"column": "sheet Clinicians", "meaning": CLINICIANS_CUT})
    _table(sheet, ("column", "meaning"), rows, {"column": 28, "meaning": 100}, lambda *_: "number", formats)


def _table(
    sheet,
    columns: Sequence[str],
    rows: Iterable[dict[str, Any]],
    widths: dict[str, int],
    number_format: Callable[[str, dict[str, Any]], str],
    formats: dict[str, Any],
) -> None:
    """A header that stays, filters, and one line a row; prints landscape, one page wide, with the header on each."""
    for at, column in enumerate(columns):
        sheet.set_column(at, at, widths[column])
        sheet.write_string(0, at, column, formats["head"])
    line = 0
    for line, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            write_value(sheet, line, at, row[column], number_format(column, row), formats)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(1)  # US letter
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def write_value(sheet, line: int, at: int, value: object, number_format: str, formats: dict[str, Any]) -> None:
    """Numbers as numbers, dates as dates, everything else as text that is never evaluated."""
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(line, at, datetime(value.year, value.month, value.day), formats["date"])
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value, formats[number_format])
    else:
        sheet.write_string(line, at, cell(str(value)), formats["text"])


def _stem(column: str) -> str:
    """reason_2 -> reason; other names stay."""
    stem, _, number = column.rpartition("_")
    return stem if number.isdigit() else column
