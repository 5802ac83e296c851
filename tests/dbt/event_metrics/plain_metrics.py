"""Seven event metrics once more, row by row in plain Python, straight from the accepted feeds of a run.

Written from the metric catalogue and not from the SQL, slow and without windows or joins, so that an error in one is
unlikely to be repeated in the other. Every metric is a function of (Evidence) and yields Observations.
"""

import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

Row = dict[str, Any]
SEEDS = Path(__file__).parents[3] / "dbt" / "seeds"
ALWAYS, FOREVER = date(1900, 1, 1), date(9999, 12, 31)
TWELVE_MONTHS, SIX_MONTHS = 12, 6


class Observation(NamedTuple):
    practice_id: str
    npi: str | None
    person_key: str | None
    lob: str | None
    observed_on: date
    numerator: float
    denominator: float
    excluded: bool


def observation(
    practice_id: str,
    npi: str | None,
    observed_on: date,
    *,
    met: bool,
    excluded: bool = False,
    person_key: str | None = None,
    lob: str | None = None,
) -> Observation:
    counted = not excluded
    return Observation(practice_id, npi, person_key, lob, observed_on, float(met and counted), float(counted), excluded)


class Evidence:
    """What the accepted feeds told by one day."""

    def __init__(self, accepted: Path, as_of: date) -> None:
        self.accepted, self.as_of = accepted, as_of
        self.period_end = as_of.replace(day=1) - timedelta(days=1)
        self.salt = self.rows("run_parameters")[0]["person_salt"]

    def period_start(self, months: int) -> date:
        months_before = self.period_end.year * 12 + self.period_end.month - months
        return date(months_before // 12, months_before % 12 + 1, 1)

    def rows(self, feed: str) -> list[Row]:
        relation = duckdb.sql(f"select * from read_parquet('{self.accepted / feed}/*.parquet')")
        return [dict(zip(relation.columns, values, strict=True)) for values in relation.fetchall()]

    def known(self, feed: str, key: Callable[[Row], Any], own_date: Callable[[Row], Any]) -> list[Row]:
        """The version of each row known on the day: the first from its own date, later ones from their file's date."""

        def delivered(row: Row) -> date:
            return row["file_date"] or ALWAYS

        chosen: dict[Any, Row] = {}
        order = sorted(
            self.rows(feed), key=lambda row: (delivered(row), str(row["ingest_datetime"]), row["file_name"] or "")
        )
        for row in order:
            first = chosen.get(key(row))
            if first is None or delivered(row) <= self.as_of or delivered(row) == delivered(first):
                chosen[key(row)] = row
        return [row for row in chosen.values() if (day_of(own_date(row)) or ALWAYS) <= self.as_of]

    def person_key(self, person_id: str | None) -> str | None:
        return person_id and hashlib.md5((self.salt + person_id).encode(), usedforsecurity=False).hexdigest()

    @cached_property
    def practices(self) -> dict[str, Row]:
        known = self.known("practices", lambda r: r["practice_id"], lambda r: r["active_start_date"])
        return {row["practice_id"]: row for row in known}

    @cached_property
    def providers(self) -> dict[str, Row]:
        known = self.known("providers", lambda r: r["npi"], lambda r: r["network_start_date"])
        return {row["npi"]: row for row in known}

    @cached_property
    def affiliations(self) -> list[Row]:
        return self.known("provider_affiliations", lambda r: r["affiliation_id"], lambda r: r["start_date"])

    @cached_property
    def attestations(self) -> list[Row]:
        return self.known("directory_attestations", lambda r: r["attestation_id"], lambda r: r["verified_at"])

    @cached_property
    def affiliations_of(self) -> dict[str, list[Row]]:
        return grouped(self.affiliations, lambda r: r["npi"])

    @cached_property
    def enrolment_of(self) -> dict[str, list[Row]]:
        rows = self.known(
            "eligibility",
            lambda r: (r["person_id"], r["member_id"], r["enrollment_start_date"], r["plan"]),
            lambda r: r["enrollment_start_date"],
        )
        return grouped(rows, lambda r: r["person_id"])

    @cached_property
    def deaths(self) -> dict[str, date | None]:
        """Death dates of the members known: those whose enrolment, as far as it is dated at all, has begun."""
        begins: dict[str, date] = {}
        for row in self.rows("eligibility"):
            begins[row["person_id"]] = min(row["enrollment_start_date"], begins.get(row["person_id"], FOREVER))
        rows = self.known("members", lambda r: r["person_id"], lambda r: begins.get(r["person_id"]))
        return {row["person_id"]: row["death_date"] for row in rows}

    @cached_property
    def final_calls(self) -> list[Row]:
        """The later of the final attempts of each audit case."""
        known = self.known("access_audits", lambda r: r["audit_id"], lambda r: r["call_datetime"])
        cases = grouped(
            [r for r in known if r["is_final_disposition"] == 1], lambda r: r["audit_case_id"] or r["audit_id"]
        )
        return [max(calls, key=lambda r: (r["call_datetime"], r["audit_id"])) for calls in cases.values()]

    def practice_of(self, npi: str | None, day: date) -> str | None:
        """The one practice of an NPI on a day: PCP flag first, then the newest start, then the smallest id."""
        spans = [r for r in self.affiliations_of.get(npi or "", []) if covers(r["start_date"], r["end_date"], day)]
        chosen = min(
            spans, key=lambda r: (-(r["pcp_flag"] or 0), -r["start_date"].toordinal(), r["practice_id"]), default=None
        )
        return chosen and chosen["practice_id"]

    def lob_of(self, person_id: str | None, day: date) -> str | None:
        """Line of business of the span that covers the day, the latest start first; a single open day is no gap."""

        def on(when: date) -> list[Row]:
            return [
                r
                for r in self.enrolment_of.get(person_id or "", [])
                if covers(r["enrollment_start_date"], r["enrollment_end_date"], when)
            ]

        one = timedelta(days=1)
        spans = on(day) or (on(day - one) if on(day + one) else [])
        if not spans:
            return None
        return plan_lob(max(spans, key=lambda r: (r["enrollment_start_date"], str(r["file_date"])))["lob"])


def grouped(rows: list[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def covers(start: date, end: date | None, day: date) -> bool:
    return start <= day <= (end or FOREVER)


def day_of(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def plan_lob(lob: str | None) -> str | None:
    return "dsnp" if lob == "mycare" else lob


def caller_lob(call: Row) -> str | None:
    return None if call["caller_payer"] == "commercial" else call["caller_payer"]


# ---- the calendar ----------------------------------------------------------------------------------------------------


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


@cache
def federal_holidays(year: int) -> set[date]:
    """Observed days of the US federal holidays that fall into a year, or were moved out of it."""
    last_monday_of_may = max(date(year, 5, d) for d in range(25, 32) if date(year, 5, d).weekday() == 0)
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)] + ([(6, 19)] if year >= 2021 else [])
    moving = [(1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4)]
    observed = {last_monday_of_may} | {nth_weekday(year, *rule) for rule in moving}
    for month, day in fixed:
        actual = date(year, month, day)
        observed.add(actual + timedelta(days={5: -1, 6: 1}.get(actual.weekday(), 0)))
    return observed


def is_holiday(day: date) -> bool:
    return any(day in federal_holidays(year) for year in (day.year - 1, day.year, day.year + 1))


def business_days(start: date, end: date) -> int:
    """Business days after start, up to and including end."""
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 and not is_holiday(day) for day in days)


# ---- posted hours ----------------------------------------------------------------------------------------------------

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_HOURS = {day: [(480, 1020)] for day in WEEKDAYS[:5]}


def minute(clock: object) -> int:
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)(:\d\d)?", str(clock).strip())
    if not match or int(match[1]) * 60 + int(match[2]) > 1440:
        raise ValueError(clock)
    return int(match[1]) * 60 + int(match[2])


