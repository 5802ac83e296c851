"""The web report: an index with the ranked list and one printable scorecard a practice. Static, no script, no link out."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach import practices_csv
from outreach.ranking import Practice, open_marts
from outreach.reasons import amount
from outreach.safe_text import file_stem, plain

TEMPLATES = Path(__file__).parent / "templates"

METRICS = """
with results as (
    select m.*, t.name, t.step_code, t.tier
    from metric_result as m
    inner join ref_metric as t on t.metric_id = m.metric_id
    where m.as_of_date = $as_of and m.level = 'practice' and m.lob = 'all'
),
medians as (
    select metric_id, median(value) as median_value
    from results
    where status in ('met', 'not_met', 'uncertain')
    group by metric_id
)
select
    results.practice_id, results.step_code, results.name, results.tier, results.unit, results.status, results.value,
    results.ci_low, results.ci_high, results.target, medians.median_value
from results
left join medians on medians.metric_id = results.metric_id
order by results.practice_id, results.name
"""
SURVEYS = """
select practice_id, wave_id, composite, score_raw, score_shrunk, n_band, display_state
from survey_practice_score
where instrument = 'pooled' and lob = 'all' and results_on <= $as_of
    and composite in ('pe_index', 'needed_care', 'quick_care', 'communication', 'coordination', 'rating')
order by practice_id, wave_id desc, composite
"""
CONTACTS = """
select practice_id, contact_date, channel, action_code, outcome
from outreach_contact
where contact_date <= $as_of
order by practice_id, contact_date desc, outreach_id
"""
STATUS_WORDS = {
    "met": "met",
    "not_met": "not met",
    "uncertain": "below target, uncertain",
    "insufficient": "too little data",
    "not_applicable": "no data",
}


@dataclass(frozen=True)
class Step:
    """A step of the provider guide with the column that holds its score."""

    code: str
    name: str
    column: str


def write(practices: list[Practice], marts: Path, out: Path) -> None:
    """Write index.html and scorecards/<practice>.html for a ranked list."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain, "amount": amount, "percent": _percent, "score": _score}
    environment.globals |= {
        "style": Markup((TEMPLATES / "style.css").read_text("utf-8")),  # noqa: S704 - our own file
        "status_words": STATUS_WORDS,
    }
    files = {p.practice_id: f"{file_stem(p.practice_id)}.html" for p in practices}
    with open_marts(marts) as connection:
        facts = _plan_facts(connection, practices)
    rows = [practices_csv.row(p) for p in practices]
    index = environment.get_template("index.html.j2")
    (out / "index.html").write_text(
        index.render(practices=practices, rows=rows, files=files, **facts["plan"]), encoding="utf-8"
    )
    folder = out / "scorecards"
    folder.mkdir()
    scorecard = environment.get_template("scorecard.html.j2")
    for practice, row in zip(practices, rows, strict=True):
        text = scorecard.render(practice=practice, row=row, **facts["plan"], **facts["practices"][practice.practice_id])
        (folder / files[practice.practice_id]).write_text(text, encoding="utf-8")


def _plan_facts(connection: duckdb.DuckDBPyConnection, practices: list[Practice]) -> dict[str, Any]:
    """Everything the pages show beside the list, read once: plan-level facts, and each practice's own."""
    at = {"as_of": practices[0].as_of} if practices else {"as_of": None}
    steps = [
        Step(code, name, "compliance_index" if suffix == "compliance" else f"step_{suffix}")
        for code, name, suffix in connection.execute(
            "select step_code, step_name, column_suffix from ref_step order by step_order"
        ).fetchall()
    ]
    scores = _grouped(connection, "select * from practice_scorecard where as_of_date <= $as_of order by as_of_date", at)
    metrics = _grouped(connection, METRICS, at)
    surveys = _grouped(connection, SURVEYS, at)
    contacts = _grouped(connection, CONTACTS, at)
    medians = dict(
        zip(
            [step.column for step in steps],
            connection.execute(
                f"select {', '.join(f'median({s.column})' for s in steps)} from practice_scorecard where as_of_date = $as_of",
                at,
            ).fetchone(),
            strict=True,
        )
    )
    return {
        "plan": {
            "steps": steps,
            "medians": medians,
            "has_model": any(p.risk is not None for p in practices),
            "latest_scores": {key: rows[-1] for key, rows in scores.items()},
            "as_of": at["as_of"],
        },
        "practices": {
            p.practice_id: {
                "history": scores[p.practice_id],
                "metrics": metrics[p.practice_id],
                "surveys": surveys[p.practice_id],
                "contacts": contacts[p.practice_id],
            }
            for p in practices
        },
    }


def _grouped(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Rows of a query as dictionaries, by practice."""
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description]
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in result.fetchall():
        record = dict(zip(names, row, strict=True))
        found[record["practice_id"]].append(record)
    return found


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _score(value: float | None) -> str:
    return "no data" if value is None else f"{value:.0f}"
