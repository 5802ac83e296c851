"""Every byte of a real release, workbooks unzipped and tables read, against what was in the feeds and planted there."""

import csv
import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from outreach.safe_text import FORMULA_STARTS
from tests.acceptance.conftest import ATTACKS, BIRTH_DATE, NAME_OF_A_PERSON

pytestmark = [pytest.mark.warehouse, pytest.mark.slow]
WORD = re.compile(r"[A-Za-z0-9_.-]+")


def texts(release: Path) -> Iterator[tuple[str, str]]:
    """Name and text of everything that is published, whatever it is packed in."""
    for path in sorted(p for p in release.rglob("*") if p.is_file()):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path.name}/{name}", book.read(name).decode("utf-8")
        elif path.suffix == ".parquet":
            with duckdb.connect() as connection:
                cells = connection.execute(f"select concat_ws(chr(10), columns(*)::varchar) from '{path}'").fetchall()
                yield path.name, "\n".join(text for row in cells for text in row if text)
        else:
            yield path.name, path.read_text("utf-8")


@pytest.fixture(scope="module")
def published(loop) -> list[tuple[str, str]]:
    return list(texts(loop.next_list.parent))


@pytest.fixture(scope="module")
def secrets(loop) -> set[str]:
    """Every id of a person, a card, an answer or a case that the run read, and the keys that it made of them."""
    run = loop.home / "runs" / (loop.home / "LATEST").read_text().strip()
    found: set[str] = set()
    with duckdb.connect(str(run / "warehouse.duckdb"), read_only=True) as connection:
        for query in (
            "select distinct person_key from intermediate.int_member",
            f"select distinct person_id from '{run}/accepted/members/*.parquet'",
            f"select distinct member_id from '{run}/accepted/eligibility/*.parquet'",
            f"select distinct subscriber_id from '{run}/accepted/eligibility/*.parquet'",
            f"select distinct response_id from '{run}/accepted/survey_responses/*.parquet'",
            f"select distinct grievance_id from '{run}/accepted/grievances/*.parquet'",
            f"select distinct appointment_id from '{run}/accepted/appointments/*.parquet'",
            f"select distinct claim_id from '{run}/accepted/medical_claims/*.parquet'",
        ):
            ids = {str(value) for (value,) in connection.execute(query).fetchall() if value is not None}
            assert ids, query
            found |= ids
        planted = f"select count(*) from '{run}/accepted/members/*.parquet' where birth_date = ?"
        assert connection.execute(planted, [BIRTH_DATE]).fetchone()[0] == 1  # free text the gate has left out already
    return found


def test_no_id_of_a_person_or_an_answer(published, secrets):
    for name, text in published:
        assert secrets.isdisjoint(WORD.findall(text)), name


def test_no_planted_name_and_no_planted_birth_date(published):
    day = BIRTH_DATE
    written = (*NAME_OF_A_PERSON.split(), day.isoformat(), f"{day:%m/%d/%Y}", f"{day:%Y%m%d}")
    for name, text in published:
        assert not [secret for secret in written if secret in text], name


def test_nothing_of_quality_of_care_concerns(published):
    for name, text in published:
        assert not re.search(r"qoc_concern|COMP-6|quality.of.care concern", text, re.IGNORECASE), name


def test_planted_attacks_are_harmless_text(loop, published):
    with (loop.next_list / "practices.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell == f"'{ATTACKS[0]}" for cell in cells)
    assert not [cell for cell in cells if cell[:1] in FORMULA_STARTS and cell]
    for name, text in published:
        if ".xlsx/xl/worksheets" in name:
            assert "<f>" not in text
            assert "<hyperlink" not in text
        if name.endswith(".html"):
            assert ATTACKS[1] not in text
            assert "http://evil.example" not in re.findall(r'(?:href|src)="([^"]*)"', text)
            assert text.count("<script") <= 1
    assert html.escape(ATTACKS[1]) in dict(published)["index.html"]
    inside = [p.resolve() for p in loop.next_list.rglob("*")]
    assert all(p.is_relative_to(loop.next_list.resolve()) for p in inside)