def spans_of(value: object) -> list[tuple[int, int]]:
    """Opening spans of one day's JSON value; ValueError when it cannot be read."""
    if value in (None, "", []) or str(value).lower() == "closed":
        return []
    if isinstance(value, str):
        opens, closes = value.split("-")
    elif isinstance(value, dict):
        opens, closes = value["open"], value["close"]
    elif isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) and "-" not in v for v in value):
        opens, closes = value
    elif isinstance(value, list):
        return [span for part in value for span in spans_of(part)]
    else:
        raise ValueError(value)
    if minute(opens) >= minute(closes):
        raise ValueError(value)
    return [(minute(opens), minute(closes))]


def posted_hours(text: str | None) -> dict[str, list[tuple[int, int]]] | None:
    """Opening spans by weekday; None for hours that are missing or unreadable."""
    try:
        days = {str(key).lower(): value for key, value in json.loads(text or "").items()}
        named = {day: days.get(day[:3], days.get(day)) for day in WEEKDAYS}
        if all(value is None for value in named.values()):
            return None
        return {day: spans_of(value) for day, value in named.items()}
    except (ValueError, KeyError, AttributeError):
        return None


# ---- the metrics -----------------------------------------------------------------------------------------------------

REACHES_A_CLINICIAN = {
    "live_clinician",
    "answering_service_reaches_clinician",
    "recording_with_oncall_number_or_transfer",
    "nurse_line_with_pcp_escalation",
}


