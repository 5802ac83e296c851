"""Why a practice is on the list and what to offer: catalogue part F.2, three slots a practice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

SLOTS = 3


@dataclass(frozen=True)
class Trigger:
    """A metric of a practice that calls for an action: `not_met`, or `uncertain` below its target."""

    metric_id: str
    name: str
    step_code: str
    unit: str
    status: str
    value: float | None  # None where a small count hides it
    median: float | None  # of the plan's practices with enough data
    target: float | None
    gap: float  # distance from the target as a share of the target's scale, greater is worse
    is_hard_failure: bool
    action_code: str
    advice: str
    plan_support: str


@dataclass(frozen=True)
class Slot:
    """One of the three reasons that the list shows, with its action."""

    step_code: str
    reason: str
    action: str
    metric_id: str


def pick(triggers: Iterable[Trigger], step_scores: Mapping[str, float | None]) -> list[Slot]:
    """The slots of one practice, at most three.

    Compliance failures with target 1.00 come first. Then one trigger from each step, weakest step first (ties: greater
    gap), `not_met` before `uncertain`. A step fills a second slot only when the steps with a trigger do not fill three.
    """
    ordered = sorted(triggers, key=_worst_first)
    hard = [t for t in ordered if t.is_hard_failure]
    rounds = _by_rounds([t for t in ordered if not t.is_hard_failure], step_scores)
    return [_slot(trigger) for trigger in _distinct_actions([*hard, *rounds])[:SLOTS]]


def _worst_first(trigger: Trigger) -> tuple:
    return (trigger.status != "not_met", -trigger.gap, trigger.metric_id)


def _by_rounds(triggers: Sequence[Trigger], step_scores: Mapping[str, float | None]) -> list[Trigger]:
    """First every step's worst trigger, then every step's second, and so on; weakest step first in each round."""
    by_step = groupby(sorted(triggers, key=lambda t: (t.step_code, *_worst_first(t))), key=lambda t: t.step_code)
    ranked = [(turn, trigger) for _, of_step in by_step for turn, trigger in enumerate(of_step)]

    def order(entry: tuple[int, Trigger]) -> tuple:
        turn, trigger = entry
        score = step_scores.get(trigger.step_code)
        return (turn, trigger.status != "not_met", score is None, score or 0.0, -trigger.gap, trigger.metric_id)

    return [trigger for _, trigger in sorted(ranked, key=order)]


def _distinct_actions(triggers: Sequence[Trigger]) -> list[Trigger]:
    """The same advice is not given twice."""
    return list({trigger.action_code: trigger for trigger in reversed(triggers)}.values())[::-1]


def _slot(trigger: Trigger) -> Slot:
    return Slot(trigger.step_code, reason(trigger), f"{trigger.action_code}: {trigger.advice}", trigger.metric_id)


def reason(trigger: Trigger) -> str:
    """One line in plain words: the practice's own number beside the plan's median."""
    own = amount(trigger.value, trigger.unit)
    return f"{trigger.name}: {own}, plan median {amount(trigger.median, trigger.unit)}"


def amount(value: float | None, unit: str) -> str:
    """A metric's value as people read it; rates to whole percent (catalogue E.3)."""
    if value is None:
        return "not shown (few people)"
    if unit == "proportion":
        return f"{value:.0%}"
    if unit == "per_1000_mm":
        return f"{value:.1f} per 1,000 member months"
    if unit == "days":
        return f"{value:.0f} days"
    return f"{value:.2f}"
