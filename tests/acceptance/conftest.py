"""What the slow tests of this room share: one list that went out and came back, in two runs a year apart."""

import csv
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from feeds import sample_plan
from outreach.calls_sheet import COLUMNS, HEADER_ROW, NAME

PLAN = {"practices": 420, "members": 1_260, "months": 36, "dirt": 0.0}  # few members: what counts here are practices
LIST_DATE, YEAR_LATER = date(2025, 6, 30), date(2026, 6, 30)


def call_noted(listed: Path, target: Path, **cells) -> str:
    """Fill in the first practice's line of the Calls sheet as a caller would; returns the practice's id."""
    book = load_workbook(listed / "practices.xlsx")
    sheet, line = book[NAME], HEADER_ROW + 2
    for column, value in cells.items():
        sheet.cell(line, COLUMNS.index(column) + 1, value)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return sheet.cell(line, COLUMNS.index("practice_id") + 1).value


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def world(out: Path, **lists) -> Path:
    """A generated plan whose practices attest their directory entries nowhere: else most calls would be about that."""
    sample_plan.generate(out, **PLAN, **lists)
    shutil.rmtree(out / "feeds" / "directory_attestations")
    return out


# What a careless source may send: a name in free text, a birth date like no other date, and practices that attack.
NAME_OF_A_PERSON, BIRTH_DATE = "Zebulon Quackenbush", date(1911, 11, 11)
ATTACKS = ('=HYPERLINK("http://evil.example")', "<script>alert(1)</script>", "+cmd|' /C calc'!A0", "../../etc/passwd")


def plant(feeds: Path) -> None:
    """Put them into the feeds."""
    names = ", ".join("'" + attack.replace("'", "''") + "'" for attack in ATTACKS)
    replaced = {
        "appointments": f"'{NAME_OF_A_PERSON}' as reason, '{NAME_OF_A_PERSON}' as type_description",
        "members": f"case when person_id = (select min(person_id) from t) then date '{BIRTH_DATE}' else birth_date end as birth_date",
        "practices": f"coalesce([{names}][row_number() over (order by practice_id)], practice_name) as practice_name",
    }
    with duckdb.connect() as connection:
        for feed, columns in replaced.items():
            [path] = (feeds / feed).iterdir()
            kind = path.suffix.removeprefix(".")
            connection.execute(
                f"create or replace temp table t as select * from read_{kind}('{path}'{', all_varchar = true' if kind == 'csv' else ''})"
            )
            connection.execute(f"copy (select * replace ({columns}) from t) to '{path}' (format {kind})")


@dataclass(frozen=True)
class Loop:
    """The list that went out, the world that answered, and what the run a year later has published."""

    listed: Path
    answered: Path
    home: Path
    noted: str  # the practice whose call is noted in the workbook that came back
    in_the_folder: frozenset[str]  # of the workbook, before the run

    @property
    def next_list(self) -> Path:
        return self.home / "releases" / (self.home / "CURRENT").read_text().strip() / "outreach"


@pytest.fixture(scope="session")
def loop(pulse, tmp_path_factory) -> Loop:
    folder = tmp_path_factory.mktemp("loop")
    home = folder / "home"
    home.mkdir()
    (home / "settings.toml").write_text("outreach_capacity = 420\noutreach_hold_out_share = 0.5\n")
    before = world(folder / "before")
    first = pulse("run", "--feeds", before / "feeds", "--home", home, "--as-of", LIST_DATE)
    assert first.code == 0, first.err
    listed = home / "releases" / (home / "CURRENT").read_text().strip() / "outreach"
    after = world(folder / "after", lists=[listed / "hold_out.csv"])
    plant(after / "feeds")
    log = after / "feeds" / "outreach_log"
    noted = call_noted(
        listed, log / "practices.xlsx", contact_date=date(2026, 6, 15), channel="phone", outcome="agreed",
        next_step="ask again", next_date=date(2026, 9, 1),
    )  # fmt: skip
    in_the_folder = frozenset(path.name for path in log.iterdir())
    second = pulse("run", "--feeds", after / "feeds", "--home", home, "--as-of", YEAR_LATER)
    assert second.code == 0, second.err
    return Loop(listed, after, home, noted, in_the_folder)
