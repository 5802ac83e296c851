"""What practices order: laboratory results and how patients hear of them, referrals, prior authorisations."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan.care import CHRONIC_CARE, MINUTE, PREVENTIVE, Care, expand
from feeds.sample_plan.claims import REFERRAL_DX
from feeds.sample_plan.columns import coded, dates, identifiers, integers, local_times, null_column, utc_times
from feeds.sample_plan.events import rank_within
from feeds.sample_plan.membership import Block, practice_id
from feeds.sample_plan.pharmacy import DRUGS, ndc_text
from feeds.sample_plan.places import TIME_ZONES
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import add_business_days, to_business_day
from feeds.sample_plan.world import TAXONOMY_CODES, World

HOUR = np.timedelta64(60, "m")
# order code, description, LOINC, unit, reference low and high, kind of result
TESTS = (
    ("80053", "Comprehensive metabolic panel", "2345-7", "mg/dL", 70, 110, "lab"),
    ("85025", "Complete blood count", "718-7", "g/dL", 12, 17, "lab"),
    ("80061", "Lipid panel", "13457-7", "mg/dL", 50, 130, "lab"),
    ("83036", "Hemoglobin A1c", "4548-4", "%", 4, 7, "lab"),
    ("71046", "Chest radiograph", "36643-5", None, 0, 1, "imaging"),
    ("77067", "Screening mammogram", "24606-6", None, 0, 1, "imaging"),
    ("88305", "Surgical pathology", "22637-3", None, 0, 1, "pathology"),
)
ABNORMAL = ("N", "L", "H", "LL", "HH", "A", "AA")
NOTIFY = ("phone", "text", "email", "portal", "mail", "in_person")


def build_lab_results(world: World, block: Block, care: Care) -> pa.Table:
    """Grain: result row; a corrected result is a new row of the same accession."""
    rng = stream(world.seed, "lab_results", block.first)
    visits = care.visits.take(world.practices.sends["lab_results"][care.visits.site])
    likely = np.where(np.isin(visits.kind, (CHRONIC_CARE, PREVENTIVE)), 0.6, 0.2)
    orders = visits.take((rng.random(len(visits)) < likely) & (visits.modality < 2))
    corrected = np.flatnonzero(rng.random(len(orders)) < 0.015)
    accession = np.sort(np.concatenate([np.arange(len(orders)), corrected]))
    second = rank_within(accession) > 0
    rows = orders.take(accession)
    n = len(rows)
    each = len(orders)
    test = pick_from(rng, (0.28, 0.26, 0.17, 0.15, 0.07, 0.05, 0.02), each)[accession]
    abnormal = pick_from(rng, (0.78, 0.06, 0.11, 0.006, 0.01, 0.03, 0.004), each)[accession]
    ordered = rows.day.astype("datetime64[s]") + rows.minute * MINUTE
    collected = ordered + (rng.integers(20, 3000, each)[accession]) * MINUTE
    resulted = collected + (rng.gamma(2, 14, each)[accession] * 60).astype(int) * MINUTE
    resulted = resulted + np.where(second, 26 * 60, 0) * MINUTE
    limit = np.select([np.isin(abnormal, (3, 4, 6)), abnormal > 0], [1, 7], 14)
    timely = world.happens(rng, "result_timely", rows.site, rows.month)
    never = ~timely & (rng.random(n) < 0.4)
    wait_hours = np.where(timely, rng.random(n) * (limit * 24 - 22) + 1, limit * 24 + 25 + rng.gamma(1.5, 150, n))
    told = resulted + wait_hours.astype(int) * HOUR
    method = pick_from(rng, (0.33, 0.10, 0.05, 0.42, 0.06, 0.04), n)
    end = (world.timeline.end + 1).astype("datetime64[s]")
    silent = never | ~world.practices.sends["notifications"][rows.site] | (told >= end)
    viewed = told + (rng.gamma(1.2, 15, n)).astype(int) * HOUR
    ignored = silent | (method != 3) | (rng.random(n) < 0.06) | (viewed >= end)
    zone = world.practices.zone[rows.site]

    def utc(moments: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
        return utc_times(moments, zone, TIME_ZONES, missing)

    low, high = (np.array([t[k] for t in TESTS], dtype=float)[test] for k in (4, 5))
    share = np.select([np.isin(abnormal, (1, 3)), abnormal >= 2], [-0.2 - 0.2 * rng.random(n), 1.2 + rng.random(n)],
                      rng.random(n))  # fmt: skip
    value = np.round(low + (high - low) * share, 1)
    worded = np.array([t[6] != "lab" for t in TESTS])[test]
    text = np.where(worded, np.where(abnormal > 0, "finding", "no finding"), value.astype(str))
    table = pa.table({
        "lab_result_id": identifiers("LR", block.first * 1000 + np.arange(n), 12),
        "person_id": block.person_id(rows.person),
        "encounter_id": null_column(n, pa.string()),
        "accession_number": identifiers("AC", block.first * 1000 + accession, 12),
        "source_order_code": coded(test, [t[0] for t in TESTS]),
        "source_order_description": coded(test, [t[1] for t in TESTS]),
        "source_component_code": coded(test, [t[2] for t in TESTS]),
        "status": coded(np.where(second, 1, np.where(rng.random(n) < 0.004, 2, 0)), ("F", "C", "X")),
        "result": pa.array(text.astype(object), pa.string()),
        "result_datetime": utc(resulted),
        "collection_datetime": utc(collected),
        "source_units": coded(test, [t[3] for t in TESTS]),
        "source_abnormal_flag": coded(np.where((abnormal == 0) & (rng.random(n) < 0.2), -1, abnormal), ABNORMAL),
        "ordering_practitioner_id": world.providers.text(rows.clinician),
        "result_type": coded(test, [t[6] for t in TESTS]),
        "order_datetime": utc(ordered),
        "action_required_flag": integers((abnormal > 2) | ((abnormal > 0) & (rng.random(n) < 0.4))),
        "patient_notified_datetime": utc(told, silent),
        "notify_method": coded(np.where(silent, -1, method), NOTIFY),
        "patient_viewed_datetime": utc(viewed, ignored),
        "practice_id": practice_id(rows.site, rng.random(n) < 0.1),
    })  # fmt: skip
    return table.filter(pa.array(resulted < end))


def build_referrals(world: World, block: Block, care: Care) -> pa.Table:
    """Grain: referral."""
    rng = stream(world.seed, "referrals", block.first)
    rows = care.referrals
    n = len(rows)
    end = world.timeline.end
    site = rows.site
    booked = (rows.status == 0) | ((rows.status == 3) & (rng.random(n) < 0.5))
    visited = rows.goes & (rows.planned <= end)
    reported = rows.closed & (rows.report <= end)
    records_contact = world.practices.sends["referral_contacts"][site]
    contacted = rows.tried & (rows.contact <= end) & records_contact
    status = np.select(
        [rows.status == 4, rows.status == 3, rows.status == 2, reported, visited, booked],
        [8, 7, 6, 5, 4, 3], np.where(rng.random(n) < 0.5, 1, 0),
    )  # fmt: skip
    names = ("created", "sent", "accepted", "scheduled", "completed", "closed", "declined_by_specialist",
             "cancelled_by_patient", "entered_in_error")  # fmt: skip
    return pa.table({
        "referral_id": identifiers("RF", block.first * 1000 + np.arange(n), 12),
        "person_id": block.person_id(rows.person),
        "referring_npi": world.providers.text(rows.clinician),
        "practice_id": practice_id(site),
        "referral_date": dates(rows.day),
        "urgency": coded(rows.urgent.astype(int), ("routine", "urgent")),
        "referred_to_npi": world.providers.text(np.where(rng.random(n) < 0.1, -1, rows.specialist)),
        "referred_to_taxonomy": coded(rows.taxonomy, TAXONOMY_CODES),
        "specialists_offered_count": integers(rows.options),
        "reason_code": coded(rows.dx, REFERRAL_DX),
        "pa_required_flag": integers(rng.random(n) < 0.12),
        "status": coded(status, names),
        "scheduled_visit_date": dates(rows.planned, ~booked | (rows.status == 1)),
        "visit_date": dates(rows.planned, ~visited),
        "consult_report_received_date": dates(rows.report, ~reported),
        "patient_contact_date": dates(rows.contact, ~contacted),
        "contact_outcome": coded(np.where(contacted, pick_from(rng, (0.68, 0.17, 0.10, 0.05), n), -1),
                                 ("reached", "voicemail", "no_answer", "not_needed")),
        "patient_deferred_flag": integers(rng.random(n) < 0.04),
    })  # fmt: skip


PA_CATEGORIES = ("medical", "imaging", "surgery", "dme", "bh", "drug")
PA_PROCEDURES = ("64483|64484", "70553", "29881", "E0601", "90837", None)
PA_CHANNELS = ("portal", "fax", "phone", "x12_278", "fhir")


def build_prior_authorizations(world: World, block: Block) -> pa.Table:
    """Grain: request."""
    rng = stream(world.seed, "prior_authorizations", block.first)
    per_month = 0.014 + 0.010 * block.people.load[:, None]
    rows = expand(rng, world, block, per_month * np.ones(world.timeline.months))
    n = len(rows)
    clinician = block.clinician[rows.person, rows.month]
    ordered = to_business_day(rows.day)
    lag = rng.gamma(1.3, world.rate("pa_lag", rows.practice, rows.month) / 1.3)
    received_day = add_business_days(ordered, np.minimum(lag.astype(int), 20))
    received = received_day.astype("datetime64[s]") + rng.integers(8 * 60, 17 * 60, n) * MINUTE
    complete = world.happens(rng, "pa_complete", rows.practice, rows.month)
    returned = ~complete & (rng.random(n) < 0.3)
    asked = ~complete & ~returned
    category = pick_from(rng, (0.22, 0.26, 0.12, 0.10, 0.08, 0.22), n)
    expedited = rng.random(n) < 0.08
    hours = np.where(expedited, rng.gamma(2.5, 14, n), rng.gamma(2.5, 34, n)) + np.where(asked, 60, 0)
    decided = received + hours.astype(int) * HOUR
    end = (world.timeline.end + 1).astype("datetime64[s]")
    asked_time = received + rng.integers(20, 60, n) * HOUR
    answered = asked_time + rng.integers(5, 140, n) * HOUR
    decision = np.where(complete, pick_from(rng, (0.86, 0.05, 0.06, 0.0, 0.03), n),
                        pick_from(rng, (0.62, 0.06, 0.29, 0.0, 0.03), n))  # fmt: skip
    denied = decision == 2
    open_ = decided >= end
    drug = category == 5
    reasons = ("medical_necessity", "no_documentation", "not_covered", "out_of_network", "other")
    table = pa.table({
        "pa_id": identifiers("PA", block.first * 1000 + np.arange(n), 12),
        "person_id": block.person_id(rows.person),
        "requesting_npi": world.providers.text(clinician),
        "practice_id": practice_id(rows.practice),
        "service_category": coded(category, PA_CATEGORIES),
        "procedure_codes": coded(category, PA_PROCEDURES),
        "ndc_code": coded(np.where(drug, rng.integers(0, len(DRUGS), n), -1), ndc_text()),
        "order_date": dates(ordered, rng.random(n) < 0.03),
        "received_datetime": local_times(received),
        "channel": coded(pick_from(rng, (0.46, 0.30, 0.06, 0.12, 0.06), n), PA_CHANNELS),
        "urgency": coded(expedited.astype(int), ("standard", "expedited")),
        "request_type": coded(pick_from(rng, (0.88, 0.08, 0.04), n), ("initial", "extension", "appeal")),
        "pa_required_flag": integers(rng.random(n) > 0.05),
        "admin_return_reason": coded(np.where(returned, rng.integers(0, 2, n), -1),
                                     ("missing_member_data", "missing_code")),
        "additional_info_requested_datetime": local_times(asked_time, ~asked | (asked_time >= end)),
        "additional_info_received_datetime": local_times(answered, ~asked | (answered >= end)),
        "decision_datetime": local_times(decided, open_),
        "decision_code": coded(np.where(open_, 3, decision), ("A1", "A2", "A3", "A4", "A6")),
        "denial_reason": coded(np.where(denied & ~open_, pick_from(rng, (0.4, 0.35, 0.15, 0.05, 0.05), n), -1), reasons),
        "extension_flag": integers(rng.random(n) < 0.03),
        "appeal_outcome": coded(np.where(denied & ~open_ & (rng.random(n) < 0.1), rng.integers(0, 2, n), -1),
                                ("upheld", "overturned")),
    })  # fmt: skip
    return table.filter(pa.array(received < end))
