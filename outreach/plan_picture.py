"""What the pages show beside the list: the plan as a whole, and each practice's own facts. Queries only, no words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from outreach.marts import Step, by_practice, records, steps
from outreach.ranking import Practice

RISK_BINS = 10
REGIONS_SHOWN = 8
SURVEY_WAVES_SHOWN = 4
CONTACTS_SHOWN = 5

CHOSEN = "practice_id in (select unnest($ids))"
ACTIVE = "select * from practice_scorecard where is_active and as_of_date <= $as_of"
REGIONS = """
select
    d.city, d.state, count(*) as practices, median(r.risk) as median_risk,
    count(*) filter (s.hard_fail_flag) as hard_fails, sum(r.risk * s.members) as affected
from practice_scorecard as s
inner join dim_practice as d on d.practice_id = s.practice_id
left join practice_risk as r on r.practice_id = s.practice_id and r.as_of_date = s.as_of_date
where s.is_active and s.as_of_date = $as_of
group by d.city, d.state
order by affected desc nulls last, practices desc, d.city, d.state
"""
# Half of a step score's 95% interval, from those of its metrics: exact where all are proportions, else taken to be as
# wide as those are.
STEP_INTERVALS = f"""
select practice_id, step_code, sqrt(avg(power(50 * (ci_high - ci_low), 2)) / count(*)) as half_width
from practice_metric
where tier = 'core' and unit = 'proportion' and status in ('met', 'not_met', 'uncertain') and ci_low is not null
    and {CHOSEN}
group by practice_id, step_code
"""
SURVEYS = f"""
select practice_id, wave_id, composite, score_shrunk, n_band, display_state
from survey_practice_score
where instrument = 'pooled' and lob = 'all' and results_on <= $as_of and {CHOSEN}
order by practice_id, wave_id desc, composite
"""
CONTACTS = f"""
select practice_id, contact_date, channel, action_code, outcome, follow_up_due_date, completed_date
from outreach_contact
where contact_date <= $as_of and {CHOSEN}
order by practice_id, contact_date desc, outreach_id
"""
MODEL_FIGURES = "select subject, outcome, value, low, high from model_figure where figure = 'auc'"
# A watched subject under the name that readers know: a metric, what patients say of a step, how that moves, or its own.
MODEL_ALERTS = """
with known as (
    select metric_id as subject, name from ref_metric
    union all
    select 'touchpoint_' || column_suffix, 'What patients say of: ' || step_name from ref_step
    union all
    select 'trend_' || column_suffix, 'Trend of: ' || step_name from ref_step
)
select distinct alert, coalesce(known.name, replace(subject, '_', ' ')) as subject
from model_watch
left join known using (subject)
where alert <> ''
order by alert, subject
"""
PAST_LISTS = """
select subject, value, low, high from model_watch where kind = 'list' and figure = 'auc' order by subject
"""
METRICS = f"select * from practice_metric where {CHOSEN} order by practice_id, step_code, name"


@dataclass(frozen=True)
class Spread:
    """Where the plan's practices stand on a step: quartiles on the as-of date and the medians up to it."""

    low: float | None
    median: float | None
    high: float | None
    medians: tuple[float | None, ...]


@dataclass(frozen=True)
class StepLine:
    """One step of one practice."""

    step: Step
    score: float | None
    half_width: float | None
    touchpoint: float | None  # what patients answered about this step; beside the score, never in it
    history: tuple[float | None, ...]
    spread: Spread


@dataclass(frozen=True)
class Facts:
    """Everything about one practice that its scorecard shows and the list does not."""

    steps: tuple[StepLine, ...]
    metrics: Sequence[Mapping[str, Any]]
    waves: Mapping[str, Mapping[str, Mapping[str, Any]]]  # wave -> composite -> score
    contacts: Sequence[Mapping[str, Any]]


