"""Secret-shopper, after-hours and directory calls: two waves a year, up to three attempts a case."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan.care import MINUTE
from feeds.sample_plan.columns import coded, dates, identifiers, integers, local_times
from feeds.sample_plan.events import Events, rank_within
from feeds.sample_plan.membership import practice_id
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.roster import Listings
from feeds.sample_plan.timeline import add_business_days, to_business_day
from feeds.sample_plan.world import PANELS, World

AVAILABILITY, AFTER_HOURS, DIRECTORY = range(3)
AUDIT_TYPES = ("appointment_availability", "after_hours_phone", "directory_verification")
SERVICES = (
    "primary_care_adult_routine",
    "primary_care_pediatric_routine",
    "obgyn_routine",
    "bh_outpatient_routine",
    "urgent",
)
DISPOSITIONS = (
    "appointment_offered", "no_appointment_within_search_window", "not_accepting_new", "not_at_location",
    "not_in_network", "wrong_number", "no_answer_after_max_attempts", "refused_info", "referred_to_portal",
    "records_or_referral_required", "excluded_auditor_error",
)  # fmt: skip
RESPONSES = (
    "live_clinician", "answering_service_reaches_clinician", "recording_with_oncall_number_or_transfer",
    "nurse_line_with_pcp_escalation", "recording_911_only", "voicemail_no_instruction", "no_answer",
    "disconnected_or_wrong_number", "busy",
)  # fmt: skip
PAYERS = ("medicaid", "marketplace", "medicare", "commercial")


def draw_cases(rng: np.random.Generator, world: World, listings: Listings) -> Events:
    """Cases of every finished or running wave: some practices have too few clinicians for a verdict."""
    timeline, rows = world.timeline, listings.rows
    parts = []
    for position, wave in enumerate(w for w in timeline.waves if len(w.months)):
        month = wave.months[len(wave.months) // 2]
        active = ~(rows.begin > timeline.month_starts[month]) & ~(rows.end < timeline.month_starts[month + 1])
        listed = np.flatnonzero(active & rows.pcp & rows.listed)
        each_site = np.unique(rows.site[listed])
        routine = listed[rng.random(len(listed)) < 0.75]
        urgent = listed[rng.random(len(listed)) < 0.40]
        checked = listed[rng.random(len(listed)) < 0.70]
        after_hours = np.flatnonzero(rng.random(len(each_site)) < 0.9)
        first_of_site = np.searchsorted(rows.site[listed[np.argsort(rows.site[listed], kind="stable")]], each_site)
        representative = listed[np.argsort(rows.site[listed], kind="stable")][first_of_site]
        for listing, audit, service in (
            (routine, AVAILABILITY, 0), (urgent, AVAILABILITY, 4), (representative[after_hours], AFTER_HOURS, -1),
            (checked, DIRECTORY, -1),
        ):  # fmt: skip
            n = len(listing)
            pediatric = world.practices.panel[rows.site[listing]] == PANELS.index("pediatric")
            family = (world.practices.panel[rows.site[listing]] == 0) & (rng.random(n) < 0.3)
            parts.append(Events(
                listing=listing, audit=np.full(n, audit), wave=np.full(n, position), month=np.full(n, month),
                service=np.where((service == 0) & (pediatric | family), 1, service),
                day=to_business_day(timeline.month_starts[month] + rng.integers(0, 26, n)),
            ))  # fmt: skip
    cases = Events(**{k: np.concatenate([p.columns[k] for p in parts]) for k in parts[0].columns})
    return cases.take(cases.day <= timeline.end)


def availability(rng: np.random.Generator, world: World, cases: Events, site: np.ndarray) -> tuple[np.ndarray, ...]:
    """Disposition, offered date and modality of calls that ask for an appointment."""
    n = len(cases)
    urgent = cases.service == 4
    routine_ok = world.happens(rng, "audit_routine_offer", site, cases.month)
    urgent_ok = world.happens(rng, "audit_urgent_offer", site, cases.month)
    answered = world.happens(rng, "audit_answered", site, cases.month)
    prompt = np.where(urgent, urgent_ok, routine_ok)
    lead = np.where(urgent, rng.integers(0, 2, n), 1 + rng.integers(0, 14, n))
    slow = np.where(urgent, 3 + rng.integers(0, 12, n), 17 + rng.integers(0, 40, n))
    offered = add_business_days(cases.day, np.where(prompt, lead, slow))
    offered = np.where(urgent & prompt, cases.day + rng.integers(0, 3, n), offered)
    failure = np.array([1, 2, 3, 4, 5, 7, 8, 9])[pick_from(rng, (0.2, 0.25, 0.1, 0.08, 0.05, 0.06, 0.14, 0.12), n)]
    fails = ~prompt & (rng.random(n) < 0.45)
    disposition = np.where(~answered, 6, np.where(fails, failure, 0))
    disposition = np.where(rng.random(n) < 0.012, 10, disposition)
    dated = (disposition == 0) | ((disposition == 8) & (rng.random(n) < 0.3))
    return disposition, np.where(dated, offered, np.datetime64("NaT", "D"))


def build_access_audits(world: World, listings: Listings) -> pa.Table:
    """Grain: call attempt; exactly one of a case is final."""
    rng = stream(world.seed, "access_audits")
    cases = draw_cases(rng, world, listings)
    site = listings.rows.site[cases.listing]
    n = len(cases)
    appointment, hours_call, check = (cases.audit == kind for kind in range(3))
    disposition, offered = availability(rng, world, cases, site)
    routed = world.happens(rng, "after_hours_route", site, cases.month)
    response = np.where(
        routed, pick_from(rng, (0.12, 0.45, 0.33, 0.10), n), 4 + pick_from(rng, (0.3, 0.35, 0.2, 0.08, 0.07), n)
    )
    emergency = np.where(routed, rng.random(n) < 0.99, rng.random(n) < 0.6)
    right = [world.happens(rng, "directory_right", site, cases.month) for _ in range(5)]
    unreachable = appointment & (disposition == 6)
    attempts = np.where(unreachable, 3, 1 + (rng.random(n) < 0.25))
    case = np.repeat(np.arange(n), attempts)
    attempt = rank_within(case) + 1
    final = attempt == attempts[case]
    rows = cases.take(case)
    day = to_business_day(rows.day + (attempt - attempts[case]))
    evening = rng.random(len(case)) < 0.7
    minute = np.where(hours_call[case], np.where(evening, 20 * 60 + rng.integers(0, 120, len(case)),
                      rng.integers(6 * 60, 7 * 60, len(case))), rng.integers(9 * 60, 16 * 60, len(case)))  # fmt: skip
    called = np.where(final, rows.day, np.minimum(day, rows.day)).astype("datetime64[s]") + minute * MINUTE
    payer = pick_from(rng, (0.55, 0.15, 0.15, 0.15), n)
    modality = np.where(np.isnat(offered), -1, pick_from(rng, (0.9, 0.08, 0.02), n))
    wrong = check & ~np.all(right, axis=0)
    found = cases.day + rng.integers(1, 4, n)
    fixed = found + rng.integers(3, 60, n)
    verifies = check[case] & final

    def last(values: np.ndarray, use: np.ndarray) -> np.ndarray:
        """The case's value on its final attempt, -1 on the others and where it does not apply."""
        return np.where(final & use[case], values[case], -1)

    no_date = np.datetime64("NaT", "D")
    listing = listings.rows.clinician[rows.listing]
    wave_names = [w.wave_id for w in world.timeline.waves]
    return pa.table({
        "audit_id": identifiers("AU", np.arange(len(case)) + 1, 8),
        "audit_case_id": identifiers("AC", case + 1, 8),
        "attempt_no": integers(attempt),
        "is_final_disposition": integers(final),
        "wave_id": coded(rows.wave, wave_names),
        "vendor_independent_flag": integers(np.ones(len(case))),
        "audit_type": coded(rows.audit, AUDIT_TYPES),
        "practice_id": practice_id(site[case]),
        "npi": world.providers.text(listing),
        "call_datetime": local_times(called),
        "caller_payer": coded(payer[case], PAYERS),
        "caller_profile": coded((rng.random(len(case)) < 0.1).astype(int), ("new_patient", "established")),
        "service_type": coded(rows.service, SERVICES),
        "disposition": coded(last(disposition, appointment), DISPOSITIONS),
        "earliest_offered_date": dates(np.where(final & appointment[case], offered[case], no_date)),
        "offered_modality": coded(last(modality, appointment), ("in_person", "video", "phone")),
        "offers_in_person": integers(rng.random(len(case)) < 0.97, ~(final & appointment[case])),
        "after_hours_response_type": coded(last(response, hours_call), RESPONSES),
        "emergency_instruction_flag": integers(emergency[case], ~(final & hours_call[case])),
        "callback_minutes": integers(rng.integers(5, 60, len(case)), ~(final & hours_call[case] & (response[case] == 1))),
        "language_option_flag": integers(rng.random(len(case)) < 0.5, ~(final & hours_call[case])),
        **{
            f"verified_{name}": integers(right[k][case], ~verifies)
            for k, name in enumerate(("in_network", "address", "phone", "accepting_new", "specialty"))
        },
        "finding_reported_date": dates(np.where(final & wrong[case], found[case], no_date),
                                       found[case] > world.timeline.end),
        "directory_corrected_date": dates(np.where(final & wrong[case], fixed[case], no_date),
                                          fixed[case] > world.timeline.end),
    })  # fmt: skip
