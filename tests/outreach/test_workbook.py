"""The workbook: same rows as the list, same bytes for the same list, and a way back into the feeds."""

import csv
import html
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
import yaml

import outreach
from expectations import BadInput
from outreach.calls_sheet import COLUMNS, HEADER_ROW
from outreach.practices_csv import COLUMNS as LIST_COLUMNS
from outreach.read_back import FEED_COLUMNS, read_back
from outreach.workbook import DICTIONARY

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # it says what it does not read
AS_OF = date(2026, 6, 30)
CONTRACT = Path(__file__).resolve().parents[2] / "expectations" / "contracts" / "outreach_log.yaml"


@pytest.fixture(scope="module")
def release(marts, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("release") / "outreach"
    outreach.write(marts, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5)
    return out


def listed(release: Path) -> list[dict[str, str]]:
    with (release / "practices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill_in(release: Path, target: Path, *calls: dict) -> Path:
    """The workbook as a caller hands it back: `row` counts the list's lines, other names are columns."""
    book = openpyxl.load_workbook(release / "practices.xlsx")
    for call in calls:
        for column, value in call.items():
            if column != "row":
                book["Calls"].cell(HEADER_ROW + 1 + call["row"], COLUMNS.index(column) + 1).value = value
    book.save(target)
    return target


def test_the_list_sheet_has_the_rows_of_the_list(release):
    book = openpyxl.load_workbook(release / "practices.xlsx", read_only=True)
    header, *rows = book["Practices"].iter_rows(values_only=True)
    assert header == LIST_COLUMNS
    for row, line in zip(rows, listed(release), strict=True):
        for value, text in zip(row, line.values(), strict=True):
            if isinstance(value, datetime):
                assert value.date().isoformat() == text
            elif isinstance(value, int | float):
                assert float(text) == value
            else:
                assert (value or "") == text


def test_pages_and_marts_say_what_the_list_says(release, marts):
    index = html.unescape((release / "index.html").read_text("utf-8"))
    with duckdb.connect() as connection:
        query = f"select practice_id, risk from '{marts}/practice_risk.parquet'"
        risks = dict(connection.execute(query).fetchall())
    for line in listed(release):
        card = html.unescape((release / "scorecards" / f"{line['practice_id']}.html").read_text("utf-8"))
        for said in (line["reason_1"], line["reason_2"], line["reason_3"], line["practice_name"]):
            assert said in index
            assert said in card
        assert line["action_1"] in card
        assert float(line["risk"]) == pytest.approx(risks[line["practice_id"]], abs=1e-4)
        assert f"<b>{float(line['risk']):.0%}</b> risk" in card
        assert f"<b>{line['data_gaps']}</b> core metrics" in card


def test_every_column_is_explained():
    stems = [c.removesuffix("_1") for c in LIST_COLUMNS if not c.endswith(("_2", "_3"))]
    assert list(DICTIONARY) == stems


def test_suppressed_cells_of_clinicians_stay_empty(release):
    book = openpyxl.load_workbook(release / "practices.xlsx", read_only=True)
    header, *rows = book["Clinicians"].iter_rows(values_only=True)
    at = header.index("value")
    assert any(row[at] is None for row in rows)
    assert any(row[at] is not None for row in rows)
    assert all(row[at + 1] is None for row in rows if row[at] is None)


def test_same_list_same_bytes(marts, release, tmp_path):
    again = tmp_path / "again"
    outreach.write(marts, again, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5)
    for path in sorted(p for p in release.rglob("*") if p.is_file()):
        assert path.read_bytes() == (again / path.relative_to(release)).read_bytes(), path.name


def test_feed_columns_are_the_contracts():
    [schema] = yaml.safe_load(CONTRACT.read_text("utf-8"))["schema"]
    loader = {p["name"] for p in schema["properties"] if "customProperties" in p}
    assert [p["name"] for p in schema["properties"] if p["name"] not in loader] == list(FEED_COLUMNS)
    enums = {p["name"]: {e["value"] for e in p["enum"]} for p in schema["properties"] if "enum" in p}
    from outreach.calls_sheet import CHANNELS, OUTCOMES

    assert enums["channel"] == set(CHANNELS)
    assert enums["outcome"] == set(OUTCOMES)


def test_a_filled_in_workbook_becomes_the_feed(release, tmp_path):
    called = datetime(2026, 7, 2)
    book = fill_in(
        release,
        tmp_path / "back.xlsx",
        {"row": 1, "contact_date": called, "channel": "phone", "outcome": "agreed",
         "next_step": "ask again", "next_date": "2026-08-03"},
        {"row": 3, "contact_date": "2026-07-03", "action_code": None, "outcome": "no_contact"},
    )  # fmt: skip
    out = tmp_path / "outreach_log_20260703.csv"
    assert read_back(book, out) == 2
    with out.open(encoding="utf-8", newline="") as file:
        agreed, missed = csv.DictReader(file)
    rows = listed(release)
    assert agreed["practice_id"] == rows[0]["practice_id"]
    assert agreed["contact_datetime"] == "2026-07-02T00:00:00"
    assert (agreed["action_code"], agreed["step_code"]) == (rows[0]["action_1"].split(":")[0], rows[0]["step_1"])
    assert (agreed["follow_up_due_date"], agreed["completed_date"]) == ("2026-08-03", "")
    assert agreed["list_run_id"] == "r1"
    assert (missed["practice_id"], missed["action_code"], missed["step_code"]) == (rows[2]["practice_id"], "", "")
    again = tmp_path / "again.csv"
    read_back(book, again)
    assert again.read_bytes() == out.read_bytes()


def test_an_untouched_workbook_gives_no_contacts(release, tmp_path):
    assert read_back(release / "practices.xlsx", tmp_path / "none.csv") == 0


def test_every_bad_cell_is_named_with_its_remedy(release, tmp_path):
    book = fill_in(
        release,
        tmp_path / "bad.xlsx",
        {"row": 1, "contact_date": "yesterday", "outcome": "maybe", "channel": "fax"},
        {"row": 2, "contact_date": "2026-07-02", "outcome": "reached", "next_step": "done"},
        {"row": 4, "practice_id": "P9999", "contact_date": "2026-07-02", "outcome": "reached", "action_code": "X-1"},
        {"row": 5, "contact_date": "2026-07-02", "outcome": "reached", "next_date": "2026-07-09"},
    )
    out = tmp_path / "out.csv"
    with pytest.raises(BadInput) as refused:
        read_back(book, out)
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "sheet Calls, row 3, column contact_date", "sheet Calls, row 3, column channel", "sheet Calls, row 3, column outcome",
        "sheet Calls, row 4, column next_date", "sheet Calls, row 6, column practice_id", "sheet Calls, row 6, column action_code",
        "sheet Calls, row 7, column next_step",
    ]  # fmt: skip
    assert not out.exists()


def test_other_files_are_refused(tmp_path):
    text = tmp_path / "notes.xlsx"
    text.write_text("hello")
    with pytest.raises(BadInput, match="hand back the file"):
        read_back(text, tmp_path / "out.csv")