class Plan:
    """The plan on the as-of date: what all pages share is read once, a practice's own facts when its page is written."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
        self._connection, self._at = connection, {"as_of": as_of}
        self.steps = steps(connection)
        dates = connection.execute(f"select distinct as_of_date from ({ACTIVE}) order by 1", self._at).fetchall()
        self.dates = [day for (day,) in dates]
        self.spreads = {step.code: _spread(connection, step, self._at) for step in self.steps}
        self.regions = records(connection, REGIONS, self._at)
        self.model_figures = _grouped(records(connection, MODEL_FIGURES), "subject", "outcome")
        self.model_alerts = _subjects(connection.execute(MODEL_ALERTS).fetchall())
        self.past_lists = records(connection, PAST_LISTS)
        columns = ", ".join(step.column for step in self.steps)
        self._scores = {
            practice_id: scores
            for practice_id, *scores in connection.execute(
                f"select practice_id, {columns} from practice_scorecard where is_active and as_of_date = $as_of",
                self._at,
            ).fetchall()
        }

    def scores(self, practice_id: str) -> list[float | None]:
        """The practice's step scores on the as-of date, in the order of the steps."""
        return self._scores[practice_id]

    def facts(self, practice_ids: Sequence[str]) -> dict[str, Facts]:
        """What the scorecards of these practices show; read together, since a query costs more than a practice."""
        some = {"ids": list(practice_ids)}
        scorecards = self._read(f"select * from ({ACTIVE}) where {CHOSEN}", some | self._at)
        half_widths = self._read(STEP_INTERVALS, some)
        metrics = self._read(METRICS, some)
        surveys = self._read(SURVEYS, some | self._at)
        contacts = self._read(CONTACTS, some | self._at)
        return {
            practice_id: Facts(
                steps=self._lines(scorecards[practice_id], half_widths[practice_id]),
                metrics=metrics[practice_id],
                waves=_newest_waves(surveys[practice_id]),
                contacts=contacts[practice_id][:CONTACTS_SHOWN],
            )
            for practice_id in practice_ids
        }

    def _read(self, query: str, parameters: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        return by_practice(records(self._connection, query, parameters))

    def _lines(
        self, scorecards: Sequence[Mapping[str, Any]], half_widths: Sequence[Mapping[str, Any]]
    ) -> tuple[StepLine, ...]:
        on = {row["as_of_date"]: row for row in scorecards}
        widths = {row["step_code"]: row["half_width"] for row in half_widths}
        return tuple(self._line(step, on, widths.get(step.code)) for step in self.steps)

    def _line(self, step: Step, on: Mapping[date, Mapping[str, Any]], half_width: float | None) -> StepLine:
        history = tuple(on.get(day, {}).get(step.column) for day in self.dates)
        touchpoint = on[self.dates[-1]][step.touchpoint_column] if step.touchpoint_column else None
        return StepLine(step, history[-1], half_width, touchpoint, history, self.spreads[step.code])


def _grouped(rows: Sequence[Mapping[str, Any]], outer: str, inner: str) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Rows by two of their columns."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[outer], {})[row[inner]] = row
    return found


def _subjects(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for alert, subject in rows:
        found.setdefault(alert, []).append(subject)
    return found


def risk_histogram(practices: Sequence[Practice]) -> list[int]:
    """Practices by risk, in bins of ten percent."""
    counts = [0] * RISK_BINS
    for practice in practices:
        if practice.risk is not None:
            counts[min(int(practice.risk * RISK_BINS), RISK_BINS - 1)] += 1
    return counts


def _spread(connection: duckdb.DuckDBPyConnection, step: Step, at: Mapping[str, date]) -> Spread:
    rows = connection.execute(
        f"""select quantile_cont({step.column}, 0.25), median({step.column}), quantile_cont({step.column}, 0.75)
        from ({ACTIVE}) group by as_of_date order by as_of_date""",
        at,
    ).fetchall()
    low, median, high = rows[-1] if rows else (None, None, None)
    return Spread(low, median, high, tuple(row[1] for row in rows))


def _newest_waves(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    return dict(list(_grouped(rows, "wave_id", "composite").items())[:SURVEY_WAVES_SHOWN])
