"""The web report: an index with the ranked list and one printable scorecard a practice.

Static pages that read from a file and load nothing. The one script sorts and filters; without it nothing is missing.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach import effect, practices_csv
from outreach.effect import effects
from outreach.plan_picture import REGIONS_SHOWN, Plan, risk_histogram
from outreach.ranking import Practice, Ranking
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
OF_AUDITS = {
    "insufficient": "too few audits",
    "not_applicable": "no audit on file",
}  # instead, where audits are the source
MEASURED = ("met", "not_met", "uncertain")
COMPOSITES = {
    "pe_index": "Overall",
    "needed_care": "Needed care",
    "quick_care": "Care quickly",
    "communication": "Communi\u00adcation",
    "coordination": "Coordi\u00adnation",
    "rating": "Rating",
}
OUTCOMES = {"pe_index": "Overall survey score", "access": "Access to care"}
RANKERS = {
    "persistence": "The last survey alone",
    "model": "The risk on this list",
    "model less persistence": "What the risk adds to the last survey",
    "noise ceiling": "The most that anything could reach, since surveys ask few people",
}
ALERTS = {
    "drift": "Differs from earlier dates by more than chance",
    "recall": "Low practices among these are missed more often than others",
    "calibration": "Risks of these are too high or too low",
    "false positives": "These are called without need more often than others",
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
PAGE_ROWS = 5_000  # a page of the list stays below 5 MB
SCORECARDS_AT_ONCE = 500
CHUNK_ROWS = 40  # the browser lays out a chunk of the list when it comes into view
HEAT_FROM = (40, 55, 70, 85)  # scores where the next shade starts


def write(ranking: Ranking, connection: duckdb.DuckDBPyConnection, out: Path, past_draws: Sequence[Path] = ()) -> None:
    """Write index.html (with further pages for a long list) and scorecards/<practice>.html for a ranked list."""
    practices = ranking.practices
    environment = _environment()
    files = {p.practice_id: f"{file_stem(p.practice_id)}.html" for p in practices}
    as_of = practices[0].as_of
    plan = Plan(connection, as_of)
    found = effects(connection, past_draws, as_of) if past_draws else []
    environment.globals |= {"plan": plan, "as_of": as_of, "effects": found, "total": len(practices)}
    _write_list(environment, ranking, files, plan, out)
    _write_scorecards(environment, practices, files, plan, out / "scorecards")
    if found:
        effect.write(found, out / "effects.csv")


def _write_list(environment: Environment, ranking: Ranking, files: dict[str, str], plan: Plan, out: Path) -> None:
    """One page as a rule; a list that no browser opens at once goes on over further ones."""
    practices = ranking.practices
    parts = [practices[at : at + PAGE_ROWS] for at in range(0, len(practices), PAGE_ROWS)]
    names = ["index.html", *(f"list-{number}.html" for number in range(2, len(parts) + 1))]
    pages = [(name, f"{part[0].rank:,} to {part[-1].rank:,}") for name, part in zip(names, parts, strict=True)]
    overview = _overview(ranking, plan)
    for name, part in zip(names, parts, strict=True):
        template = environment.get_template("index.html.j2" if name == names[0] else "list.html.j2")
        listed = [(practice, practices_csv.row(practice)) for practice in part]
        text = template.render(overview, pages=pages, page=name, listed=listed, files=files, chunk_rows=CHUNK_ROWS)
        (out / name).write_text(text, encoding="utf-8")


def _write_scorecards(
    environment: Environment, practices: Sequence[Practice], files: dict[str, str], plan: Plan, folder: Path
) -> None:
    folder.mkdir()
    template = environment.get_template("scorecard.html.j2")
    in_order = sorted(
        practices, key=lambda practice: practice.practice_id
    )  # as the marts lie, so that each read is short
    for at in range(0, len(in_order), SCORECARDS_AT_ONCE):
        part = in_order[at : at + SCORECARDS_AT_ONCE]
        facts = plan.facts([practice.practice_id for practice in part])
        for practice in part:
            text = template.render(
                practice=practice, row=practices_csv.row(practice), facts=facts[practice.practice_id]
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
        "change": _change,
        "phone": _phone,
        "status": _status,
    }
    environment.globals |= {
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "style_hash": _csp_hash(style),
        "script_hash": _csp_hash(script),
        "measured": MEASURED,
        "composites": COMPOSITES,
        "short_steps": SHORT_STEPS,
        "outcomes": OUTCOMES,
        "rankers": RANKERS,
        "alerts": ALERTS,
    }
    return environment


def _overview(ranking: Ranking, plan: Plan) -> dict[str, Any]:
    """What the first page says of the plan as a whole."""
    practices = ranking.practices
    risks = risk_histogram(practices)
    return {
        "practices": practices,
        "dropped": ranking.dropped,
        "has_model": ranking.has_model,
        "then_come": ranking.then_come,
        "risks": risks,
        "tallest": max(*risks, 1),
        "regions": plan.regions[:REGIONS_SHOWN],
        "more_regions": len(plan.regions) - REGIONS_SHOWN,
        "helped": _members_helped(practices),
    }


def _members_helped(practices: Sequence[Practice]) -> int:
    """Expected members behind tier A, as far as their numbers may be shown."""
    rows = (practices_csv.row(practice) for practice in practices if practice.tier == "A")
    return sum(row["expected_members_affected"] or 0 for row in rows)


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _score(value: float | None) -> str:
    return "no data" if value is None else f"{value:.0f}"


def _change(value: float) -> str:
    return f"{round(value):+d}".replace("-", "\u2212") if round(value) else "±0"


def _phone(number: str | None) -> str:
    """A ten-digit number as people read it; anything else as it is."""
    digits = plain(number)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if re.fullmatch(r"[0-9]{10}", digits) else digits


def _status(metric: Mapping[str, Any]) -> str:
    """A metric's status in words; a missing audit is called that, lest it be taken for a passed one."""
    by_audit = "access_audits" in re.split(r"[;|]", metric["required_feeds"] or "")
    return (OF_AUDITS if by_audit else {}).get(metric["status"]) or STATUS_WORDS[metric["status"]]


def _heat(value: float | None) -> int:
    """Shade of a score: 0 for none, then 1 (weak) to 5 (strong)."""
    return 0 if value is None else 1 + sum(value >= start for start in HEAT_FROM)


def _spark(values: Sequence[float | None]) -> str:
    """Points of a small line over the as-of dates, in a box of 100 by 24 for scores of 0 to 100."""
    step = 96 / max(len(values) - 1, 1)
    return " ".join(
        f"{2 + at * step:.0f},{22 - value * 0.2:.1f}" for at, value in enumerate(values) if value is not None
    )
