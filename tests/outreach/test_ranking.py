"""Who comes first, in which tier, with which change (docs/outreach.md)."""

from datetime import date, timedelta

import pytest

import outreach
from expectations import BadInput
from outreach.choices import Choices
from outreach.practices_csv import write as write_csv
from outreach.ranking import held_out, rank

AS_OF = date(2026, 6, 30)


def ranked(marts, capacity=5, previous=None, **choices):
    return rank(
        marts, as_of=AS_OF, release_id="r1", previous_list=previous, capacity=capacity, choices=Choices(**choices)
    )


def test_hard_failures_first_then_most_members_helped(marts):
    practices = ranked(marts).practices
    assert [p.rank for p in practices] == list(range(1, 25))
    assert practices[0].practice_id == "P0001"
    assert practices[0].hard_fail == "after_hours_coverage_rate"
    assert practices[0].slots[0].action.startswith("COMP-1: ")
    helped = [p.expected_members_affected for p in practices[1:] if p.members is not None]
    assert helped == sorted(helped, reverse=True)
    assert practices[-1].members is None  # few members: no count to weigh


@pytest.mark.parametrize("order", ["risk", "members"])
def test_other_orders(marts, order):
    values = [getattr(p, order) for p in ranked(marts, order=order).practices[1:]]
    known = [v for v in values if v is not None]
    assert known == sorted(known, reverse=True)


def test_unknown_order_is_refused():
    with pytest.raises(BadInput, match="members_helped, risk, members"):
        Choices(order="alphabet")


def test_without_a_model_the_weakest_steps_come_first(tmp_path, plan_tables, marts_of):
    tables = plan_tables()
    for row in tables["practice_risk"]:
        row.update(risk=None, risk_low=None, risk_high=None, path="no_model", model_name=None, model_version=None)
    practices = ranked(marts_of(tmp_path / "marts", tables)).practices
    assert practices[0].practice_id == "P0001"
    assert practices[-1].practice_id == "P0003"  # nothing is known of it
    assert all(p.risk is None and p.model_version is None for p in practices)


def test_each_practice_says_why_it_stands_where_it_stands(marts):
    practices = ranked(marts).practices
    assert practices[0].standing.startswith("A duty is not met: such practices come first.")
    second = practices[1]
    assert second.standing == (
        "No duty is known to be missed, so it comes after those that miss one. Within its group, first come those where help is "
        f"expected to reach most members: here a risk of {second.risk:.0%} among {second.members:,} members, so help would reach "
        f"about {second.expected_members_affected:.0f}."
    )
    [small] = [p for p in practices if p.members is None]
    assert "unknown or too small to show" in small.standing
    assert {p.is_uncertain for p in practices} == {True, False}
    assert all(p.is_uncertain == (p.risk_low < 0.25 < p.risk_high) for p in practices)


def test_a_practice_without_data_says_so(marts):
    [silent] = [p for p in ranked(marts).practices if p.practice_id == "P0003"]
    assert silent.data_gaps == 38
    assert silent.slots[0].reason.startswith("No data")


def test_tiers_by_capacity_and_territory(marts):
    tiers = [p.tier for p in ranked(marts, capacity=5).practices]
    assert tiers == ["A"] * 5 + ["B"] * 5 + ["C"] * 14
    practices = ranked(marts, capacity=6, capacity_per_territory=2).practices
    for state in ("OH", "KY"):
        assert sum(p.tier == "A" and p.state == state for p in practices) == 2


def test_territories_are_what_the_plan_calls_them(marts):
    """Cities drawn together; one team is smaller than the others, and what is not mapped stands for itself."""
    practices = ranked(
        marts, capacity=8, territory_column="city", territories={"Columbus": "Ohio", "Cleveland": "Ohio"},
        capacity_per_territory=3, territory_capacity={"Ohio": 2},
    ).practices  # fmt: skip
    assert {p.territory for p in practices} == {"Ohio", "Mansfield Suite 200 B"}
    assert sum(p.tier == "A" and p.territory == "Ohio" for p in practices) == 2
    assert sum(p.tier == "A" and p.territory != "Ohio" for p in practices) == 3


def test_an_unknown_territory_column_is_refused():
    with pytest.raises(BadInput, match="state, county_fips, city"):
        Choices(territory_column="planet")


def contact(practice_id, on, **columns):
    return {"outreach_id": f"N-{on}", "practice_id": practice_id, "contact_date": on, "channel": "phone"} | columns


def test_who_declined_or_has_an_appointment_rests(tmp_path, plan_tables, marts_of):
    tables = plan_tables()
    first, second, third = [p.practice_id for p in ranked(marts_of(tmp_path / "plain", tables)).practices[:3]]
    tables["outreach_contact"] = [
        contact(first, AS_OF - timedelta(days=20), outcome="declined"),
        contact(second, AS_OF - timedelta(days=21), outcome="agreed", follow_up_due_date=AS_OF + timedelta(days=9)),
        contact(third, AS_OF - timedelta(days=91), outcome="declined"),
    ]
    practices = ranked(marts_of(tmp_path / "marts", tables), capacity=2).practices
    assert [p.practice_id for p in practices[:3]] == [first, second, third]
    assert [p.tier for p in practices[:5]] == ["C", "C", "A", "A", "B"]
    assert practices[0].rest == "declined; not before 2026-09-08"
    assert practices[1].rest == "follow-up agreed; not before 2026-07-09"
    assert practices[2].rest is None


def test_change_against_the_last_list_and_who_dropped_out(tmp_path, plan_tables, marts_of, marts):
    last = tmp_path / "practices.csv"
    before = ranked(marts)
    write_csv(before.practices, last)
    assert {p.change for p in before.practices} == {"new"}
    again = ranked(marts, previous=last)
    assert {p.change for p in again.practices} == {"same"}
    assert again.dropped == ()
    gone = before.practices[1].practice_id
    tables = plan_tables()
    for row in tables["practice_scorecard"]:
        row["is_active"] = row["practice_id"] != gone
    now = ranked(marts_of(tmp_path / "marts", tables), previous=last)
    assert now.dropped == ((gone, before.practices[1].practice_name),)
    assert [p.change for p in now.practices] == ["same"] + ["up"] * 22


def test_hold_out_is_a_fair_and_repeatable_lot(marts):
    choices = Choices(hold_out_share=0.3)
    ids = [f"P{n:05}" for n in range(4000)]
    share = sum(held_out(i, choices) for i in ids) / len(ids)
    assert share == pytest.approx(0.3, abs=0.03)
    assert not any(held_out(i, Choices()) for i in ids)
    practices = ranked(marts, capacity=10, hold_out_share=0.3).practices
    drawn = [p for p in practices if p.rest and "lot" in p.rest]
    assert drawn
    assert all(held_out(p.practice_id, choices) and p.tier == "C" for p in drawn)
    assert sum(p.tier == "A" for p in practices) == 10


def test_a_date_without_active_practices_is_refused(tmp_path, plan_tables, marts_of):
    tables = plan_tables(practices=3)
    for row in tables["practice_scorecard"]:
        row["is_active"] = False
    with pytest.raises(BadInput, match="none is active on 2026-06-30"):
        outreach.write(
            marts_of(tmp_path / "marts", tables), tmp_path / "out", as_of=AS_OF, release_id="r1", previous_list=None, capacity=5
        )  # fmt: skip
