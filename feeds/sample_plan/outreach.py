"""What the plan did about weak practices in the past: random hold-out, contacts, and their known effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from feeds.sample_plan import parameters as assumed
from feeds.sample_plan.care import MINUTE
from feeds.sample_plan.columns import coded, dates, identifiers, local_times, numbers
from feeds.sample_plan.events import Events
from feeds.sample_plan.membership import practice_id
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import Timeline, to_business_day

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
    """`eligible`: practice, wave (position), step, arm (1 contacted, 0 held out), outcome; `gain` on strengths."""

    eligible: Events
    gain: np.ndarray  # practices x steps x waves


def draw_outreach(seed: int, timeline: Timeline, innate: np.ndarray) -> Outreach:
    """From the second year on, each wave: the weakest quarter is eligible, a random part of it is contacted.

    The contact happens in the wave's second month; the gain holds in the following waves. Eligibility looks at
    the strength the plan could have known (the wave before) with some noise; the arm is a fair draw.
    """
    rng = stream(seed, "outreach")
    practices, _, waves = innate.shape
    gain = np.zeros_like(innate)
    parts = []
    busy = np.full(practices, -10)
    for wave in range(2, waves - 1):
        known = innate[:, :7, wave - 1] + rng.normal(0, 0.6, (practices, 7))
        weak = known.mean(axis=1)
        cut = np.quantile(weak, assumed.OUTREACH_ELIGIBLE_SHARE)
        chosen = np.flatnonzero((weak <= cut) & (wave - busy > assumed.OUTREACH_WAVES))
        busy[chosen] = wave
        step = np.argmin(known[chosen], axis=1)
        arm = rng.random(len(chosen)) < assumed.OUTREACH_CONTACT_SHARE
        agrees = rng.random(len(chosen)) < assumed.OUTREACH_AGREE_SHARE
        outcome = np.where(agrees, AGREED, np.array([REACHED, DECLINED, NO_CONTACT])[rng.integers(0, 3, len(chosen))])
        helped = arm & agrees
        for later in range(wave + 1, min(wave + 1 + assumed.OUTREACH_WAVES, waves)):
            gain[chosen[helped], step[helped], later] += assumed.OUTREACH_EFFECT
        parts.append(Events(practice=chosen, wave=np.full(len(chosen), wave), step=step, arm=arm, outcome=outcome))
    if not parts:
        empty = np.empty(0, dtype=int)
        parts = [Events(practice=empty, wave=empty, step=empty, arm=empty.astype(bool), outcome=empty)]
    eligible = Events(**{k: np.concatenate([p.columns[k] for p in parts]) for k in parts[0].columns})
    return Outreach(eligible, gain)


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
    names = assumed.SURVEYED_STEPS
    return pa.table({
        "outreach_id": identifiers("OU", np.arange(n) + 1, 6),
        "practice_id": practice_id(rows.practice),
        "step_code": coded(rows.step, names),
        "metric_id": coded(rows.step, [ACTIONS[s][0] for s in names]),
        "action_code": coded(rows.step, [ACTIONS[s][1] for s in names]),
        "contact_datetime": local_times(day.astype("datetime64[s]") + rng.integers(9 * 60, 16 * 60, n) * MINUTE),
        "channel": coded(pick_from(rng, (0.3, 0.35, 0.2, 0.05, 0.1), n), ("visit", "phone", "email", "letter", "webinar")),
        "outcome": coded(rows.outcome, OUTCOMES),
        "follow_up_due_date": dates(due, ~agreed),
        "completed_date": dates(completed, ~agreed | (completed > timeline.end)),
        "list_run_id": coded(rows.wave, [f"list-{w.wave_id}" for w in timeline.waves]),
    })  # fmt: skip


def build_truth(seed: int, timeline: Timeline, outreach: Outreach) -> pa.Table:
    """Grain: eligible practice x wave, both arms, with the effect that was put in."""
    rows = outreach.eligible
    day = contact_days(seed, timeline, outreach)
    helped = rows.arm & (rows.outcome == AGREED)
    return pa.table({
        "practice_id": practice_id(rows.practice),
        "wave_id": coded(rows.wave, [w.wave_id for w in timeline.waves]),
        "step_code": coded(rows.step, assumed.SURVEYED_STEPS),
        "arm": coded(rows.arm.astype(int), ("held_out", "contacted")),
        "outcome": coded(np.where(rows.arm, rows.outcome, -1), OUTCOMES),
        "contact_date": dates(day, ~rows.arm | (day > timeline.end)),
        "effect_on_step_sd": numbers(np.where(helped, assumed.OUTREACH_EFFECT, 0.0), 3),
    })  # fmt: skip
