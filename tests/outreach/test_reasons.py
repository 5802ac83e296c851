"""Which reasons a practice gets, and in what words (catalogue F.2)."""

import dataclasses
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from outreach.reasons import SLOTS, Trigger, amount, nothing_to_say, pick, reason

BASE = Trigger(
    metric_id="m",
    name="A metric",
    step_code="EASE",
    unit="proportion",
    status="not_met",
    value=0.31,
    median_value=0.52,
    target=0.6,
    before_value=0.38,
    before_date=date(2025, 12, 31),
    gap=0.5,
    is_hard_failure=False,
    action_code="EASE-1",
    advice="Do it.",
    plan_support="Help.",
)


def trigger(metric_id: str, step: str, **changes) -> Trigger:
    return dataclasses.replace(BASE, metric_id=metric_id, step_code=step, action_code=f"{step}-{metric_id}", **changes)


def chosen(triggers, scores) -> list[str]:
    return [slot.metric_id for slot in pick(triggers, scores)]


def test_reason_in_plain_words():
    follow_up = dataclasses.replace(BASE, name="7-day follow-up after discharge")
    said = "7-day follow-up after discharge: 31%, plan median 52%, was 38% on 2025-12-31"
    assert reason(follow_up) == said
    assert [slot.reason for slot in pick([follow_up], {})] == [said]
    assert reason(dataclasses.replace(follow_up, before_value=None)) == said.removesuffix(", was 38% on 2025-12-31")


def test_the_target_is_named_where_the_practice_is_no_worse_than_the_median():
    contact = dataclasses.replace(
        BASE, name="Patient contacted", value=0.73, median_value=0.68, target=0.8, before_value=None
    )
    assert reason(contact) == "Patient contacted: 73%, plan median 68%, target 80%"
    lower_is_better = dataclasses.replace(contact, name="No-shows", value=0.2, median_value=0.18, target=0.15)
    assert reason(lower_is_better) == "No-shows: 20%, plan median 18%"


def test_amounts_by_unit():
    assert amount(12.34, "per_1000_mm") == "12.3 per 1,000 member months"
    assert amount(3.0, "days") == "3 days"
    assert amount(0.618, "index") == "0.62"
    assert amount(None, "proportion") == "not shown (few people)"


def test_compliance_failures_first_then_one_of_each_weakest_step():
    scores = {"EASE": 40.0, "MINIMIZE": 20.0, "COMPLIANCE": 90.0, "READINESS": 30.0}
    given_triggers = [
        trigger("slow", "MINIMIZE"),
        trigger("late", "MINIMIZE", gap=0.9),
        trigger("far", "EASE"),
        trigger("gaps", "READINESS"),
        trigger("phone", "COMPLIANCE", is_hard_failure=True),
    ]
    assert chosen(given_triggers, scores) == ["phone", "late", "gaps"]


def test_a_step_fills_a_second_slot_only_when_fewer_than_three_steps_have_a_trigger():
    two_steps = [trigger("a", "EASE"), trigger("b", "EASE", gap=0.1), trigger("c", "MINIMIZE")]
    assert chosen(two_steps, {"EASE": 10.0, "MINIMIZE": 20.0}) == ["a", "c", "b"]


def test_not_met_goes_before_uncertain():
    mixed = [trigger("maybe", "EASE", status="uncertain", gap=3.0), trigger("sure", "MINIMIZE")]
    assert chosen(mixed, {"EASE": 1.0, "MINIMIZE": 99.0}) == ["sure", "maybe"]


def test_the_same_advice_is_not_given_twice():
    twins = [dataclasses.replace(trigger(m, "EASE"), action_code="EASE-3") for m in ("a", "b")]
    assert len(pick(twins, {"EASE": 1.0})) == 1


def test_a_step_with_a_hard_failure_waits_for_the_other_steps():
    given_triggers = [
        trigger("phone", "COMPLIANCE", is_hard_failure=True),
        trigger("fields", "COMPLIANCE", gap=9.0),
        trigger("far", "EASE"),
        trigger("late", "MINIMIZE"),
    ]
    scores = {"COMPLIANCE": 1.0, "EASE": 50.0, "MINIMIZE": 60.0}
    assert chosen(given_triggers, scores) == ["phone", "far", "late"]


def test_a_metric_that_calls_for_two_actions_is_named_once():
    late = dataclasses.replace(BASE, metric_id="no_show_rate", step_code="MINIMIZE", action_code="MIN-3")
    flexible = dataclasses.replace(late, step_code="FLEXIBLE", action_code="FLEX-5")
    [slot] = pick([late, flexible], {"MINIMIZE": 30.0, "FLEXIBLE": 20.0})
    assert slot.action.startswith("FLEX-5: ")


def test_no_data_is_said_and_never_sounds_good():
    silent = nothing_to_say(0)
    assert "No data" in silent.reason
    assert silent.action is None
    assert "34 core metrics" in nothing_to_say(34).reason


def test_a_median_that_nobody_may_see_is_left_out():
    hidden = dataclasses.replace(BASE, value=None, median_value=None)
    assert reason(hidden) == "A metric: not shown (few people)"


@given(
    st.lists(
        st.builds(
            trigger,
            st.sampled_from("abcdefgh"),
            st.sampled_from(["EASE", "MINIMIZE", "COMPLIANCE", "FOLLOW-UP"]),
            status=st.sampled_from(["not_met", "uncertain"]),
            gap=st.floats(0, 5),
            is_hard_failure=st.booleans(),
        ),
        max_size=12,
        unique_by=lambda t: (t.metric_id, t.step_code),
    ),
    st.randoms(use_true_random=False),
)
def test_slots_do_not_depend_on_the_order_of_triggers(triggers, random):
    scores = {"EASE": 10.0, "MINIMIZE": 10.0, "COMPLIANCE": None, "FOLLOW-UP": 55.5}
    shuffled = list(triggers)
    random.shuffle(shuffled)
    slots = pick(triggers, scores)
    assert slots == pick(shuffled, scores)
    assert len({slot.metric_id for slot in slots}) == len({slot.action for slot in slots}) == len(slots) <= SLOTS
    assert bool(slots) == bool(triggers)