def after_hours_coverage_rate(evidence: Evidence) -> Iterator[Observation]:
    for call in evidence.final_calls:
        moment = call["call_datetime"]
        day = moment.date()
        in_period = evidence.period_start(TWELVE_MONTHS) <= day <= evidence.period_end
        if call["audit_type"] != "after_hours_phone" or not in_period:
            continue
        practice = evidence.practices.get(call["practice_id"], {})
        hours = posted_hours(practice.get("hours_json"))
        spans = (OFFICE_HOURS if hours is None else hours).get(WEEKDAYS[day.weekday()], [])
        is_open = any(opens <= moment.hour * 60 + moment.minute < closes for opens, closes in spans)
        yield observation(
            call["practice_id"],
            call["npi"],
            day,
            met=call["after_hours_response_type"] in REACHES_A_CLINICIAN and call["emergency_instruction_flag"] == 1,
            excluded=call["disposition"] == "excluded_auditor_error" or (is_open and not is_holiday(day)),
            lob=caller_lob(call),
        )


ROUTINE_LIMITS = defaultdict(lambda: 15, medicare=30)
ROUTINE_SERVICES = ("primary_care_adult_routine", "primary_care_pediatric_routine")


def appt_routine_within_standard(evidence: Evidence) -> Iterator[Observation]:
    calls = [
        call
        for call in evidence.final_calls
        if call["audit_type"] == "appointment_availability"
        and call["service_type"] in ROUTINE_SERVICES
        and evidence.period_start(TWELVE_MONTHS) <= call["call_datetime"].date() <= evidence.period_end
    ]
    of_a_wave = grouped(calls, lambda r: (r["practice_id"], r["npi"], r["service_type"], r["wave_id"] or r["audit_id"]))
    for attempts in of_a_wave.values():
        call = max(attempts, key=lambda r: (r["call_datetime"], r["audit_id"]))
        day = call["call_datetime"].date()
        yield observation(
            call["practice_id"],
            call["npi"],
            day,
            met=routine_offer_in_time(call, day),
            excluded=call["disposition"] == "excluded_auditor_error"
            or left_before(evidence, call, day)
            or (call["disposition"] == "not_accepting_new" and directory_accepts(evidence, call, day) == 0),
            lob=caller_lob(call),
        )


def routine_offer_in_time(call: Row, day: date) -> bool:
    offered = call["earliest_offered_date"]
    found = ("appointment_offered", "referred_to_portal", "records_or_referral_required")
    in_person = call["offered_modality"] in (None, "in_person") or call["offers_in_person"] == 1
    if call["disposition"] not in found or offered is None or offered < day or not in_person:
        return False
    return business_days(day, offered) <= ROUTINE_LIMITS[call["caller_payer"]]


def spans_with_practice(evidence: Evidence, call: Row) -> list[Row]:
    spans = evidence.affiliations_of.get(call["npi"], [])
    return [span for span in spans if span["practice_id"] == call["practice_id"]]


def left_before(evidence: Evidence, call: Row, day: date) -> bool:
    network_end = evidence.providers.get(call["npi"], {}).get("network_end_date")
    spans = spans_with_practice(evidence, call)
    all_ended = bool(spans) and all((span["end_date"] or FOREVER) < day for span in spans)
    return (network_end or FOREVER) < day or all_ended


def directory_accepts(evidence: Evidence, call: Row, day: date) -> int | None:
    """Did the directory on the day of the call take new patients of the caller's payer? None when it says nothing."""
    payer = call["caller_payer"]
    if payer == "medicaid":
        attested = [
            row
            for row in evidence.attestations
            if (row["npi"], row["practice_id"]) == (call["npi"], call["practice_id"])
            and row["outcome"] in ("confirmed", "updated")
            and row["verified_at"] <= day
        ]
        last = max(attested, key=lambda r: (r["verified_at"], r["attestation_id"]), default=None)
        if last and last["accepting_new_medicaid"] is not None:
            return last["accepting_new_medicaid"]
    flags = []
    for span in spans_with_practice(evidence, call):
        if covers(span["start_date"], span["end_date"], day):
            own = span.get(f"accepting_new_{payer}")
            flags.append(span["accepting_new_patients"] if own is None else own)
    return max((flag for flag in flags if flag is not None), default=None)


