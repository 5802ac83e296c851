"""What is hidden shows: strengths move events and surveys, case mix and outreach have the effects that were put in."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from feeds.sample_plan import generate, parameters
from feeds.sample_plan.outreach import draw_outreach
from feeds.sample_plan.randomness import stream
from feeds.sample_plan.surveys import expected_index
from feeds.sample_plan.timeline import build_timeline, federal_holidays
from feeds.sample_plan.world import draw_strengths
from tests.feeds.sample_plan.conftest import Plan

TIMELINE = build_timeline(date(2026, 6, 30), 48)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Enough practices for a correlation to show."""
    home = tmp_path_factory.mktemp("world")
    generate(home, practices=80, members=9_000, months=18, dirt=0.0)
    return Plan(home)


def correlation(plan: Plan, step: str, observed: str) -> float:
    """Between practices: mean strength of a step against the query's (practice_id, value, weight)."""
    rows = plan.rows(
        f"with o(practice_id, value, weight) as ({observed}), "
        f"s as (select practice_id, avg(strength_{step}) strength from {{truth_practice_wave}} "
        "where wave_id < '2026H2' group by practice_id) "
        "select strength, value, weight from o join s using (practice_id) where value is not null"
    )
    strength, value, weight = np.array(rows, dtype=float).T
    return float(np.cov(strength, value, aweights=weight)[0, 1] / np.sqrt(
        np.cov(strength, aweights=weight) * np.cov(value, aweights=weight)))  # fmt: skip


OBSERVED = {
    ("minimize", "wait under a quarter of an hour", +1): """
        select location_id, avg((date_diff('second', greatest(start_datetime, checkin_datetime),
            provider_seen_datetime) < 960)::int), count(*) from {appointments}
        where provider_seen_datetime is not null group by 1""",
    ("ease", "authorisation complete", +1): """
        select practice_id, avg((additional_info_requested_datetime is null and admin_return_reason is null)::int),
            count(*) from {prior_authorizations} group by 1""",
    ("follow_up", "loop closed", +1): """
        select practice_id, avg((consult_report_received_date is not null)::int), count(*) from {referrals}
        where referral_date < date '2026-03-01' group by 1""",
    ("follow_up", "seen within a week of discharge", +1): """
        select practice_id, avg((exists (select 1 from {medical_claims} v where v.person_id = a.person_id
            and v.place_of_service_code in ('11', '50', '72', '22', '03', '10', '02') and v.hcpcs_code like '99%'
            and v.claim_start_date - cast(a.discharge_datetime as date) between 1 and 8))::int), count(*)
        from {adt_notifications} a where a.patient_class = 'I' and a.event_type_code = 'A03'
            and a.practice_id is not null and a.event_datetime < timestamp '2026-03-01' group by 1""",
    ("empathy", "leaving by choice", -1): """
        select practice_id, avg((coalesce(change_initiator, '') = 'member' and reason_code <> 'member_moved')::int),
            count(*) from {pcp_assignments} group by 1""",
    ("information", "coverage rejects", -1): """
        select practice_id, avg((reject_code_1 in ('70', '75', '76', 'MR', '608'))::int), count(*)
        from (select * replace (coalesce(reject_code_1, '') as reject_code_1) from {pharmacy_claims}
              where fill_number = 0) r
        join (select cast(npi as varchar) npi, min(practice_id) practice_id from {provider_affiliations} group by 1) a
            on a.npi = r.prescribing_provider_npi group by 1""",
    ("readiness", "social-needs screens", +1): """
        select practice_id, count(*) / any_value(n), any_value(n) from {screenings}
        join (select location_id practice_id, count(*) n from {appointments} group by 1) using (practice_id)
        where domain = 'food' group by 1""",
    ("flexible", "urgent visits soon", +1): """
        select location_id, avg((start_datetime - requested_datetime < interval 36 hour)::int), count(*)
        from {appointments} where visit_reason_class = 'urgent' and requested_datetime is not null group by 1""",
    ("compliance", "after-hours route", +1): """
        select practice_id, avg((after_hours_response_type in ('live_clinician', 'answering_service_reaches_clinician',
            'recording_with_oncall_number_or_transfer', 'nurse_line_with_pcp_escalation'))::int), count(*)
        from {access_audits} where after_hours_response_type is not null group by 1""",
}  # fmt: skip


