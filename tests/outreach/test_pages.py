"""The pages in a real browser: no script needed, no network, keyboard, phone, paper, contrast, axe-core.

Screenshots are kept in PULSE_ARTEFACTS, or else with the tests' other files.
"""

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import outreach

AS_OF = date(2026, 6, 30)
CHROMIUM = Path("/usr/bin/chromium")
PAGES = ("index.html", "scorecards/P0001.html", "scorecards/P0002.html", "scorecards/P0003.html")
pytestmark = pytest.mark.browser

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# Rows out of view are laid out as they come into it (content-visibility); until then axe-core takes what lies below the
# list for their background.
LAID_OUT = "document.querySelectorAll('.list tbody').forEach((chunk) => { chunk.style.contentVisibility = 'visible'; })"

# Worst contrast of visible text against what lies behind it (WCAG 2.2, 1.4.3), with the text it was found at.
CONTRAST = """() => {
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
  let worst = [99, ""];
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.textContent.trim().slice(0, 60)];
  }
  return worst;
}"""
# What screen readers need: each entry names what is missing.
STRUCTURE = """() => {
  const faults = [];
  const need = (ok, what) => ok || faults.push(what);
  need(document.documentElement.lang === "en", "language");
  need(document.title.trim(), "title");
  need(document.querySelectorAll("main").length === 1 && document.querySelectorAll("h1").length === 1, "one main, one h1");
  let level = 0;
  for (const h of document.querySelectorAll("h1,h2,h3,h4")) { const n = +h.tagName[1]; need(n <= level + 1, "heading level at " + h.textContent); level = n; }
  for (const t of document.querySelectorAll("table")) need(t.caption && t.caption.textContent.trim(), "caption");
  for (const th of document.querySelectorAll("th")) { need(th.scope, "scope of " + th.textContent); need(th.textContent.trim(), "empty header"); }
  for (const field of document.querySelectorAll("input,select")) need(field.labels.length, "label of " + field.id);
  for (const svg of document.querySelectorAll("svg")) need(svg.getAttribute("aria-hidden") === "true", "svg neither hidden nor named");
  for (const a of document.querySelectorAll("a")) need(a.textContent.trim(), "link without text");
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  need(new Set(ids).size === ids.length, "ids are not unique");
  for (const e of document.querySelectorAll("[aria-labelledby]")) need(document.getElementById(e.getAttribute("aria-labelledby")), "label that is not there");
  for (const e of document.querySelectorAll("*")) { const s = getComputedStyle(e); if (/auto|scroll/.test(s.overflowX) && e.scrollWidth > e.clientWidth + 1) need(e.tabIndex === 0, "scrolls without focus"); }
  return faults;
}"""


