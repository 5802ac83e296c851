"""The web report: an index with the ranked list and one printable scorecard a practice.

Static pages that read from a file and load nothing. The one script sorts and filters; without it nothing is missing.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach import practices_csv
from outreach.effect import effects
from outreach.marts import open_marts
from outreach.plan_picture import REGIONS_SHOWN, Plan, risk_histogram
from outreach.ranking import Ranking
from outreach.reasons import figure
from outreach.safe_text import file_stem, plain

TEMPLATES = Path(__file__).parent / "templates"
STATUS_WORDS = {
    "met": "met",
    "not_met": "not met",
    "uncertain": "below target, uncertain",
    "insufficient": "too little data",
    "not_applicable": "no data",
}
MEASURED = ("met", "not_met", "uncertain")
COMPOSITES = {
    "pe_index": "Overall",
    "needed_care": "Needed care",
    "quick_care": "Care quickly",
    "communication": "Communi\u00adcation",
    "coordination": "Coordi\u00adnation",
    "rating": "Rating",
}
SHORT_STEPS = {
    "EASE": "Ease",
    "FLEXIBLE": "Flexible",
    "MINIMIZE": "Waits",
    "READINESS": "Ready",
    "EMPATHY": "Empathy",
    "INFORMATION": "Inform",
    "FOLLOW-UP": "Follow",
    "COMPLIANCE": "Duties",
}
CHUNK_ROWS = 40  # the browser lays out a chunk of the list when it comes into view
HEAT_FROM = (40, 55, 70, 85)  # scores where the next shade starts


def write(ranking: Ranking, marts: Path, out: Path, past_draws: Sequence[Path] = ()) -> None:
    """Write index.html and scorecards/<practice>.html for a ranked list."""
    practices = ranking.practices
    environment = _environment()
    files = {p.practice_id: f"{file_stem(p.practice_id)}.html" for p in practices}
    rows = [practices_csv.row(p) for p in practices]
    with open_marts(marts, practices[0].as_of) as connection:
        plan = Plan(connection, practices[0].as_of)
        found = effects(connection, past_draws, practices[0].as_of) if past_draws else []
    environment.globals |= {"plan": plan, "as_of": practices[0].as_of, "effects": found}
    (out / "index.html").write_text(_index(environment, ranking, rows, files, plan), encoding="utf-8")
    folder = out / "scorecards"
    folder.mkdir()
    scorecard = environment.get_template("scorecard.html.j2")
    for practice, row in zip(practices, rows, strict=True):
        text = scorecard.render(
            practice=practice, row=row, facts=plan.facts(practice.practice_id), total=len(practices)
        )
        (folder / files[practice.practice_id]).write_text(text, encoding="utf-8")


def _environment() -> Environment:
    style, script = ((TEMPLATES / name).read_text("utf-8") for name in ("style.css", "list.js"))
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plain": plain,
        "figure": figure,
        "percent": _percent,
        "score": _score,
        "heat": _heat,
        "spark": _spark,
    }
    environment.globals |= {
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "style_hash": _csp_hash(style),
        "script_hash": _csp_hash(script),
        "status_words": STATUS_WORDS,
        "measured": MEASURED,
        "composites": COMPOSITES,
        "short_steps": SHORT_STEPS,
    }
    return environment


def _index(environment: Environment, ranking: Ranking, rows: list[dict], files: dict[str, str], plan: Plan) -> str:
    practices = ranking.practices
    risks = risk_histogram(practices)
    return environment.get_template("index.html.j2").render(
        practices=practices,
        listed=list(zip(practices, rows, strict=True)),
        chunk_rows=CHUNK_ROWS,
        files=files,
        dropped=ranking.dropped,
        has_model=ranking.has_model,
        then_come=ranking.then_come,
        risks=risks,
        tallest=max(*risks, 1),
        regions=plan.regions[:REGIONS_SHOWN],
        more_regions=len(plan.regions) - REGIONS_SHOWN,
        helped=_members_helped(rows),
    )


def _members_helped(rows: Sequence[Mapping[str, Any]]) -> int:
    """Expected members behind tier A, as far as their numbers may be shown."""
    return sum(row["expected_members_affected"] or 0 for row in rows if row["tier"] == "A")


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _score(value: float | None) -> str:
    return "no data" if value is None else f"{value:.0f}"


def _heat(value: float | None) -> int:
    """Shade of a score: 0 for none, then 1 (weak) to 5 (strong)."""
    return 0 if value is None else 1 + sum(value >= start for start in HEAT_FROM)


def _spark(values: Sequence[float | None]) -> str:
    """Points of a small line over the as-of dates, in a box of 100 by 24 for scores of 0 to 100."""
    step = 96 / max(len(values) - 1, 1)
    return " ".join(
        f"{2 + at * step:.0f},{22 - value * 0.2:.1f}" for at, value in enumerate(values) if value is not None
    )