@pytest.mark.parametrize(("step", "what", "sign"), OBSERVED, ids=[key[1] for key in OBSERVED])
def test_strength_shows_in_what_happens(plan, step, what, sign):
    assert sign * correlation(plan, step, OBSERVED[step, what, sign]) > 0.25


def test_touchpoints_follow_their_step(plan):
    for number, step in enumerate(parameters.SURVEYED_STEPS):
        found = correlation(
            plan,
            step.lower().replace("-", "_"),
            f"select practice_id, avg(response_code), count(*) from {{survey_responses}} "
            f"where item_id = 'tp{number + 1}' and response_code is not null group by 1",
        )
        assert found > 0.45, step


def test_answers_grow_milder_with_age_and_better_with_mental_health(plan):
    """The case-mix coefficients have the sign and about the spread of the parameters."""
    by_health = plan.rows(
        "select mental_health, avg(response_code) from {survey_responses} where item_id = 'rate_personal_doctor' "
        "and response_code is not null group by 1 order by 1"
    )
    assert by_health[0][1] > by_health[-1][1]
    young, old = (
        plan.value(
            f"select avg(response_code) from {{survey_responses}} where item_id = 'listen' and age_band = '{band}'"
        )
        for band in ("18-24", "65-74")
    )
    assert old > young


def test_strengths_persist_from_wave_to_wave():
    strengths = draw_strengths(stream(1, "test"), 4_000, 9)
    lagged = np.corrcoef(strengths[:, 0, 3], strengths[:, 0, 4])[0, 1]
    between_steps = np.corrcoef(strengths[:, 0, 3], strengths[:, 5, 3])[0, 1]
    assert lagged == pytest.approx(parameters.WAVE_AUTOCORRELATION, abs=0.03)
    assert between_steps == pytest.approx(parameters.SHARED_VARIANCE, abs=0.05)
    assert strengths.std() == pytest.approx(1, abs=0.02)


def test_outreach_has_the_effect_that_is_documented():
    """Contacted and agreed against held out, next wave, same step: the difference is the parameter."""
    innate = draw_strengths(stream(2, "test"), 6_000, len(TIMELINE.waves))
    outreach = draw_outreach(2, TIMELINE, innate)
    rows = outreach.eligible
    after = (innate + outreach.gain)[rows.practice, rows.step, rows.wave + 1]
    helped = rows.arm & (rows.outcome == 1)
    difference = after[helped].mean() - after[~rows.arm].mean()
    assert difference == pytest.approx(parameters.OUTREACH_EFFECT, abs=0.1)
    assert 0.5 < rows.arm.mean() < 0.7


def test_held_out_practices_are_not_in_the_log(plan):
    logged = plan.value("select count(*) from {outreach_log}")
    contacted = plan.value("select count(contact_date) from {truth_outreach}")
    assert logged == contacted
    assert plan.value("select count(*) from {truth_outreach} where arm = 'held_out'") > 0


def test_the_index_of_an_average_practice_leaves_room_on_both_sides():
    level = expected_index(np.zeros((1, len(parameters.STEPS))))[0]
    better = expected_index(np.full((1, len(parameters.STEPS)), 1.0))[0]
    assert 70 < level < better < 95


def test_risk_is_calibrated_on_the_truth(plan):
    """Over all practices and waves the chance of the bottom quartile is a quarter."""
    mean = plan.value("select avg(risk_true) from {truth_practice_wave} where wave_id > '2025H1'")
    assert 0.15 < mean < 0.35


def test_federal_holidays_are_the_observed_days():
    days = set(federal_holidays(2026, 2026).astype(str))
    assert {"2026-01-01", "2026-01-19", "2026-07-03", "2026-11-26", "2026-12-25"} <= days
    assert len(days) == 11