@pytest.fixture(scope="module")
def report(marts, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("report") / "outreach"
    outreach.write(marts, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, report):
    """Opens a page of the report at a width; fails on any console message or request beyond the page itself."""
    said: list[str] = []
    contexts = []

    def opened(name: str, width: int = 1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: request.is_navigation_request() or said.append(request.url))
        page.goto((report / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not said


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_readable_at_any_width(open_page, name, width):
    page = open_page(name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ratio, where = page.evaluate(CONTRAST)
    assert ratio >= 4.5, where
    assert page.evaluate(STRUCTURE) == []


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page, name, width, media):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(name, width)
    page.emulate_media(media=media)
    page.evaluate(LAID_OUT)
    found = Axe().run(page, options=AXE).response
    assert found["passes"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory) -> Path:
    """Where pictures are kept for people to look at."""
    folder = Path(os.environ.get("PULSE_ARTEFACTS") or tmp_path_factory.mktemp("artefacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES[:2])
def test_pictures_are_kept(open_page, artefacts, name, width):
    target = artefacts / f"{Path(name).stem}-{width}.png"
    page = open_page(name, width)
    page.evaluate("document.querySelectorAll('.list tbody').forEach((e) => e.style.contentVisibility = 'visible')")
    page.screenshot(path=target, full_page=True)
    assert target.stat().st_size > 20_000


def test_the_page_says_how_good_the_risk_is_and_what_to_watch(open_page):
    page = open_page("index.html")
    said = page.locator("#model ~ .scroll").first.inner_text()
    assert re.search(r"The risk on this list\s+76% \(71% to 81%\)", said)
    assert re.search(r"The last survey alone\s+73%", said)
    assert re.search(r"What the risk adds to the last survey\s+\+3 points \(\u22122 to \+8\)", said)
    assert re.search(r"List of 2025-12-31 for 2026H1, version 1, now that its survey is in\s+70%", said)
    watched = page.locator("#model ~ dl").inner_text()
    assert re.search(
        r"Differs from earlier dates by more than chance\s+No-show rate; What patients say of: Short waits$", watched
    )


@pytest.mark.parametrize("name", PAGES[:2])
def test_on_a_phone_only_the_survey_scores_scroll_sideways(open_page, name):
    page = open_page(name, 390)
    wide = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.ariaLabel || e.getAttribute('aria-labelledby'))"
    assert set(page.evaluate(wide)) <= {"Table of survey scores"}


def test_everything_is_there_without_script(open_page):
    page = open_page("index.html", java_script_enabled=False)
    assert page.locator(".list tbody tr").count() == 24
    assert not page.locator("#controls").is_visible()


def test_filter_and_order(open_page):
    page = open_page("index.html")
    page.fill("#find", "columbus")
    visible = page.locator(".list tbody tr:visible")
    assert 0 < visible.count() < 24
    assert page.locator("#shown").inner_text() == f"{visible.count()} of 24 practices shown"
    page.fill("#find", "")
    page.select_option("#order", "risk")
    risks = [int(text.split("%")[0]) for text in page.locator(".list tbody td:nth-child(4)").all_inner_texts()]
    assert risks == sorted(risks, reverse=True)
    page.select_option("#tier", "A")
    assert visible.count() == 5


def test_keyboard_reaches_the_content_and_shows_where_it_is(open_page):
    page = open_page("index.html")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement && e.getBoundingClientRect().width > 50")
    page.locator(".list a").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("name", PAGES[1:])
def test_a_scorecard_prints_on_one_page(open_page, name, paper):
    pdf = open_page(name).pdf(format=paper, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.fixture
def crowded(plan_tables, marts_of, tmp_path) -> Path:
    """A practice for which everything is long: its name, its reasons, what to offer, its contacts and its gaps."""
    tables = plan_tables()
    for row in tables["dim_practice"]:
        row["practice_name"] = (
            "Integrated Community Family Medicine and Pediatrics of the Upper Mahoning Valley, Suite 200 B"
        )
        row["city"] = "Washington Court House"
    for row in tables["ref_action"]:
        row["advice"], row["plan_support"] = (
            row["advice"] + " " + row["advice"],
            row["plan_support"] + "; " + row["plan_support"],
        )
    for row in tables["metric_result"]:
        if row["level"] == "practice" and row.get("value") is None:
            row["status"] = "insufficient"
        elif row["level"] == "practice":
            row["status"] = "not_met"
    for practice in tables["dim_practice"]:
        tables["outreach_contact"] += [
            {"outreach_id": f"L{practice['practice_id']}{day}", "practice_id": practice["practice_id"], "contact_date": date(2026, 5, day),
             "channel": "webinar", "action_code": "READY-2", "outcome": "no_contact", "follow_up_due_date": date(2026, 9, day)}
            for day in range(1, 9)
        ]  # fmt: skip
    out = tmp_path / "outreach"
    marts = marts_of(tmp_path / "marts", tables)
    outreach.write(marts, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=5)
    return out


def test_the_fullest_scorecard_prints_on_one_page(browser, crowded):
    for path in sorted((crowded / "scorecards").glob("*.html"))[:6]:
        page = browser.new_page()
        page.goto(path.as_uri())
        pdf = page.pdf(format="Letter", print_background=True)
        page.close()
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, path.name


def test_links_lead_back(open_page):
    page = open_page("index.html")
    page.locator(".list a").first.click()
    assert page.locator("h1").inner_text() == "Practice 1 Family Medicine"
    page.locator(".brand a").click()
    assert page.locator("h1").inner_text() == "Practices to help"
