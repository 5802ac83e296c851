"""A list of five thousand practices still opens at once, and a longer one goes on over further pages."""

import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

import outreach
from outreach import web
from outreach.marts import open_marts
from outreach.ranking import rank

AS_OF = date(2026, 6, 30)
MEGABYTES = 1_000_000


def multiplied(marts: Path, out: Path, times: int) -> Path:
    """The same marts with every practice `times` over, under ids of its own."""
    out.mkdir()
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '1GB'; set preserve_insertion_order = false")
        for path in sorted(marts.glob("*.parquet")):
            columns = {name for name, *_ in connection.execute(f"describe select * from '{path}'").fetchall()}
            own = [f"{name} || '-' || k as {name}" for name in ("practice_id", "entity_id", "npi") if name in columns]
            query = f"select * exclude (k) replace ({', '.join(own)}) from '{path}', range({times}) as r(k)"
            connection.execute(
                f"copy ({query if own else f'select * from {chr(39)}{path}{chr(39)}'}) to '{out / path.name}'"
            )
    return out


@pytest.mark.slow
@pytest.mark.browser
def test_five_thousand_practices_open_in_two_seconds(marts, tmp_path):
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip(f"{chromium} is not installed")
    from playwright.sync_api import sync_playwright

    out = tmp_path / "outreach"
    many = multiplied(marts, tmp_path / "marts", 209)
    assert outreach.write(many, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=40) == 24 * 209
    pages = [path for path in out.rglob("*") if path.is_file()]
    assert max(path.stat().st_size for path in pages) < 5 * MEGABYTES
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        began = time.perf_counter()
        page.goto((out / "index.html").as_uri())
        page.locator(".list a").first.wait_for()
        assert time.perf_counter() - began < 2
        browser.close()


def test_a_longer_list_goes_on_over_further_pages(marts, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "PAGE_ROWS", 10)
    ranking = rank(marts, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5)
    with open_marts(marts, AS_OF) as connection:
        web.write(ranking, connection, tmp_path)
    pages = [(tmp_path / name).read_text("utf-8") for name in ("index.html", "list-2.html", "list-3.html")]
    for practice in ranking.practices:
        assert [f"scorecards/{practice.practice_id}.html" in page for page in pages].index(True) == (
            practice.rank - 1
        ) // 10
    for page in pages:
        assert page.count('href="list-') + page.count('href="index.html') >= 2
    assert not (tmp_path / "list-4.html").exists()
