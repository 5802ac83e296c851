"""Appointments of a block: kept visits of practices that send them, and those missed, cancelled, refused, ahead."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan.care import (
    AFTER_DISCHARGE,
    AFTER_ED,
    CHRONIC_CARE,
    IN_PERSON,
    MINUTE,
    PREVENTIVE,
    SICK,
    Care,
)  # fmt: skip
from feeds.sample_plan.columns import coded, identifiers, integers, joined, null_column, utc_times
from feeds.sample_plan.events import Events, concatenate
from feeds.sample_plan.membership import LOBS, Block, practice_id
from feeds.sample_plan.places import TIME_ZONES
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import HOLIDAYS, add_business_days, to_business_day
from feeds.sample_plan.world import World

FULFILLED, NO_SHOW, CANCELLED, BOOKED = range(4)
STATUS = ("fulfilled", "noshow", "cancelled", "booked", "waitlist")
TYPES = ("ROUTINE", "CHECKUP", "FOLLOWUP", "WALKIN", "EMERGENCY")
TYPE_TEXT = ("Routine visit", "Check-up", "Follow-up visit", "Walk-in", "Urgent visit")
REASON_CLASSES = ("urgent", "routine", "preventive", "post_discharge", "chronic")
CHANNELS = ("phone", "web", "app", "portal", "walkin", "plan_case_manager")
SOURCES = ("patient", "recall", "checkout", "referral")
CANCEL_REASONS = ("patient request", "transport", "provider unavailable", "late arrival", "clinic closed")
NO_TIME = np.datetime64("NaT", "s")


def slots(rng: np.random.Generator, world: World, block: Block, care: Care) -> Events:
    """All booked slots: kept visits plus missed, cancelled, and still to come."""
    kept = care.visits.take(world.practices.sends["appointments"][care.visits.site])
    kept = kept.having(status=np.full(len(kept), FULFILLED), guest=np.zeros(len(kept), bool))
    chance = rng.random(len(kept))
    missing = world.chance("no_show", kept.site, kept.month)
    dropped = world.chance("practice_cancel", kept.site, kept.month)
    by_patient = 0.05
    keeps_sick_visits = np.where(kept.urgent, 0.4, 1.15)  # who is ill today comes today
    missed = kept.take(chance < keeps_sick_visits * missing / (1 - missing))
    shift = rng.integers(3, 25, len(missed))
    missed = missed.having(day=to_business_day(missed.day + shift), status=np.full(len(missed), NO_SHOW))
    cancelling = (chance > 0.5) & (chance < 0.5 + keeps_sick_visits * (dropped + by_patient))
    cancelled = kept.take(cancelling)
    moved = to_business_day(cancelled.day + rng.integers(1, 15, len(cancelled)))
    cancelled = cancelled.having(day=moved, status=np.full(len(cancelled), CANCELLED))
    recent = kept.take((kept.day > world.timeline.end - 60) & (rng.random(len(kept)) < 0.5))
    ahead = recent.having(day=to_business_day(recent.day + 61), status=np.full(len(recent), BOOKED))
    guests = kept.take(rng.random(len(kept)) < 0.03)  # patients of the practice whom the plan does not cover
    guests = guests.having(guest=np.ones(len(guests), bool))
    every = concatenate(kept, guests, missed.take(missed.day <= world.timeline.end),
                       cancelled.take(cancelled.day <= world.timeline.end), ahead)  # fmt: skip
    return every.take(np.lexsort((every.status, every.minute, every.day, every.person, every.guest)))


def booking_times(rng: np.random.Generator, world: World, visits: Events) -> dict[str, np.ndarray]:
    """When the visit was asked for, made, and what was offered first."""
    n = len(visits)
    prompt = world.happens(rng, "same_day", visits.site, visits.month)
    urgent_wait = np.where(prompt, rng.random(n) < 0.2, 1 + rng.geometric(0.45, n))
    routine_wait = rng.gamma(2.0, world.rate("lead_days", visits.site, visits.month) / 2.0)
    wait = np.where(visits.urgent, urgent_wait, np.minimum(routine_wait.astype(int), 120))
    wait = np.where(np.isin(visits.kind, (AFTER_DISCHARGE, AFTER_ED)) & ~visits.urgent, rng.integers(0, 5, n), wait)
    asked_day = add_business_days(visits.day, -wait)
    # What is still to come was booked by the end, about two months ahead.
    ahead = np.busday_offset(visits.day - 65, 0, roll="backward", holidays=HOLIDAYS)
    asked_day = np.where(visits.status == BOOKED, ahead, asked_day)
    same_day = asked_day >= visits.day
    start = visits.day.astype("datetime64[s]") + visits.minute * MINUTE
    asked = asked_day.astype("datetime64[s]") + rng.integers(8 * 60, 17 * 60, n) * MINUTE
    asked = np.where(same_day, start - rng.integers(20, 300, n) * MINUTE, asked)
    chose_later = visits.urgent & (wait > 1) & (rng.random(n) < 0.15)
    offered = np.where(chose_later, asked + np.timedelta64(18, "h"), start)
    return {"start": start, "asked": asked, "created": asked + rng.integers(0, 40, n) * MINUTE, "offered": offered}


def clinic_times(
    rng: np.random.Generator, world: World, visits: Events, start: np.ndarray, here: np.ndarray
) -> dict[str, np.ndarray]:
    """Check-in to check-out of kept visits in person or by video."""
    n = len(visits)
    arrival = start + np.clip(rng.normal(-8, 9, n), -60, 45).astype(int) * MINUTE
    begin = np.maximum(start, arrival)
    wait = rng.gamma(1.5, world.rate("wait_minutes", visits.site, visits.month) / 1.5)
    seen = begin + (np.minimum(wait, 240) * 60).astype(int).astype("timedelta64[s]")
    length = np.where(visits.kind == PREVENTIVE, 25, 15) + rng.integers(-5, 15, n)
    timed = here & world.practices.sends["seen_times"][visits.site]
    return {
        "checkin": np.where(here, arrival, NO_TIME),
        "roomed": np.where(timed, arrival + (seen - arrival) // 2, NO_TIME),
        "seen": np.where(timed, seen, NO_TIME),
        "checkout": np.where(here, seen + (length + 5) * MINUTE, NO_TIME),
    }


def build_appointments(world: World, block: Block, care: Care) -> pa.Table:
    """Grain: appointment, last state."""
    rng = stream(world.seed, "appointments", block.first)
    visits = slots(rng, world, block, care)
    n = len(visits)
    site, month, status = visits.site, visits.month, visits.status
    times = booking_times(rng, world, visits)
    here = (status == FULFILLED) & (visits.modality == IN_PERSON)
    clinic = clinic_times(rng, world, visits, times["start"], here | ((status == FULFILLED) & (visits.modality == 1)))
    walk_in = visits.urgent & (status == FULFILLED) & (rng.random(n) < 0.12)
    clinic["checkin"] = np.where(walk_in, np.maximum(clinic["checkin"], times["asked"]), clinic["checkin"])
    kind = np.select(
        [walk_in, visits.urgent, visits.kind == PREVENTIVE, np.isin(visits.kind, (AFTER_DISCHARGE, AFTER_ED)),
         visits.kind == CHRONIC_CARE], [3, 4, 1, 2, np.where(rng.random(n) < 0.6, 0, 2)], 0,
    )  # fmt: skip
    reason = np.select(
        [visits.urgent, visits.kind == PREVENTIVE, visits.kind == AFTER_DISCHARGE, visits.kind == CHRONIC_CARE],
        [0, 2, 3, 4], 1,
    )  # fmt: skip
    dropped = world.chance("practice_cancel", site, month)
    by_practice = (status == CANCELLED) & (rng.random(n) < dropped / (dropped + 0.05))
    notice = np.where(by_practice, rng.geometric(0.35, n), rng.integers(0, 12, n))
    cancel_time = np.maximum(times["start"] - notice * np.timedelta64(1, "D") - 60 * MINUTE, times["created"])
    cancel_time = np.where(status == CANCELLED, cancel_time, NO_TIME)
    later_visit = np.append(
        (visits.person[1:] == visits.person[:-1]) & (visits.site[1:] == visits.site[:-1]) & ~visits.guest[1:], False
    )
    books_next = (status == FULFILLED) & world.happens(rng, "next_visit_booked", site, month)
    # Booked at checkout: the following visit was made on the day of this one.
    from_checkout = np.append(False, (books_next & later_visit)[:-1]) & ~visits.urgent
    previous = np.append(times["start"][:1], times["start"][:-1]) + 45 * MINUTE
    from_checkout &= previous < times["start"]
    made = np.where(from_checkout, previous, times["created"])
    asked = np.where(from_checkout, previous, times["asked"])
    offered = np.where(from_checkout, times["start"], times["offered"])
    made = np.minimum(made, times["start"])
    reminded = world.happens(rng, "reminder", site, month) & (~visits.urgent)
    refused = (status == CANCELLED) & visits.urgent & (rng.random(n) < 0.25)
    zone = world.practices.zone[site]
    lob = np.maximum(block.lob[visits.person, month], 0)
    known_channel = np.where(walk_in, 4, pick_from(rng, (0.62, 0.12, 0.06, 0.17, 0.0, 0.03), n))
    source = np.where(from_checkout, 2, np.where(visits.urgent, 0, pick_from(rng, (0.82, 0.15, 0.0, 0.03), n)))
    confirmed = joined(("phone", "text", "email"), rng.random((n, 3)) < np.array([0.3, 0.5, 0.2]) * reminded[:, None])

    def utc(moments: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
        return utc_times(moments, zone, TIME_ZONES, missing)

    duration = np.where(visits.kind == PREVENTIVE, 30, np.where(visits.kind == SICK, 15, 20))
    return pa.table({
        "appointment_id": identifiers("AP", block.first * 1000 + np.arange(n), 12),
        "person_id": block.person_id(visits.person, visits.guest),
        "patient_id": identifiers("PT", (block.first + visits.person + 1) * 31 % 99_999_989 + 100_000_000 * visits.guest, 9),
        "encounter_id": identifiers("EN", block.first * 1000 + np.arange(n), 12, status != FULFILLED),
        "start_datetime": utc(times["start"]),
        "end_datetime": utc(times["start"] + duration * MINUTE),
        "duration": integers(duration),
        "location_id": practice_id(site),
        "practitioner_id": world.providers.text(visits.clinician),
        "type_code": coded(kind, TYPES),
        "type_description": coded(kind, TYPE_TEXT),
        "status_code": coded(status, STATUS),
        "reason": null_column(n, pa.string()),
        "cancellation_reason": coded(
            np.where(status == CANCELLED, np.where(by_practice, rng.integers(2, 5, n), rng.integers(0, 2, n)), -1),
            CANCEL_REASONS),
        "requested_datetime": utc(asked, rng.random(n) < 0.08),
        "created_datetime": utc(made),
        "first_offered_datetime": utc(offered, rng.random(n) < 0.15),
        "booking_channel": coded(known_channel, CHANNELS),
        "booking_source": coded(source, SOURCES),
        "visit_reason_class": coded(reason, REASON_CLASSES),
        "modality": coded(visits.modality, ("in_person", "video", "phone")),
        "checkin_datetime": utc(clinic["checkin"]),
        "roomed_datetime": utc(clinic["roomed"]),
        "provider_seen_datetime": utc(clinic["seen"]),
        "checkout_datetime": utc(clinic["checkout"]),
        "cancel_datetime": utc(cancel_time),
        "cancellation_initiator": coded(np.where(status == CANCELLED, by_practice.astype(int), -1),
                                        ("patient", "practice")),
        "refusal_reason": coded(np.where(refused, pick_from(rng, (0.2, 0.8), n), -1), ("panel_full", "no_slot")),
        "reminder_sent_flag": integers(reminded),
        "confirmation_channels": confirmed,
        "lob": coded(lob, LOBS),
    })  # fmt: skip
