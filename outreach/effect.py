"""What calling changed: practices called against practices held out by lot, by the arm that the lot gave them.

The draw of each list is kept beside it. Arms are compared as drawn, whether the call succeeded or not: only so is the
difference the effect of calling, and not of being the kind of practice that picks up the phone.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

import duckdb

from outreach.marts import steps
from outreach.ranking import Practice

COLUMNS = ("practice_id", "arm", "step_code", "action_code", "as_of", "release_id")
CALLED, HELD_OUT = "called", "held_out"
SETTLED_DAYS = 150  # before so many days a score still speaks of the time before the call
FEWEST = 10  # practices in each arm below which nothing is said
ALL_ACTIONS = "all"


@dataclass(frozen=True)
class Effect:
    """Difference of mean changes, called minus held out, in points of a score from 0 to 100; None where too few."""

    action_code: str
    outcome: str
    n_called: int
    n_held_out: int
    difference: float | None
    low: float | None
    high: float | None


def write_draw(practices: Iterable[Practice], path: Path) -> None:
    """Keep who was called and who held out. Grain: a practice that the lot was cast for."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for practice in practices:
            arm = HELD_OUT if practice.held_out else CALLED if practice.tier == "A" else None
            slot = practice.slots[0]
            if arm and slot.action:
                action = slot.action.split(":")[0]
                row = (practice.practice_id, arm, slot.step_code, action, practice.as_of, practice.release_id)
                writer.writerow(row)


def effects(connection: duckdb.DuckDBPyConnection, draws: Sequence[Path], as_of: date) -> list[Effect]:
    """Effect of every action drawn, and of all together, on the step it was about and on the survey score.

    `draws` are the files of earlier releases; the outcome is the change from the list's as-of date to `as_of`.
    """
    connection.execute("create or replace temp table draw (practice_id varchar, arm varchar, step_code varchar, "
                       "action_code varchar, as_of date, release_id varchar)")  # fmt: skip
    for path in draws:
        connection.execute("insert into draw select * from read_csv(?, header = true, all_varchar = true)", [str(path)])
    changes = connection.execute(_changes(connection), {"as_of": as_of, "settled": SETTLED_DAYS}).fetchall()
    actions = [ALL_ACTIONS, *sorted({action for action, *_ in changes})]
    return [_effect(action, outcome, changes) for action in actions for outcome in ("step score", "survey score")]


def _changes(connection: duckdb.DuckDBPyConnection) -> str:
    """Query: action, arm, outcome, change; one row a drawn practice and outcome that is known at both ends.

    A practice drawn in several lists counts once, from the first: later changes carry the earlier call.
    """
    arms = " ".join(f"when '{step.code}' then {{side}}.{step.column}" for step in steps(connection))
    before, after = (f"case d.step_code {arms.format(side=side)} end" for side in ("b", "a"))
    survey = """(
        select score_shrunk from survey_practice_score as s
        where s.practice_id = d.practice_id and s.instrument = 'pooled' and s.lob = 'all' and s.composite = 'pe_index'
            and s.results_on <= {on} and s.results_on > {on} - 200
        order by s.results_on desc limit 1)"""
    return f"""
    with first_draw as (
        select * from draw
        where as_of <= $as_of - $settled
        qualify row_number() over (partition by practice_id order by as_of, release_id) = 1
    ),
    known as (
        select d.action_code, d.arm, {after} - {before} as step_change,
            {survey.format(on="$as_of")} - {survey.format(on="d.as_of")} as survey_change
        from first_draw as d
        asof join practice_scorecard as b on b.practice_id = d.practice_id and b.as_of_date <= d.as_of
        inner join practice_scorecard as a on a.practice_id = d.practice_id and a.as_of_date = $as_of
    )
    select action_code, arm, 'step score' as outcome, step_change from known where step_change is not null
    union all
    select action_code, arm, 'survey score', survey_change from known where survey_change is not null
    order by all"""


def _effect(action: str, outcome: str, changes: Sequence[tuple[str, str, str, float]]) -> Effect:
    arms: dict[str, list[float]] = {CALLED: [], HELD_OUT: []}
    for of_action, arm, of_outcome, change in changes:
        if action in (of_action, ALL_ACTIONS) and outcome == of_outcome:
            arms[arm].append(change)
    called, held = arms[CALLED], arms[HELD_OUT]
    difference = low = high = None
    if min(len(called), len(held)) >= FEWEST:
        difference, low, high = compare(called, held)
    return Effect(action, outcome, len(called), len(held), difference, low, high)


def compare(called: Sequence[float], held: Sequence[float]) -> tuple[float, float, float]:
    """Difference of the means and its 95% interval by Welch, for arms of unlike spread."""
    from scipy.stats import ttest_ind

    test = ttest_ind(called, held, equal_var=False)
    interval = test.confidence_interval(0.95)
    return tuple(round(float(value), 9) for value in (fmean(called) - fmean(held), interval.low, interval.high))
