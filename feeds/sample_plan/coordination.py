"""Who is told what: admission notices, screens, care management, grievances, interpreters, the vaccine registry."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan.care import MINUTE, Care, expand
from feeds.sample_plan.columns import (
    coded,
    dates,
    identifiers,
    integers,
    local_times,
    null_column,
    numbers,
    utc_times,
)  # fmt: skip
from feeds.sample_plan.events import Events, rank_within
from feeds.sample_plan.membership import LANGUAGES, Block, practice_id
from feeds.sample_plan.places import TIME_ZONES
from feeds.sample_plan.prevention import AT_PHARMACY, Prevention
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.world import World

HOUR = np.timedelta64(60, "m")
EVENTS = ("A01", "A03", "A04", "A06", "A08", "A11", "A13")
CLASSES = ("E", "I", "O", "U")


def build_adt_notifications(world: World, block: Block, care: Care) -> pa.Table:
    """Grain: notice. Each ED visit sends A04 and A03, each stay A01 and A03; some are updated or cancelled."""
    rng = stream(world.seed, "adt_notifications", block.first)
    ed, stays = care.ed_visits, care.stays.take(care.stays.kind != 2)
    base = Events(
        person=np.concatenate([ed.person, stays.person]), month=np.concatenate([ed.month, stays.month]),
        practice=np.concatenate([ed.practice, stays.practice]), hospital=np.concatenate([ed.hospital, stays.hospital]),
        came=np.concatenate([ed.day, stays.day]).astype("datetime64[s]")
        + np.concatenate([ed.hour, stays.hour]) * HOUR,
        nights=np.concatenate([np.zeros(len(ed), int), (stays.discharge - stays.day).astype(int)]),
        kind=np.concatenate([np.where(ed.urgent_care, 3, 0), np.where(stays.observed, 2, 1)]),
        dispo=np.concatenate([np.zeros(len(ed), int), stays.dispo]),
    )  # fmt: skip
    n = len(base)
    left = base.came + np.where(base.nights > 0, base.nights * 24 * 60, rng.integers(60, 420, n)) * MINUTE
    sent = np.flatnonzero(rng.random(n) < 0.88)
    cancelled = rng.random(n) < 0.01
    extra = rng.random(n) < 0.06
    visit = np.concatenate([sent, sent, sent[extra[sent]], sent[cancelled[sent]]])
    arrival = np.where(np.isin(base.kind, (1, 2)), 0, 2)
    event = np.concatenate([
        arrival[sent], np.full(len(sent), 1), np.full(int(extra[sent].sum()), 4), np.full(int(cancelled[sent].sum()), 5),
    ])  # fmt: skip
    order = np.lexsort((event == 5, event == 1, visit))
    visit, event = visit[order], event[order]
    rows = base.take(visit)
    n = len(rows)
    moment = np.select([event == 1, event == 5], [left[visit], rows.came + 5 * HOUR], rows.came)
    moment = np.where(event == 4, rows.came + 30 * MINUTE, moment)
    told = moment + rng.integers(2, 600, n) * MINUTE
    delivery = pick_from(rng, (0.90, 0.06, 0.04), n)
    delivered = delivery == 0
    received = world.happens(rng, "record_received", rows.practice, rows.month) & delivered
    each = rng.random(len(base))[visit]
    requests = world.practices.sends["record_requests"][rows.practice]
    asked = told + (rng.gamma(1.2, 30, n)).astype(int) * HOUR
    got = told + (12 + 640 * each**2).astype(int) * HOUR
    late = ~received & delivered & (rng.random(n) < 0.25)
    got = np.where(late, told + (31 * 24 + rng.integers(5, 700, n)) * HOUR, got)
    end = (world.timeline.end + 1).astype("datetime64[s]")
    shared = rng.random(n) < 0.06
    has_record = (received | late) & (got < end) & (event == 1)
    left_known = (event == 1) | ((event == 2) & (rng.random(n) < 0.5))
    zone = world.practices.zone[rows.practice]

    def utc(moments: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
        return utc_times(moments, zone, TIME_ZONES, missing)

    table = pa.table({
        "notification_id": identifiers("AD", block.first * 1000 + np.arange(n), 12),
        "person_id": block.person_id(rows.person),
        "facility_npi": world.providers.text(rows.hospital),
        "event_type_code": coded(event, EVENTS),
        "patient_class": coded(rows.kind, CLASSES),
        "event_datetime": utc(moment),
        "admit_datetime": utc(rows.came),
        "discharge_datetime": utc(left[visit], ~left_known | (left[visit] >= end)),
        "discharge_disposition_code": coded(np.where(event == 1, rows.dispo, -1), ("01", "06", "03", "07", "51", "20")),
        "practice_id": practice_id(rows.practice, delivery == 2),
        "notified_datetime": utc(told, delivery == 2),
        "delivery_status": coded(delivery, ("delivered", "failed", "no_recipient")),
        "record_requested_datetime": utc(asked, ~delivered | ~requests | (event != 1) | (rng.random(n) < 0.3) | (asked >= end)),
        "record_received_datetime": utc(got, ~has_record),
        "record_type": coded(np.where(has_record, np.where(rows.kind == 1, 0, 1), -1),
                             ("discharge_summary", "ed_note", "full_record")),
        "shared_ehr_flag": integers(shared),
        "source": coded(pick_from(rng, (0.7, 0.2, 0.1), n), ("hie", "hospital", "plan")),
    })  # fmt: skip
    return table.filter(pa.array(told < end))


SOCIAL_DOMAINS = ("food", "housing", "transportation", "utilities", "safety", "finance")
SOCIAL_Z = ("Z5941", "Z590", "Z5982", "Z5912", "Z630", "Z596")
DOMAINS = (*SOCIAL_DOMAINS, "depression", "alcohol", "tobacco", "falls", "incontinence", "overall")
INSTRUMENTS = ("PRAPARE", "AHC-HRSN", "PHQ-2", "PHQ-9", "AUDIT-C", "STEADI", "plan_hra", "tobacco_use", "UI-screen")


def build_screenings(world: World, block: Block, care: Care, prevention: Prevention) -> pa.Table:
    """Grain: person x instrument x domain x day."""
    rng = stream(world.seed, "screenings", block.first)
    visits = care.visits
    parts: list[tuple[np.ndarray, ...]] = []  # person, month, day, site, domain, instrument, source

    def add(rows: Events, domain: np.ndarray, instrument: np.ndarray, source: int) -> None:
        site = rows.site if source == 0 else np.full(len(rows), -1)
        parts.append((rows.person, rows.month, rows.day, site, domain, instrument, np.full(len(rows), source)))

    recorded = rng.random((3, len(visits))) < 0.6
    rows = visits.take(prevention.screens["depression_screen"] & recorded[0])
    add(rows, np.full(len(rows), 6), 2 + (rng.random(len(rows)) < 0.35), 0)
    rows = visits.take(prevention.screens["tobacco_screen"] & recorded[1])
    add(rows, np.full(len(rows), 7), np.full(len(rows), 4), 0)
    rows = visits.take(prevention.screens["fall_screen"] & recorded[2])
    add(rows, np.full(len(rows), 9), np.full(len(rows), 5), 0)
    rows = visits.take(prevention.screens["sdoh_screen"])
    for domain in range(3):
        asked = rows.take(rng.random(len(rows)) < (0.95, 0.85, 0.7)[domain])
        add(asked, np.full(len(asked), domain), asked.site % 2, 0)
    hra = expand(rng, world, block, np.full((len(block), world.timeline.months), 0.012))
    add(hra, np.full(len(hra), 11), np.full(len(hra), 6), 1)
    person, _, day, site, domain, instrument, source = (np.concatenate(c) for c in zip(*parts, strict=True))
    n = len(person)
    declined = rng.random(n) < 0.04
    status = np.where(declined, 1, np.where(rng.random(n) < 0.02, 2, 0))
    positive = rng.random(n) < np.array([0.14, 0.10, 0.11, 0.1, 0.03, 0.2, 0.12, 0.07, 0.2, 0.25, 0.2, 0.0])[domain]
    top = np.array([3, 3, 6, 27, 12, 14, 30, 1, 3])[instrument]
    cut = np.ceil(top * 0.5)
    score = np.where(positive, cut + rng.integers(0, 100, n) % (top - cut + 1), rng.integers(0, 100, n) % cut)
    load = block.people.frailty[person]
    risk = np.where(load > 4.0, 2, np.where(load > 1.8, 1, 0))
    social = (domain < len(SOCIAL_DOMAINS)) & positive & (status == 0)
    return pa.table({
        "screening_id": identifiers("SC", block.first * 1000 + np.arange(n), 12),
        "person_id": block.person_id(person),
        "practice_id": practice_id(np.maximum(site, 0), site < 0),
        "source": coded(source, ("practice", "plan_hra", "hospital", "cbo")),
        "screening_date": dates(day),
        "instrument": coded(instrument, INSTRUMENTS),
        "domain": coded(domain, DOMAINS),
        "status": coded(status, ("completed", "declined", "partial")),
        "result": coded(np.where((status == 0) & (domain != 11), positive.astype(int), -1), ("negative", "positive")),
        "score": numbers(score, 0, status != 0),
        "risk_level": coded(np.where(domain == 11, risk, -1), ("low", "rising", "high")),
        "z_codes": coded(np.where(social, domain, -1), SOCIAL_Z),
    })  # fmt: skip


def high_risk(block: Block, care: Care) -> Events:
    """When each person first showed two acute events (ED or stay) within 180 days."""
    ed, stays = care.ed_visits.take(~care.ed_visits.urgent_care), care.stays.take(care.stays.kind == 0)
    person = np.concatenate([ed.person, stays.person])
    day = np.concatenate([ed.day, stays.discharge])
    practice = np.concatenate([ed.practice, stays.practice])
    month = np.concatenate([ed.month, stays.month])
    order = np.lexsort((day, person))
    person, day, practice, month = person[order], day[order], practice[order], month[order]
    near = np.append(False, (person[1:] == person[:-1]) & ((day[1:] - day[:-1]).astype(int) <= 180))
    found = Events(person=person, day=day, practice=practice, month=month).take(near)
    # At most once a year: the plan does not ask again about somebody it already follows.
    again = rank_within(found.person * 100 + (found.day.astype("datetime64[Y]").astype(int)) % 100) == 0
    return found.take(again)


def build_care_management(world: World, block: Block, care: Care) -> pa.Table:
    """Grain: programme episode."""
    rng = stream(world.seed, "care_management", block.first)
    risky = high_risk(block, care)
    by_pcp = world.happens(rng, "case_referral", risky.practice, risky.month)
    by_other = ~by_pcp & (rng.random(len(risky)) < 0.35)
    home = care.stays.take((care.stays.kind == 0) & (care.stays.dispo < 2))
    transition = home.take(
        world.happens(rng, "case_referral", home.practice, home.month) & (rng.random(len(home)) < 0.4)
    )
    taking = care.visits.take(rng.random(len(care.visits)) < 0.004 * block.people.load[care.visits.person])
    picked = [
        (risky.take(by_pcp), 0, 0), (risky.take(by_other), 0, None),
        (transition.having(day=transition.discharge), 1, 0), (taking, 2, None),
        (care.visits.take(rng.random(len(care.visits)) < 0.006), 3, None),
    ]  # fmt: skip
    columns: dict[str, list[np.ndarray]] = {k: [] for k in ("person", "month", "day", "practice", "program", "source")}
    for events, program, source in picked:
        n = len(events)
        delay = rng.integers(0, 40 if program == 0 else 5, n)
        sources = np.full(n, 0) if source == 0 else 1 + pick_from(rng, (0.2, 0.5, 0.2, 0.1), n)
        for name, values in (("person", events.person), ("month", events.month), ("day", events.day + delay),
                             ("practice", events.practice), ("program", np.full(n, program)),
                             ("source", sources)):  # fmt: skip
            columns[name].append(values)
    rows = Events(**{name: np.concatenate(values) for name, values in columns.items()})
    rows = rows.take((rows.day <= world.timeline.end) & block.alive_on(rows.person, rows.day))
    n = len(rows)
    end = world.timeline.end
    opened = rows.day + rng.integers(1, 20, n)
    declined = rng.random(n) < 0.10
    is_open = ~declined & (opened <= end)
    closed = np.where(declined, rows.day + 10, opened + rng.integers(30, 240, n))
    is_closed = (closed <= end) & (rng.random(n) < 0.85)
    plan_date = opened + rng.integers(2, 20, n)
    has_plan = is_open & (plan_date <= end)
    reviewed = has_plan & world.happens(rng, "care_plan_review", rows.practice, rows.month)
    review = plan_date + rng.integers(1, 29, n)
    need = pick_from(rng, (0.2, 0.2, 0.2, 0.1, 0.05, 0.25), n)
    acts = is_open & np.isin(rows.program, (0, 3)) & (rng.random(n) < 0.6)
    intervention = opened + rng.integers(0, 30, n)
    reason = np.where(declined, 1, pick_from(rng, (0.62, 0.08, 0.22, 0.06, 0.02), n))
    return pa.table({
        "cm_id": identifiers("CM", block.first * 100 + np.arange(n), 11),
        "person_id": block.person_id(rows.person),
        "program": coded(rows.program, ("case_management", "care_transitions", "mtm", "life_services")),
        "referral_date": dates(rows.day),
        "referral_source": coded(rows.source, ("pcp", "member", "plan_algorithm", "hospital", "cbo")),
        "referring_practice_id": practice_id(np.maximum(rows.practice, 0), rows.source > 0),
        "status": coded(np.where(is_closed, 2, np.where(is_open, 1, 0)), ("referred", "open", "closed")),
        "opened_date": dates(opened, ~is_open),
        "closed_date": dates(closed, ~is_closed),
        "closed_reason": coded(np.where(is_closed, reason, -1),
                               ("goals_met", "member_declined", "unable_to_reach", "disenrolled", "died")),
        "care_plan_date": dates(plan_date, ~has_plan),
        "pcp_reviewed_date": dates(review, ~reviewed | (review > end)),
        "barrier_codes": coded(np.where(rng.random(n) < 0.3, need, -1), SOCIAL_Z),
        "need_category": coded(need, SOCIAL_DOMAINS),
        "intervention_date": dates(intervention, ~acts | (intervention > end)),
        "intervention_type": coded(np.where(acts & (intervention <= end), rng.integers(0, 4, n), -1),
                                   ("assistance", "referral", "coordination", "education")),
    })  # fmt: skip


CATEGORIES = ("quality_of_care", "access", "attitude_service", "billing_financial", "office_site",
              "dismissal_coverage", "language_culture", "discrimination", "other")  # fmt: skip


def build_grievances(world: World, block: Block) -> pa.Table:
    """Grain: case. Service grievances follow empathy, quality concerns follow compliance."""
    rng = stream(world.seed, "grievances", block.first)
    site = np.maximum(block.practice, 0)
    month = np.broadcast_to(np.arange(world.timeline.months), site.shape)
    service = expand(rng, world, block, world.rate("grievance", site, month))
    concern = expand(rng, world, block, world.rate("quality_concern", site, month))
    n_service = len(service)
    rows = Events(**{k: np.concatenate([service.columns[k], concern.columns[k]]) for k in service.columns})
    n = len(rows)
    is_concern = np.arange(n) >= n_service
    appeal = ~is_concern & (rng.random(n) < 0.06)
    category = np.where(is_concern, 0, 1 + pick_from(rng, (0.30, 0.36, 0.13, 0.08, 0.01, 0.05, 0.02, 0.05), n))
    against = np.where(is_concern, 0, pick_from(rng, (0.68, 0.14, 0.12, 0.04, 0.02), n))
    ours = against <= 1
    resolved = rows.day + rng.integers(3, 90, n)
    is_resolved = resolved <= world.timeline.end
    clinician = block.clinician[rows.person, rows.month]
    return pa.table({
        "grievance_id": identifiers("GR", block.first * 10 + np.arange(n), 10),
        "record_type": coded(np.where(is_concern, 2, np.where(appeal, 1, 0)), ("grievance", "appeal", "qoc_concern")),
        "person_id": block.person_id(rows.person),
        "received_date": dates(rows.day),
        "category": coded(category, CATEGORIES),
        "subcategory": null_column(n, pa.string()),
        "discrimination_flag": integers((category == 7) | (rng.random(n) < 0.01)),
        "against_type": coded(against, ("practice", "provider", "plan", "pharmacy", "facility")),
        "against_practice_id": practice_id(rows.practice, ~ours),
        "against_npi": world.providers.text(np.where(against == 1, clinician, -1)),
        "resolved_date": dates(resolved, ~is_resolved),
        "outcome": coded(np.where(is_resolved, pick_from(rng, (0.35, 0.2, 0.38, 0.07), n), -1),
                         ("substantiated", "partly", "not_substantiated", "withdrawn")),
        "severity_level": integers(pick_from(rng, (0.3, 0.35, 0.25, 0.08, 0.02), n), ~is_concern),
    })  # fmt: skip


def build_interpreter_requests(world: World, block: Block, care: Care) -> pa.Table:
    """Grain: request."""
    rng = stream(world.seed, "interpreter_requests", block.first)
    visits = care.visits
    rows = visits.take(block.people.needs_interpreter[visits.person] & (rng.random(len(visits)) < 0.8))
    n = len(rows)
    met = world.happens(rng, "interpreter_met", rows.site, rows.month)
    start = rows.day.astype("datetime64[s]") + rows.minute * MINUTE
    status = np.where(met, 0, pick_from(rng, (0.45, 0.0, 0.0, 0.2, 0.35), n))
    status = np.where(~met & (status == 0), np.where(rng.random(n) < 0.5, 0, 1), status)
    status = np.where(rng.random(n) < 0.03, 2, status)
    late = ~met & (status == 0)
    delay = np.where(late, rng.integers(16, 60, n), rng.integers(-5, 15, n))
    return pa.table({
        "request_id": identifiers("IR", block.first * 100 + np.arange(n), 11),
        "person_id": block.person_id(rows.person),
        "practice_id": practice_id(rows.site),
        "appointment_id": null_column(n, pa.string()),
        "language": coded(block.people.language[rows.person], LANGUAGES),
        "modality": coded(pick_from(rng, (0.25, 0.35, 0.40), n), ("on_site", "video", "phone")),
        "requested_datetime": local_times(start - rng.integers(2, 14 * 24, n) * HOUR),
        "scheduled_start_datetime": local_times(start),
        "actual_start_datetime": local_times(start + delay * MINUTE, status != 0),
        "status": coded(status, ("fulfilled", "unfulfilled", "cancelled_by_member", "cancelled_by_practice",
                                 "no_interpreter_available")),
        "interpreter_qualified_flag": integers(rng.random(n) > 0.02, status != 0),
        "vendor": coded(rng.integers(0, 2, n), ("Sample Language Line", "Example Interpreters")),
    })  # fmt: skip


def build_immunizations(world: World, block: Block, prevention: Prevention) -> pa.Table:
    """Grain: dose in the state registry: every flu shot it was told of, some of which were also billed."""
    rng = stream(world.seed, "immunizations", block.first)
    doses = prevention.flu
    doses = doses.take((doses.source > AT_PHARMACY) | (rng.random(len(doses)) < 0.5))
    n = len(doses)
    at_practice = doses.source == 0
    return pa.table({
        "immunization_id": identifiers("IM", block.first * 10 + np.arange(n), 10),
        "person_id": block.person_id(doses.person),
        "source_code": coded(pick_from(rng, (0.55, 0.25, 0.20), n), ("150", "185", "140")),
        "occurrence_date": dates(doses.day),
        "status": coded(np.zeros(n, int), ("completed",)),
        "location_id": practice_id(doses.practice, ~at_practice),
        "practitioner_id": world.providers.text(np.where(at_practice, doses.clinician, -1)),
    })  # fmt: skip