def seen_within_15_min_rate(evidence: Evidence) -> Iterator[Observation]:
    appointments = evidence.known(
        "appointments",
        lambda r: r["appointment_id"],
        lambda r: min(r["start_datetime"], r["created_datetime"] or r["start_datetime"]),
    )
    for visit in appointments:
        start, seen = visit["start_datetime"], visit["provider_seen_datetime"]
        checkin = visit["checkin_datetime"] or start
        if not (
            evidence.period_start(SIX_MONTHS) <= start.date() <= evidence.period_end
            and visit["location_id"] is not None
            and visit["status_code"] == "fulfilled"
            and visit["modality"] in (None, "in_person", "video")
            and seen is not None
            and (visit["checkin_datetime"] is None or seen >= checkin)
        ):
            continue
        wait = (seen - max(start, checkin)) // timedelta(minutes=1)
        walk_in = visit["type_code"] == "WALKIN" or visit["booking_channel"] == "walkin"
        late = checkin - start > timedelta(minutes=15)
        yield observation(
            visit["location_id"],
            visit["practitioner_id"],
            start.date(),
            met=wait <= 15,
            excluded=walk_in or late or not -60 <= wait <= 360,
            person_key=evidence.person_key(visit["person_id"]),
            lob=plan_lob(visit["lob"]),
        )


def limit_days(result: Row) -> int:
    if result["source_abnormal_flag"] in ("LL", "HH", "AA"):
        return 1
    if result["source_abnormal_flag"] not in (None, "N") or result["action_required_flag"] == 1:
        return 7
    return 14


def told_in_time(result: Row) -> bool:
    day, limit = result["result_datetime"].date(), limit_days(result)
    moments = [result["patient_notified_datetime"]]
    if result["notify_method"] == "portal":
        moments.append(result["patient_viewed_datetime"])
    return all(moment is not None and 0 <= (moment.date() - day).days <= limit for moment in moments)


def test_result_timely_rate(evidence: Evidence) -> Iterator[Observation]:
    known = evidence.known(
        "lab_results", lambda r: r["lab_result_id"], lambda r: r["result_datetime"] or r["collection_datetime"]
    )
    issued = grouped(
        [row for row in known if row["status"] in ("F", "C")],
        lambda r: (r["accession_number"] or r["lab_result_id"], r["source_component_code"]),
    )
    by_practice = defaultdict(list)
    for rows in issued.values():
        first = min(
            rows,
            key=lambda r: (r["status"] != "F", r["result_datetime"] or datetime.max, r["lab_result_id"]),
        )
        if first["result_datetime"] is None:
            continue
        day = first["result_datetime"].date()
        ordered_on = day_of(first["order_datetime"]) or day
        practice = first["practice_id"] or evidence.practice_of(first["ordering_practitioner_id"], ordered_on)
        if practice and evidence.period_start(TWELVE_MONTHS) <= day <= evidence.period_end - timedelta(days=14):
            by_practice[practice].append((first, day, ordered_on))
    for practice, results in by_practice.items():
        if all(result["patient_notified_datetime"] is None for result, _, _ in results):
            continue
        for result, day, ordered_on in results:
            died = evidence.deaths.get(result["person_id"])
            yield observation(
                practice,
                result["ordering_practitioner_id"],
                day,
                met=told_in_time(result),
                excluded=died is not None and (died - day).days <= 14,
                person_key=evidence.person_key(result["person_id"]),
                lob=evidence.lob_of(result["person_id"], ordered_on),
            )


def referral_loop_closure_rate(evidence: Evidence) -> Iterator[Observation]:
    known = evidence.known("referrals", lambda r: r["referral_id"], lambda r: r["referral_date"])
    last_day = evidence.period_end - timedelta(days=60)
    mature = [
        row
        for row in known
        if row["status"] not in ("cancelled_by_patient", "entered_in_error")
        and evidence.period_start(TWELVE_MONTHS) <= row["referral_date"] <= last_day
    ]
    for rows in grouped(mature, lambda r: (r["person_id"], (r["referred_to_taxonomy"] or "").upper())).values():
        first = min(rows, key=lambda r: (r["referral_date"], r["referral_id"]))
        day, report = first["referral_date"], first["consult_report_received_date"]
        practice = first["practice_id"] or evidence.practice_of(first["referring_npi"], day)
        if practice:
            yield observation(
                practice,
                first["referring_npi"],
                day,
                met=report is not None and day <= report <= evidence.period_end,
                excluded=(first["referred_to_taxonomy"] or "").upper().startswith("332B"),
                person_key=evidence.person_key(first["person_id"]),
                lob=evidence.lob_of(first["person_id"], day),
            )


