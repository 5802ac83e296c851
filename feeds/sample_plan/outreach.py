"""What the plan did about weak practices: random hold-out, contacts, and their known effect.

The past is the plan's own. Where lists of this product went out (their hold_out.csv, one a list), the world answers to
those from then on, so that the whole loop can be tried: list, calls, effect, next list.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from feeds.sample_plan import parameters as assumed
from feeds.sample_plan.care import MINUTE
from feeds.sample_plan.columns import coded, dates, identifiers, local_times, numbers, texts
from feeds.sample_plan.events import Events, concatenate
from feeds.sample_plan.membership import practice_id
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.surveys import expected_index, expected_score
from feeds.sample_plan.timeline import Timeline, to_business_day
from feeds.sample_plan.world import World

# step -> (metric that triggered, action)
ACTIONS = {
    "EASE": ("appt_routine_within_standard", "EASE-1"),
    "FLEXIBLE": ("same_day_access_rate", "FLEX-1"),
    "MINIMIZE": ("seen_within_15_min_rate", "MIN-1"),
    "READINESS": ("preventive_visit_rate", "READY-1"),
    "EMPATHY": ("service_grievance_rate", "EMP-3"),
    "INFORMATION": ("rx_coverage_reject_rate", "INFO-1"),
    "FOLLOW-UP": ("fu7_discharge_rate", "FUP-1"),
}
REACHED, AGREED, DECLINED, NO_CONTACT = range(4)
OUTCOMES = ("reached", "agreed", "declined", "no_contact")


@dataclass(frozen=True)
class Outreach:
    """`eligible`: practice, wave (position), step, arm (1 contacted, 0 held out), outcome, action, list; `gain` on strengths."""

    eligible: Events
    gain: np.ndarray  # practices x steps x waves


def draw_outreach(seed: int, timeline: Timeline, innate: np.ndarray, lists: Sequence[Path] = ()) -> Outreach:
    """From the second year on, each wave: the weakest quarter is eligible, a random part of it is contacted.

    The contact happens in the wave's second month; the gain holds in the following waves. Eligibility looks at
    the strength the plan could have known (the wave before) with some noise; the arm is a fair draw.
    From the wave of the first of `lists` on, it is those that say who is contacted, and about what.
    """
    answered = read_lots(lists, timeline, len(innate)) if lists else None
    first_answered = answered.wave.min() if answered is not None and len(answered) else len(timeline.waves)
    drawn, gain = _draw_past(seed, timeline, innate, before=int(first_answered))
    if answered is None:
        return Outreach(drawn, gain)
    answered = answered.having(outcome=_outcomes(stream(seed, "outreach_answers"), len(answered)))
    _add_gain(gain, answered)
    return Outreach(concatenate(drawn, answered), gain)


def read_lots(lists: Sequence[Path], timeline: Timeline, practices: int) -> Events:
    """The lots of lists that went out: practice, wave of the calls, step, arm, action, list. Strange ids are left out."""
    known = {identifier: at for at, identifier in enumerate(practice_id(np.arange(practices)).to_pylist())}
    rows = [row for path in lists for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    rows = [row for row in rows if row["practice_id"] in known]
    starts = np.array([wave.start for wave in timeline.waves])
    days = np.array([row["as_of"] for row in rows], dtype="datetime64[D]")
    return Events(
        practice=np.array([known[row["practice_id"]] for row in rows], dtype=int),
        wave=np.clip(np.searchsorted(starts, days + 1, side="right") - 1, 0, len(starts) - 1),
        step=np.array([assumed.STEPS.index(row["step_code"]) for row in rows], dtype=int),
        arm=np.array([row["arm"] == "called" for row in rows], dtype=bool),
        action=np.array([row["action_code"] for row in rows], dtype=object),
        list_id=np.array([row["release_id"] for row in rows], dtype=object),
    )


def _draw_past(seed: int, timeline: Timeline, innate: np.ndarray, before: int) -> tuple[Events, np.ndarray]:
    rng = stream(seed, "outreach")
    practices, _, waves = innate.shape
    gain = np.zeros_like(innate)
    parts = []
    busy = np.full(practices, -10)
    for wave in range(2, min(waves - 1, before)):
        known = innate[:, :7, wave - 1] + rng.normal(0, 0.6, (practices, 7))
        weak = known.mean(axis=1)
        cut = np.quantile(weak, assumed.OUTREACH_ELIGIBLE_SHARE)
        chosen = np.flatnonzero((weak <= cut) & (wave - busy > assumed.OUTREACH_WAVES))
        busy[chosen] = wave
        step = np.argmin(known[chosen], axis=1)
        arm = rng.random(len(chosen)) < assumed.OUTREACH_CONTACT_SHARE
        n = len(chosen)
        parts.append(
            Events(
                practice=chosen,
                wave=np.full(n, wave),
                step=step,
                arm=arm,
                outcome=_outcomes(rng, n),
                action=np.array([ACTIONS[s][1] for s in assumed.SURVEYED_STEPS], dtype=object)[step],
                list_id=np.full(n, f"list-{timeline.waves[wave].wave_id}", dtype=object),
            )
        )
        _add_gain(gain, parts[-1])
    if not parts:
        empty = np.empty(0, dtype=int)
        text = empty.astype(object)
        parts = [
            Events(
                practice=empty, wave=empty, step=empty, arm=empty.astype(bool), outcome=empty, action=text, list_id=text
            )
        ]
    return concatenate(*parts), gain


def _outcomes(rng: np.random.Generator, n: int) -> np.ndarray:
    """How a contact ends, if there is one."""
    agrees = rng.random(n) < assumed.OUTREACH_AGREE_SHARE
    return np.where(agrees, AGREED, np.array([REACHED, DECLINED, NO_CONTACT])[rng.integers(0, 3, n)])


def _add_gain(gain: np.ndarray, rows: Events) -> None:
    """Whoever was contacted and agreed is stronger in that step in the waves that follow."""
    helped = rows.take(rows.arm & (rows.outcome == AGREED))
    for later in range(1, assumed.OUTREACH_WAVES + 1):
        there = helped.take(helped.wave + later < gain.shape[2])
        np.add.at(gain, (there.practice, there.step, there.wave + later), assumed.OUTREACH_EFFECT)


def contact_days(seed: int, timeline: Timeline, outreach: Outreach) -> np.ndarray:
    rng = stream(seed, "outreach_days")
    starts = np.array([w.start for w in timeline.waves])
    days = starts[outreach.eligible.wave] + 20 + rng.integers(0, 60, len(outreach.eligible))
    return to_business_day(days)


def build_outreach_log(seed: int, timeline: Timeline, outreach: Outreach) -> pa.Table:
    """Grain: contact. Held-out practices have no row."""
    rng = stream(seed, "outreach_log")
    day = contact_days(seed, timeline, outreach)
    made = outreach.eligible.arm & (day <= timeline.end)
    rows, day = outreach.eligible.take(made), day[made]
    n = len(rows)
    agreed = rows.outcome == AGREED
    due = day + 30
    completed = day + rng.integers(20, 90, n)
    metrics = {action: metric for metric, action in ACTIONS.values()}
    return pa.table({
        "outreach_id": identifiers("OU", np.arange(n) + 1, 6),
        "practice_id": practice_id(rows.practice),
        "step_code": coded(rows.step, assumed.STEPS),
        "metric_id": texts([metrics.get(action) for action in rows.action]),
        "action_code": texts(rows.action),
        "contact_datetime": local_times(day.astype("datetime64[s]") + rng.integers(9 * 60, 16 * 60, n) * MINUTE),
        "channel": coded(pick_from(rng, (0.3, 0.35, 0.2, 0.05, 0.1), n), ("visit", "phone", "email", "letter", "webinar")),
        "outcome": coded(rows.outcome, OUTCOMES),
        "follow_up_due_date": dates(due, ~agreed),
        "completed_date": dates(completed, ~agreed | (completed > timeline.end)),
        "list_run_id": texts(rows.list_id),
    })  # fmt: skip


def build_truth(world: World, outreach: Outreach) -> pa.Table:
    """Grain: eligible practice x wave, both arms, with the effect that was put in: on the strength, and in points (0 to
    100) of what the survey of the next wave asks about the step and of its index."""
    rows, names = outreach.eligible, assumed.STEPS
    day = contact_days(world.seed, world.timeline, outreach)
    helped = rows.arm & (rows.outcome == AGREED)
    with_help = world.strength[rows.practice, :, np.minimum(rows.wave + 1, world.strength.shape[2] - 1)]
    without = with_help.copy()
    without[np.arange(len(rows)), rows.step] -= np.where(helped, assumed.OUTREACH_EFFECT, 0.0)
    touchpoint = np.zeros(len(rows))
    for item in assumed.TOUCHPOINTS.values():
        asked = rows.step == names.index(item.steps[0])
        touchpoint[asked] = (expected_score(item, with_help) - expected_score(item, without))[asked]
    return pa.table({
        "practice_id": practice_id(rows.practice),
        "wave_id": coded(rows.wave, [w.wave_id for w in world.timeline.waves]),
        "step_code": coded(rows.step, names),
        "arm": coded(rows.arm.astype(int), ("held_out", "contacted")),
        "outcome": coded(np.where(rows.arm, rows.outcome, -1), OUTCOMES),
        "contact_date": dates(day, ~rows.arm | (day > world.timeline.end)),
        "effect_on_step_sd": numbers(np.where(helped, assumed.OUTREACH_EFFECT, 0.0), 3),
        "effect_on_touchpoint": numbers(touchpoint, 3),
        "effect_on_pe_index": numbers(expected_index(with_help) - expected_index(without), 3),
    })  # fmt: skip
