"""What calling changed: practices called against practices held out by lot, by the arm that the lot gave them.

The draw of each list is kept beside it. Arms are compared as drawn, whether the call succeeded or not: only so is the
difference the effect of calling, and not of being the kind of practice that picks up the phone.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

import duckdb

from outreach.marts import steps
from outreach.ranking import Practice

DRAW_COLUMNS = ("practice_id", "arm", "step_code", "action_code", "as_of", "release_id")
CALLED, HELD_OUT = "called", "held_out"
FOLLOWED_DAYS = 330  # metrics look back over a year, and the first survey wave wholly after the calls ends with it
SURVEY_DAYS = 200  # an older survey score says nothing of the date
FEWEST = 10  # practices in each arm below which nothing is said
ALL_ACTIONS = "all"
OUTCOMES = ("step score", "patients on the step", "survey score")


@dataclass(frozen=True)
class Effect:
    """Called minus held out, in points of a score from 0 to 100, with its 95% interval; None where too few."""

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
        writer.writerow(DRAW_COLUMNS)
        for practice in practices:
            arm = HELD_OUT if practice.held_out else CALLED if practice.tier == "A" else None
            slot = practice.slots[0]
            if arm and slot.action:
                action = slot.action.split(":")[0]
                row = (practice.practice_id, arm, slot.step_code, action, practice.as_of, practice.release_id)
                writer.writerow(row)


def write(effects: Iterable[Effect], path: Path) -> None:
    """The report as a table for other programs. Grain: action and outcome; no difference = too few to tell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Effect))
        writer.writerows(astuple(effect) for effect in effects)


def effects(connection: duckdb.DuckDBPyConnection, draws: Sequence[Path], as_of: date) -> list[Effect]:
    """Effect of every action drawn, and of all together, on what it was about: what the metrics say of the step, what
    patients say of it, and the survey as a whole.

    `draws` are the files of earlier releases. A list is followed up on the first as-of date about a year after it, so
    what is said of it stays the same on later pages.
    """
    connection.execute("create or replace temp table draw (practice_id varchar, arm varchar, step_code varchar, "
                       "action_code varchar, as_of date, release_id varchar)")  # fmt: skip
    for path in draws:
        connection.execute("insert into draw select * from read_csv(?, header = true, all_varchar = true)", [str(path)])
    pairs = connection.execute(_pairs(connection), {"as_of": as_of, "followed": FOLLOWED_DAYS}).fetchall()
    drawn = [action for (action,) in connection.execute("select distinct action_code from draw order by 1").fetchall()]
    return [_effect(action, outcome, pairs) for action in (ALL_ACTIONS, *drawn) for outcome in OUTCOMES]


def _pairs(connection: duckdb.DuckDBPyConnection) -> str:
    """Query: action, arm, outcome, before, after; one row a drawn practice and outcome that is known at both ends.

    A practice drawn in several lists counts once, from the first: later changes carry the earlier call.
    """
    about = steps(connection)
    score, asked = (
        " ".join(f"when '{step.code}' then {{side}}.{column}" for step in about if (column := getattr(step, kind)))
        for kind in ("column", "touchpoint_column")
    )

    def at(arms: str, side: str) -> str:
        return f"case d.step_code {arms.format(side=side)} end"

    def survey(on: str) -> str:
        return f"""(
        select s.score_raw from survey_practice_score as s
        where s.practice_id = d.practice_id and s.instrument = 'pooled' and s.lob = 'all' and s.composite = 'pe_index'
            and s.results_on <= {on} and s.results_on > {on} - {SURVEY_DAYS}
        order by s.results_on desc limit 1)"""

    return f"""
    with first_draw as (
        select * from draw
        qualify row_number() over (partition by practice_id order by as_of, release_id) = 1
    ),
    followed as (
        select d.*, b.as_of_date as before_on, min(a.as_of_date) as after_on
        from first_draw as d
        asof join (select distinct as_of_date from practice_scorecard) as b on b.as_of_date <= d.as_of
        inner join (select distinct as_of_date from practice_scorecard where as_of_date <= $as_of) as a
            on a.as_of_date >= d.as_of + $followed
        group by all
    ),
    known as (
        select d.action_code, d.arm,
            {at(score, "b")} as step_before, {at(score, "a")} as step_after,
            {at(asked, "b")} as asked_before, {at(asked, "a")} as asked_after,
            {survey("d.before_on")} as survey_before, {survey("d.after_on")} as survey_after
        from followed as d
        inner join practice_scorecard as b on b.practice_id = d.practice_id and b.as_of_date = d.before_on
        inner join practice_scorecard as a on a.practice_id = d.practice_id and a.as_of_date = d.after_on
    ),
    outcomes as (
        select action_code, arm, '{OUTCOMES[0]}' as outcome, step_before as before, step_after as after from known
        union all
        select action_code, arm, '{OUTCOMES[1]}', asked_before, asked_after from known
        union all
        select action_code, arm, '{OUTCOMES[2]}', survey_before, survey_after from known
    )
    select * from outcomes
    where before is not null and after is not null
    order by all"""


def _effect(action: str, outcome: str, pairs: Sequence[tuple[str, str, str, float, float]]) -> Effect:
    arms: dict[str, list[tuple[float, float]]] = {CALLED: [], HELD_OUT: []}
    for of_action, arm, of_outcome, before, after in pairs:
        if action in (of_action, ALL_ACTIONS) and outcome == of_outcome:
            arms[arm].append((before, after))
    called, held = arms[CALLED], arms[HELD_OUT]
    difference = low = high = None
    if min(len(called), len(held)) >= FEWEST:
        difference, low, high = compare(called, held)
    return Effect(action, outcome, len(called), len(held), difference, low, high)


def compare(called: Sequence[tuple[float, float]], held: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Difference of later scores at equal earlier ones (analysis of covariance), and its 95% interval.

    The lot makes the arms alike; taking the earlier score into account only narrows the interval. The standard error
    is robust to arms of unlike spread (HC3), the interval from Student's t.
    """
    import numpy as np
    from scipy.stats import t

    pairs = np.array([*called, *held], dtype=float)
    arm = np.repeat([1.0, 0.0], [len(called), len(held)])
    before = pairs[:, 0] - pairs[:, 0].mean()
    design = np.column_stack([arm, np.ones_like(arm), before] if before.any() else [arm, np.ones_like(arm)])
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ pairs[:, 1]
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    weighted = design * ((pairs[:, 1] - design @ estimate) / (1 - leverage))[:, None]
    spread = np.sqrt((inverse @ weighted.T @ weighted @ inverse)[0, 0])
    reach = t.ppf(0.975, len(pairs) - design.shape[1]) * spread
    return tuple(round(float(value), 6) for value in (estimate[0], estimate[0] - reach, estimate[0] + reach))