def listings(evidence: Evidence) -> dict[tuple[str, str], list[Row]]:
    """Affiliations that are active on the last day of the period, by clinician and practice."""
    active = [row for row in evidence.affiliations if covers(row["start_date"], row["end_date"], evidence.period_end)]
    return grouped(active, lambda r: (r["npi"], r["practice_id"]))


def directory_attestation_current(evidence: Evidence) -> Iterator[Observation]:
    oldest = evidence.period_end - timedelta(days=90)
    attested = {
        (row["npi"], row["practice_id"])
        for row in evidence.attestations
        if row["outcome"] in ("confirmed", "updated") and oldest <= row["verified_at"] <= evidence.period_end
    }
    for (npi, practice_id), spans in listings(evidence).items():
        if any(span["start_date"] < oldest and span["listed_in_directory"] != 0 for span in spans):
            met = (npi, practice_id) in attested
            yield observation(practice_id, npi, evidence.period_end, met=met)


def directory_field_completeness(evidence: Evidence) -> Iterator[Observation]:
    trained = {
        (row["npi"], row["practice_id"])
        for row in evidence.attestations
        if row["cultural_competence_training"] in (0, 1) and row["verified_at"] <= evidence.period_end
    }
    for (npi, practice_id), spans in listings(evidence).items():
        span = min(
            spans,
            key=lambda r: (r["listed_in_directory"] == 0, -r["start_date"].toordinal(), r["affiliation_id"]),
        )
        excluded = span["listed_in_directory"] == 0
        fields = [
            luhn(npi),
            *fields_of_the_clinician(evidence.providers.get(npi, {}), (npi, practice_id) in trained),
            *fields_of_the_practice(evidence.practices.get(practice_id, {})),
            span["accepting_new_patients"] in (0, 1),
        ]
        assert len(fields) == 14
        yield Observation(
            practice_id,
            npi,
            None,
            None,
            evidence.period_end,
            0.0 if excluded else float(sum(fields)),
            0.0 if excluded else 14.0,
            excluded,
        )


def filled(value: str | None) -> bool:
    return bool((value or "").strip())


def luhn(npi: str | None) -> bool:
    if not re.fullmatch(r"\d{10}", npi or ""):
        return False
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@cache
def language_synonyms() -> dict[str, str]:
    with (SEEDS / "ref_synonym.csv").open(newline="") as file:
        return {row["raw"]: row["normalised"] for row in csv.DictReader(file) if row["domain"] == "language"}


def fields_of_the_clinician(provider: Row, training_attested: bool) -> list[bool]:
    spoken = [item.strip().lower() for item in re.split(r"[|/,;]", provider.get("languages") or "") if item.strip()]
    codes = [code for item in spoken for code in language_synonyms().get(item, item).split("|")]
    has_last = filled(provider.get("last_name"))
    return [
        has_last and (provider.get("entity_type") == 2 or filled(provider.get("first_name"))),
        bool(re.fullmatch(r"[0-9A-Z]{9}X", (provider.get("primary_taxonomy_code") or "").upper())),
        bool(codes) and all(re.fullmatch(r"[a-z]{2,3}", code) for code in codes),
        provider.get("clas_training_date") is not None or training_attested,
    ]


STATE_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR"
    " PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI"
)


def fields_of_the_practice(practice: Row) -> list[bool]:
    digits = re.sub(r"[ ()\-.+/]", "", practice.get("phone") or "")
    number = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    has_phone = bool(re.fullmatch(r"\d{10}", number)) and len(set(number)) > 1
    has_url = bool(re.fullmatch(r"https?://[^/ ]+\.[^/ ]+(/[^ ]*)?", (practice.get("website_url") or "").lower()))
    has_zip = bool(re.fullmatch(r"\d{5}", practice.get("zip_code") or ""))
    access = [practice.get(f"accessibility_{part}") for part in ("office", "exam_room", "equipment")]
    return [
        filled(practice.get("practice_name")),
        filled(practice.get("address")),
        filled(practice.get("city")) and practice.get("state") in STATE_CODES.split() and has_zip,
        has_phone,
        has_url or filled(practice.get("digital_contact")),
        all(flag in (0, 1) for flag in access),
        practice.get("telehealth_offered") in (0, 1),
        posted_hours(practice.get("hours_json")) is not None,
    ]


PLAIN_METRICS = (
    after_hours_coverage_rate,
    appt_routine_within_standard,
    directory_attestation_current,
    directory_field_completeness,
    referral_loop_closure_rate,
    seen_within_15_min_rate,
    test_result_timely_rate,
)
