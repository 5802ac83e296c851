"""Nothing that is planted in names, ids and codes does harm, and nothing about a person gets out."""

import csv
import html
import re
import zipfile
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

import outreach
from outreach.safe_text import FORMULA_STARTS

AS_OF = date(2026, 6, 30)
ATTACKS = (
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "../../../etc/passwd",
    "evil\u202egnp.exe\x00\x07",
    "+cmd|' /C calc'!A0",
    "{{ 7 * 7 }}",
    "]]></style><b>",
)  # fmt: skip
SECRETS = {"person_id": "PERSON-778812", "birth_date": date(1957, 4, 23), "member_name": "Zebulon Quackenbush"}


@pytest.fixture(scope="module")
def release(plan_tables, marts_of, tmp_path_factory) -> Path:
    """A list made from marts in which every text that a feed can set is an attack, and which hold secrets."""
    home = tmp_path_factory.mktemp("attacked")
    tables = plan_tables(practices=len(ATTACKS))
    renamed = {f"P{n:04}": f"{attack}-{n}" for n, attack in enumerate(ATTACKS, start=1)}
    for rows in tables.values():
        for row in rows:
            if row.get("practice_id"):
                row["practice_id"] = renamed[row["practice_id"]]
    for n, row in enumerate(tables["dim_practice"]):
        row |= {"practice_name": ATTACKS[n], "city": ATTACKS[n - 1], "phone": ATTACKS[n - 2], "state": ATTACKS[n - 3]}
    for n, row in enumerate(tables["dim_provider"]):
        row |= {"first_name": ATTACKS[n % len(ATTACKS)], "last_name": ATTACKS[(n + 1) % len(ATTACKS)]}
    for row in tables["outreach_contact"]:
        row |= {"outcome": ATTACKS[0], "channel": ATTACKS[1], "action_code": ATTACKS[2]}
    for row in tables["survey_practice_score"]:
        row["wave_id"] = f"{ATTACKS[1]}{row['wave_id']}"
    marts = marts_of(home / "marts", tables)
    with duckdb.connect() as connection:  # columns that must not be there, in every table
        for path in marts.glob("*.parquet"):
            connection.execute(
                f"create table t as select *, {', '.join(f'? as {c}' for c in SECRETS)} from '{path}'",
                [*SECRETS.values()],
            )
            connection.execute(f"copy t to '{path}' (format parquet)")
            connection.execute("drop table t")
    outreach.write(marts, home / "outreach", as_of=AS_OF, release_id="r1", previous_list=None, capacity=3)
    return home / "outreach"


class Tags(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.found: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        self.found.add(tag)
        self.found.update(name for name, _ in attributes if name.startswith("on") or name in ("style", "src"))
        self.links += [value for name, value in attributes if name == "href"]


def test_pages_hold_only_our_own_markup(release):
    for path in release.rglob("*.html"):
        tags = Tags()
        tags.feed(path.read_text("utf-8"))
        assert not tags.found & {
            "img",
            "iframe",
            "object",
            "link",
            "onerror",
            "onclick",
            "onload",
            "src",
            "style=",
            "base",
        }
        text = path.read_text("utf-8")
        assert text.count("<script") == (1 if path.name == "index.html" else 0)
        assert "{{ 7 * 7 }}" in text or path.name != "index.html"
        for link in tags.links:
            assert link.startswith("#") or (path.parent / link).resolve().is_relative_to(release)
            assert link.startswith("#") or (path.parent / link).is_file()


def test_files_stay_in_their_folder(release):
    inside = {p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()}
    assert {p for p in inside if "/" not in p} == {"practices.csv", "practices.xlsx", "index.html"}
    assert all(re.fullmatch(r"(scorecards|territories)/[A-Za-z0-9_-]+\.(html|xlsx)", p) for p in inside if "/" in p)
    assert len(inside) == 3 + 2 * len(ATTACKS)  # a scorecard a practice, a workbook a territory


def test_no_cell_is_a_formula(release):
    with (release / "practices.csv").open(encoding="utf-8", newline="") as file:
        assert not [v for row in csv.reader(file) for v in row if v[:1] in FORMULA_STARTS and v]
    with zipfile.ZipFile(release / "practices.xlsx") as book:
        for name in book.namelist():
            text = book.read(name).decode("utf-8")
            if name.startswith("xl/worksheets/sheet"):
                assert "<f>" not in text
                assert "<hyperlink" not in text
            if name == "xl/sharedStrings.xml":
                strings = re.findall(r"<t[^>]*>([^<]*)</t>", text)
                assert not [s for s in strings if s[:1] in FORMULA_STARTS and s]


def published_bytes(release: Path):
    for path in release.rglob("*"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield name, book.read(name)
        elif path.is_file():
            yield path.name, path.read_bytes()


def test_no_planted_secret_and_no_control_character_is_published(release):
    for name, content in published_bytes(release):
        text = content.decode("utf-8")
        for secret in SECRETS.values():
            assert str(secret) not in text, name
        assert not set(text) & set("\u202e\x00\x07"), name


def everything_in(path: Path) -> str:
    if path.suffix != ".xlsx":
        return html.unescape(path.read_text("utf-8"))
    with zipfile.ZipFile(path) as book:
        return html.unescape("".join(book.read(name).decode("utf-8") for name in book.namelist()))


def test_what_is_handed_on_names_no_other_practice(plan_tables, marts_of, tmp_path):
    """A scorecard names its practice alone, a territory's workbook those of the territory alone, clinicians included."""
    tables = plan_tables()
    marts = marts_of(tmp_path / "marts", tables)
    choices = outreach.Choices(territories={"OH": "Ohio & West", "KY": "South"})
    out = tmp_path / "outreach"
    outreach.write(marts, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5, choices=choices)
    of_state = {row["practice_id"]: row["state"] for row in tables["dim_practice"]}
    names = {row["practice_id"]: {row["practice_id"], row["practice_name"]} for row in tables["dim_practice"]}
    for row in tables["dim_provider"]:
        names[row["practice_id"]] |= {row["npi"], f"{row['first_name']} {row['last_name']}"}

    def named_in(path: Path) -> set[str]:
        text = everything_in(path)
        return {p for p, known in names.items() if any(re.search(rf"\b{re.escape(name)}\b", text) for name in known)}

    for practice_id in names:
        assert named_in(out / "scorecards" / f"{practice_id}.html") == {practice_id}
    files = sorted((out / "territories").iterdir())
    assert [re.sub("-[0-9a-f]{10}", "", path.name) for path in files] == ["Ohio_West.xlsx", "South.xlsx"]
    for path, state in zip(files, ("OH", "KY"), strict=True):
        assert named_in(path) == {p for p, of in of_state.items() if of == state}


def test_small_counts_are_nowhere(plan_tables, marts_of, tmp_path):
    """Marts that leak a small count are caught at the last door: the cell stays empty."""
    tables = plan_tables()
    for table in ("practice_scorecard", "dim_practice"):
        for row in tables[table]:
            row["members"] = 7
    out = tmp_path / "outreach"
    outreach.write(
        marts_of(tmp_path / "marts", tables), out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5
    )
    with (out / "practices.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["members"] for row in rows} == {""}
    assert {row["expected_members_affected"] for row in rows} == {""}
    assert "not shown" in (out / "index.html").read_text("utf-8")
