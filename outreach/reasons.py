"""Why a practice is on the list and what to offer: catalogue part F.2, three slots a practice."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

SLOTS = 3
FIGURES = {"proportion": "{:.0%}", "per_1000_mm": "{:.1f}", "days": "{:.0f}"}
UNIT_WORDS = {"per_1000_mm": " per 1,000 member months", "days": " days"}


@dataclass(frozen=True)
class Trigger:
    """A metric of a practice that calls for an action: `not_met`, or `uncertain` below its target."""

    metric_id: str
    name: str
    step_code: str
    unit: str
    status: str
    value: float | None  # None where a small count hides it
    median_value: float | None  # of the plan's practices with enough data
    target: float | None
    before_value: float | None  # one as-of date earlier
    before_date: date | None
    gap: float  # distance from the target as a share of the target, greater is worse
    is_hard_failure: bool
    action_code: str
    advice: str
    plan_support: str


@dataclass(frozen=True)
class Slot:
    """One of the three reasons that the list shows, with its action."""

    step_code: str | None
    reason: str
    action: str | None
    metric_id: str | None
    plan_support: str | None


def pick(triggers: Iterable[Trigger], step_scores: Mapping[str, float | None]) -> list[Slot]:
    """The slots of one practice, at most three.

    Compliance failures with target 1.00 come first. Then one trigger from each step, weakest step first (ties: greater
    gap), `not_met` before `uncertain`. A step fills a second slot only when the steps with a trigger do not fill three.
    Neither the same metric nor the same advice comes twice.
    """
    chosen: list[Trigger] = []
    left = list(triggers)
    while left and len(chosen) < SLOTS:
        filled = Counter(trigger.step_code for trigger in chosen)
        best = min(left, key=lambda trigger: _order(trigger, filled[trigger.step_code], step_scores))
        chosen.append(best)
        left = [t for t in left if t.metric_id != best.metric_id and t.action_code != best.action_code]
    return [_slot(trigger) for trigger in chosen]


def _order(trigger: Trigger, slots_of_step: int, step_scores: Mapping[str, float | None]) -> tuple:
    """What makes a trigger the next to be named; a hard failure counts neither its step's slots nor its score."""
    score = step_scores.get(trigger.step_code)
    by_step = (0, False, False, 0.0)
    if not trigger.is_hard_failure:
        by_step = (slots_of_step, trigger.status != "not_met", score is None, score or 0.0)
    return (not trigger.is_hard_failure, *by_step, -trigger.gap, trigger.metric_id, trigger.action_code)


def _slot(trigger: Trigger) -> Slot:
    return Slot(
        step_code=trigger.step_code,
        reason=reason(trigger),
        action=f"{trigger.action_code}: {trigger.advice}",
        metric_id=trigger.metric_id,
        plan_support=trigger.plan_support,
    )


def nothing_to_say(measured: int) -> Slot:
    """The only slot of a practice without a trigger: what is known of it, so that silence is not read as praise."""
    text = "No data: no core metric has a result. This says nothing good or bad."
    if measured:
        text = f"No metric below its target among the {measured} core metrics with enough data."
    return Slot(step_code=None, reason=text, action=None, metric_id=None, plan_support=None)


def reason(trigger: Trigger) -> str:
    """One line in plain words: the practice's own number, the plan's median and the number before, where there are any.

    The target is named where the practice is no worse than the median, for the reason would sound like praise.
    """
    said = [f"{trigger.name}: {amount(trigger.value, trigger.unit)}"]
    if trigger.median_value is not None:
        said.append(f"plan median {figure(trigger.median_value, trigger.unit)}")
        if not _behind_the_median(trigger):
            said.append(f"target {figure(trigger.target, trigger.unit)}")
    if trigger.value is not None and trigger.before_value is not None:
        said.append(f"was {figure(trigger.before_value, trigger.unit)} on {trigger.before_date}")
    return ", ".join(said)


def _behind_the_median(trigger: Trigger) -> bool:
    """A trigger misses its target, so the target tells on which side better lies."""
    if trigger.value is None or trigger.target is None:
        return True
    return (trigger.target - trigger.value) * (trigger.median_value - trigger.value) > 0


def amount(value: float | None, unit: str) -> str:
    """A metric's value with its unit, as people read it in a sentence."""
    return figure(value, unit) + (UNIT_WORDS.get(unit, "") if value is not None else "")


def figure(value: float | None, unit: str) -> str:
    """The bare number; rates to whole percent (catalogue E.3). The one place where numbers of metrics are rounded."""
    if value is None:
        return "not shown (few people)"
    return FIGURES.get(unit, "{:.2f}").format(value)
