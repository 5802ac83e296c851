"""Six metrics of claims and panels once more, day by day in plain Python, straight from the accepted feeds of a run.

Written from the metric catalogue and not from the SQL, slow and without windows or joins, so that an error in one is
unlikely to be repeated in the other. Every metric is a function of ClaimsEvidence and yields Observations.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

from tests.dbt.event_metrics.plain_metrics import (
    ALWAYS,
    FOREVER,
    SEEDS,
    TWELVE_MONTHS,
    Evidence,
    Observation,
    Row,
    covers,
    grouped,
    observation,
    plan_lob,
)

RUNOUT_MONTHS = 3
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)


class Service(NamedTuple):
    """A paid primary-care kind of service: one claim line, by the clinician who answers for it."""

    claim_id: str
    person_id: str
    day: date
    npi: str | None
    practice_id: str | None
    clinician: str  # pcp, obgyn or other
    hcpcs_code: str | None
    place: str | None
    kinds: frozenset[str]  # office, preventive, well, well_dx, video, phone, tcm, evisit, care_mgmt
    place_allowed: bool

    @property
    def is_visit(self) -> bool:
        return self.place_allowed and bool(self.kinds & {"office", "preventive", "video", "phone", "tcm"})

    @property
    def is_pcp_visit(self) -> bool:
        return self.clinician == "pcp" and self.is_visit


class Stay(NamedTuple):
    admitted: date
    discharged: date
    disposition: str | None
    is_out_of_scope: bool  # a birth, or planned chemotherapy


class ClaimsEvidence(Evidence):
    """What the accepted feeds told by one day, claims among them."""

    @cached_property
    def claims_end(self) -> date:
        return first_of_month(self.as_of, 1 - RUNOUT_MONTHS) - ONE_DAY

    @cached_property
    def claims_start(self) -> date:
        return first_of_month(self.as_of, 1 - RUNOUT_MONTHS - TWELVE_MONTHS)

    @cached_property
    def claim_lines(self) -> list[Row]:
        """The version of each line known on the day, with its codes as the seeds write them."""
        versions = grouped(
            [row for row in self.rows("medical_claims") if (row["paid_date"] or ALWAYS) <= self.as_of],
            lambda r: (r["claim_id"], r["claim_line_number"], r["data_source"]),
        )
        newest = (
            max(rows, key=lambda r: (r["paid_date"] or ALWAYS, r["file_date"] or ALWAYS, str(r["ingest_datetime"])))
            for rows in versions.values()
        )
        normal = (normalised(row) for row in newest)
        return [row for row in normal if not (row["bill_type_code"] or "").endswith("8") and row["status"] != "22"]

    @cached_property
    def paid_lines(self) -> list[Row]:
        return [row for row in self.claim_lines if row["status"] != "4"]

    @cached_property
    def past_lines(self) -> list[Row]:
        return [row for row in self.paid_lines if row["day"] <= self.as_of]

    @cached_property
    def services(self) -> dict[str, list[Service]]:
        found = (self.service(row) for row in self.past_lines)
        return grouped([service for service in found if service], lambda s: s.person_id)

    def service(self, row: Row) -> Service | None:
        kinds = {name for name, code_set in SERVICE_KINDS.items() if line_has(row, code_set)}
        if not kinds - {"well_dx"}:
            return None
        audio = any(in_set("CS_AUDIO_MOD", "modifier", m, row["day"]) for m in row["modifiers"])
        remote = in_set("CS_VIDEO_POS", "pos", row["place"], row["day"]) or any(
            in_set("CS_VIDEO_MOD", "modifier", m, row["day"]) for m in row["modifiers"]
        )
        if kinds & {"office", "preventive"} and (audio or remote):
            kinds.add("phone" if audio else "video")
        npi, practice_id, clinician = self.clinician(row)
        return Service(
            row["claim_id"],
            row["person_id"],
            row["day"],
            npi,
            practice_id,
            clinician,
            row["hcpcs_code"],
            row["place"],
            frozenset(kinds),
            row["place"] is None or in_set("CS_PCP_VISIT_POS", "pos", row["place"], row["day"]),
        )

    def clinician(self, row: Row) -> tuple[str | None, str | None, str]:
        """NPI, practice and kind of who answers for a line: the rendering person, else who bills."""
        rendering = self.providers.get(row["rendering_npi"] or "")
        is_own_npi = row["rendering_npi"] in self.practice_npis
        if row["rendering_npi"] and not is_own_npi and not (rendering and rendering["entity_type"] == 2):
            kind = self.person_kind(rendering, row["day"]) if rendering else "other"
            return row["rendering_npi"], self.practice_of(row["rendering_npi"], row["day"]), kind
        billing = row["billing_npi"] or row["rendering_npi"]
        practice_id = (
            self.practice_of(billing, row["day"])
            or self.practice_npis.get(billing)
            or self.practice_tins.get(row["billing_tin"])
        )
        provider = self.providers.get(billing or "")
        if provider and provider["entity_type"] == 1:
            return billing, practice_id, self.person_kind(provider, row["day"])
        is_pcp = provider and taxonomy_kinds().get(provider["primary_taxonomy_code"]) == "organisation"
        return billing, practice_id, "pcp" if is_pcp else "other"

    def person_kind(self, provider: Row, day: date) -> str:
        kind = taxonomy_kinds().get(provider["primary_taxonomy_code"])
        if kind == "pcp_generic":
            flagged = any(
                r["pcp_flag"] == 1 and covers(r["start_date"], r["end_date"], day)
                for r in self.affiliations_of.get(provider["npi"], [])
            )
            return "pcp" if flagged else "other"
        return kind if kind in ("pcp", "obgyn") else "other"

    @cached_property
    def practice_npis(self) -> dict[str, str]:
        rows = sorted(self.practices.values(), key=lambda r: r["practice_id"], reverse=True)
        return {row["organization_npi"]: row["practice_id"] for row in rows if row["organization_npi"]}

    @cached_property
    def practice_tins(self) -> dict[str, str]:
        by_tin = grouped(list(self.practices.values()), lambda r: r["tin_hash"])
        return {tin: rows[0]["practice_id"] for tin, rows in by_tin.items() if tin and len(rows) == 1}

    # ---- hospital and emergency ----

    @cached_property
    def inpatient_claims(self) -> list[tuple[str, bool, Stay]]:
        """Person, acute or not, and dates of each inpatient bill that is no interim bill."""
        claims = grouped(
            [
                row
                for row in self.paid_lines
                if (row["admission_date"] or row["claim_start_date"]) <= self.as_of
                and row["claim_type"] == "institutional"
                and (line_has(row, "CS_ACUTE_IP") or line_has(row, "CS_NONACUTE_IP"))
                and (row["bill_type_code"] or "1")[-1] in "147"
            ],
            lambda r: (r["claim_id"], r["data_source"]),
        )
        return [claim for rows in claims.values() if (claim := self.inpatient_claim(rows))]

    def inpatient_claim(self, rows: list[Row]) -> tuple[str, bool, Stay] | None:
        """None for an acute hospital's bill without any room: no stay at all."""
        facility = self.providers.get(max(row["facility_npi"] or row["billing_npi"] or "" for row in rows))
        taxonomy = facility and facility["primary_taxonomy_code"]
        special = any(
            in_set(name, "taxonomy", taxonomy, rows[0]["day"])
            for name in ("CS_PSYCHIATRIC_FACILITY", "CS_NONACUTE_FACILITY")
        )
        has_room = any(line_has(r, "CS_ROOM_AND_BOARD") and not line_has(r, "CS_REHAB_ROOM") for r in rows)
        acute_bill = any(line_has(r, "CS_ACUTE_IP") for r in rows)
        nonacute_bill = any(line_has(r, "CS_NONACUTE_IP") for r in rows)
        if not (nonacute_bill or special or any(is_room(r) for r in rows)):
            return None
        stay = Stay(
            min(r["admission_date"] or r["claim_start_date"] for r in rows),
            max(r["discharge_date"] or r["claim_end_date"] or r["claim_start_date"] for r in rows),
            max((r["discharge_disposition_code"] for r in rows if r["discharge_disposition_code"]), default=None),
            any(is_birth(r) or in_set("CS_CHEMO", "icd-10-cm", r["principal_dx"], r["day"]) for r in rows),
        )
        return rows[0]["person_id"], acute_bill and not nonacute_bill and has_room and not special, stay

    @cached_property
    def acute_stays(self) -> dict[str, list[Stay]]:
        """Acute bills of a person that overlap or touch are one stay, at whichever hospital."""
        stays: dict[str, list[Stay]] = defaultdict(list)
        for person_id, is_acute, bill in sorted(self.inpatient_claims, key=lambda c: (c[2].admitted, c[2].discharged)):
            if not is_acute:
                continue
            known = stays[person_id]
            if known and bill.admitted <= known[-1].discharged + ONE_DAY:
                known[-1] = joined(known[-1], bill)
            else:
                known.append(bill)
        return stays

    @cached_property
    def admissions(self) -> dict[str, set[date]]:
        """Days on which a stay of any kind began; a bill that goes on with a stay begins none."""
        days: dict[str, set[date]] = defaultdict(set)
        for person_id, stays in self.acute_stays.items():
            days[person_id] |= {stay.admitted for stay in stays}
        ends: dict[str, date] = {}
        for person_id, is_acute, bill in sorted(self.inpatient_claims, key=lambda c: (c[2].admitted, c[2].discharged)):
            if not is_acute:
                if bill.admitted > ends.get(person_id, ALWAYS) + ONE_DAY:
                    days[person_id].add(bill.admitted)
                ends[person_id] = max(ends.get(person_id, ALWAYS), bill.discharged)
        return days

    @cached_property
    def observation_days(self) -> dict[str, set[date]]:
        days: dict[str, set[date]] = defaultdict(set)
        for row in self.paid_lines:
            if line_has(row, "CS_OBSERVATION"):
                days[row["person_id"]].add(row["day"])
        return days

    @cached_property
    def ed_claims(self) -> dict[tuple[str, date], set[str]]:
        """Claims of the emergency visits of a person and day."""
        found: dict[tuple[str, date], set[str]] = defaultdict(set)
        for row in self.past_lines:
            inpatient = line_has(row, "CS_ACUTE_IP") or line_has(row, "CS_NONACUTE_IP")
            professional = row["claim_type"] != "institutional" and row["place"] == "23"
            if not inpatient and (line_has(row, "CS_ED") or professional):
                found[row["person_id"], row["day"]].add(row["claim_id"])
        return found

    # ---- people ----

    @cached_property
    def members(self) -> dict[str, Row]:
        begins: dict[str, date] = {}
        for row in self.rows("eligibility"):
            begins[row["person_id"]] = min(row["enrollment_start_date"], begins.get(row["person_id"], FOREVER))
        known = self.known("members", lambda r: r["person_id"], lambda r: begins.get(r["person_id"]))
        return {row["person_id"]: row for row in known}

    @cached_property
    def assignment_rows(self) -> list[Row]:
        rows = self.known("pcp_assignments", lambda r: r["assignment_id"], lambda r: r["assignment_start_date"])
        return [r for r in rows if (r["assignment_end_date"] or FOREVER) > r["assignment_start_date"]]

    @cached_property
    def assignments_of(self) -> dict[str, list[Row]]:
        return grouped(self.assignment_rows, lambda r: r["person_id"])

    def assigned(self, person_id: str, day: date) -> Row | None:
        spans = [
            r
            for r in self.assignments_of.get(person_id, [])
            if covers(r["assignment_start_date"], r["assignment_end_date"], day)
        ]
        newest = max((span_order(r) for r in spans), default=None)
        return min((r for r in spans if span_order(r) == newest), key=lambda r: r["assignment_id"], default=None)

    def is_covered(self, person_id: str, day: date) -> bool:
        def on(when: date) -> bool:
            return any(
                covers(r["enrollment_start_date"], r["enrollment_end_date"], when)
                for r in self.enrolment_of.get(person_id, [])
            )

        return on(day) or (on(day - ONE_DAY) and on(day + ONE_DAY))

    def is_covered_through(self, person_id: str, first: date, last: date) -> bool:
        return all(self.is_covered(person_id, day) for day in days_of(first, last))

    def is_continuously_enrolled(self, person_id: str, first: date, last: date) -> bool:
        gaps, length = [], 0
        for day in days_of(first, last):
            covered = self.is_covered(person_id, day)
            if covered and length:
                gaps.append(length)
            length = 0 if covered else length + 1
        return length == 0 and len(gaps) <= 1 and all(gap <= 45 for gap in gaps)

    @cached_property
    def hospice_people(self) -> set[str]:
        """People with a hospice day in the claims period, by flag or by claim."""
        first, last = self.claims_start, self.claims_end
        flagged = {
            person_id
            for person_id, spans in self.enrolment_of.items()
            for r in spans
            if r["hospice_flag"] == 1
            and r["enrollment_start_date"] <= last
            and (r["enrollment_end_date"] or FOREVER) >= first
        }
        return flagged | {
            r["person_id"] for r in self.past_lines if first <= r["day"] <= last and line_has(r, "CS_HOSPICE")
        }

    @cached_property
    def panel(self) -> dict[str, Row]:
        """Who is assigned to a practice on the last day of the claims period, and was for 183 of its days."""
        days = days_of(self.claims_start, self.claims_end)
        panel = {}
        for person_id in self.assignments_of:
            last = self.assigned(person_id, self.claims_end)
            if last is None:
                continue
            spans = (self.assigned(person_id, day) for day in days)
            if sum(span is not None and span["practice_id"] == last["practice_id"] for span in spans) >= 183:
                panel[person_id] = last
        return panel

    def visits(self, person_id: str) -> set[tuple[date, str | None, str | None]]:
        """Day, clinician and practice of the primary-care visits in the claims period."""
        return {
            (s.day, s.npi, s.practice_id)
            for s in self.services.get(person_id, [])
            if s.is_pcp_visit and self.claims_start <= s.day <= self.claims_end
        }


# ---- codes -----------------------------------------------------------------------------------------------------------

SERVICE_KINDS = {
    "office": "CS_OFFICE_VISIT",
    "preventive": "CS_PREVENTIVE_VISIT",
    "well": "CS_WELL_VISIT",
    "well_dx": "CS_WELL_DX",
    "video": "CS_VIDEO_VISIT",
    "phone": "CS_PHONE_VISIT",
    "tcm": "CS_TCM",
    "evisit": "CS_EVISIT",
    "care_mgmt": "CS_CARE_MGMT",
    "after_hours": "CS_AFTER_HOURS",
}


@cache
def code_sets() -> dict[tuple[str, str], list[Row]]:
    with (SEEDS / "ref_code_sets.csv").open(newline="", encoding="utf-8") as lines:
        return grouped(list(csv.DictReader(lines)), lambda r: (r["code_set"], r["code_system"]))


@cache
def taxonomy_kinds() -> dict[str, str]:
    with (SEEDS / "ref_taxonomy.csv").open(newline="", encoding="utf-8") as lines:
        return {row["code"]: row["pcp_kind"] for row in csv.DictReader(lines)}


@cache
def entries(code_set: str, system: str, code: str) -> list[Row]:
    return [
        entry
        for entry in code_sets().get((code_set, system), [])
        if code == entry["code"] or (entry["match"] == "prefix" and code.startswith(entry["code"]))
    ]


def in_set(code_set: str, system: str, code: str | None, day: date) -> bool:
    return bool(code) and any(
        (entry["valid_from"] or "0") <= day.isoformat() <= (entry["valid_to"] or "9")
        for entry in entries(code_set, system, code)
    )


def is_room(row: Row) -> bool:
    """Is a claim line a room of any kind?"""
    return line_has(row, "CS_ROOM_AND_BOARD") or line_has(row, "CS_REHAB_ROOM")


def line_has(row: Row, code_set: str) -> bool:
    """Does any code of a claim line belong to the set?"""
    return (
        in_set(code_set, "hcpcs", row["hcpcs_code"], row["day"])
        or in_set(code_set, "revenue", row["revenue_center_code"], row["day"])
        or in_set(code_set, "bill_type", row["bill_type_code"], row["day"])
        or any(in_set(code_set, "icd-10-cm", code, row["day"]) for code in row["diagnosis_codes"])
    )


AS_THEY_COME = (
    "claim_id",
    "data_source",
    "person_id",
    "claim_type",
    "claim_start_date",
    "claim_end_date",
    "admission_date",
    "discharge_date",
    "admit_type_code",
    "rendering_npi",
    "billing_npi",
    "billing_tin",
    "facility_npi",
)


def normalised(row: Row) -> Row:
    """A claim line with its codes as the seeds write them."""

    def padded(column: str, width: int) -> str | None:
        return row[column] and row[column].upper().rjust(width, "0")

    codes = [(row[f"diagnosis_code_{n}"] or "").replace(".", "").upper() for n in range(1, 26)]
    return {column: row[column] for column in AS_THEY_COME} | {
        "day": row["claim_line_start_date"] or row["claim_start_date"],
        "status": row["claim_status_code"],
        "place": padded("place_of_service_code", 2),
        "bill_type_code": padded("bill_type_code", 4),
        "revenue_center_code": padded("revenue_center_code", 4),
        "discharge_disposition_code": padded("discharge_disposition_code", 2),
        "drg_code": padded("drg_code", 3),
        "hcpcs_code": row["hcpcs_code"] and row["hcpcs_code"].upper(),
        "modifiers": [row[f"hcpcs_modifier_{n}"].upper() for n in range(1, 6) if row[f"hcpcs_modifier_{n}"]],
        "principal_dx": codes[0],
        "diagnosis_codes": [code for code in codes if code],
    }


def is_birth(row: Row) -> bool:
    return (
        row["admit_type_code"] == "4"
        or in_set("CS_NEWBORN", "drg", row["drg_code"], row["day"])
        or any(in_set("CS_NEWBORN", "icd-10-cm", code, row["day"]) for code in row["diagnosis_codes"])
    )


def joined(stay: Stay, bill: Stay) -> Stay:
    last = bill if bill.discharged >= stay.discharged else stay
    return Stay(stay.admitted, last.discharged, last.disposition, stay.is_out_of_scope or bill.is_out_of_scope)


# ---- days ------------------------------------------------------------------------------------------------------------


def first_of_month(day: date, months_later: int) -> date:
    months = day.year * 12 + day.month - 1 + months_later
    return date(months // 12, months % 12 + 1, 1)


@cache
def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def span_order(row: Row) -> tuple[date, date]:
    return row["assignment_start_date"], row["file_date"] or ALWAYS


# ---- metrics ---------------------------------------------------------------------------------------------------------


def fu7_discharge_rate(evidence: ClaimsEvidence) -> Iterator[Observation]:
    contact_kinds = {"video", "phone", "tcm"}
    for person_id, stays in evidence.acute_stays.items():
        for stay in stays:
            day = stay.discharged
            assigned = evidence.assigned(person_id, day)
            if (
                not evidence.claims_start <= day <= evidence.claims_end - ONE_WEEK
                or assigned is None
                or not evidence.is_covered_through(person_id, day, day + ONE_WEEK)
            ):
                continue
            returned = any(
                day <= admitted <= day + ONE_WEEK and admitted != stay.admitted
                for admitted in evidence.admissions[person_id]
            )
            met = any(
                s.clinician == "pcp"
                and (
                    (0 < (s.day - day).days <= 7 and (s.is_pcp_visit or s.kinds & contact_kinds))
                    or (0 < (s.day - day).days <= 30 and s.hcpcs_code == "99496")
                )
                for s in evidence.services.get(person_id, [])
            )
            yield observation(
                assigned["practice_id"],
                assigned["npi"],
                day,
                met=met,
                excluded=stay.is_out_of_scope or stay.disposition not in ("01", "06", "07", "81", "86") or returned,
                person_key=evidence.person_key(person_id),
                lob=evidence.lob_of(person_id, day),
            )


def fu7_ed_rate(evidence: ClaimsEvidence) -> Iterator[Observation]:
    days_by_person: dict[str, set[date]] = defaultdict(set)
    for person_id, day in evidence.ed_claims:
        if evidence.claims_start <= day <= evidence.claims_end - ONE_WEEK:
            days_by_person[person_id].add(day)
    for person_id, days in days_by_person.items():
        kept_in = evidence.admissions.get(person_id, set()) | evidence.observation_days.get(person_id, set())
        last_counted = ALWAYS
        for day in sorted(days):
            if kept_in & {day, day + ONE_DAY}:
                continue  # not a treat-and-release visit
            is_admitted = any(day <= admitted <= day + ONE_WEEK for admitted in kept_in)
            if not is_admitted:
                if day <= last_counted + ONE_WEEK:
                    continue
                last_counted = day
            assigned = evidence.assigned(person_id, day)
            if assigned is None:
                continue
            died = evidence.members.get(person_id, {}).get("death_date")
            yield observation(
                assigned["practice_id"],
                assigned["npi"],
                day,
                met=any(
                    s.clinician == "pcp"
                    and 0 <= (s.day - day).days <= 7
                    and (s.is_pcp_visit or s.kinds & {"video", "phone", "evisit", "tcm", "care_mgmt"})
                    and (s.day > day or (s.claim_id not in evidence.ed_claims[person_id, day] and s.place != "23"))
                    for s in evidence.services.get(person_id, [])
                ),
                excluded=is_admitted
                or person_id in evidence.hospice_people
                or not evidence.is_covered_through(person_id, day, day + ONE_WEEK)
                or (died is not None and died <= day + ONE_WEEK),
                person_key=evidence.person_key(person_id),
                lob=evidence.lob_of(person_id, day),
            )


def preventive_visit_rate(evidence: ClaimsEvidence) -> Iterator[Observation]:
    first, last = evidence.claims_start, evidence.claims_end
    for person_id, assigned in evidence.panel.items():
        member = evidence.members.get(person_id)
        if (
            member is None
            or member["birth_date"] is None
            or age(member["birth_date"], last) < 3
            or not evidence.is_continuously_enrolled(person_id, first, last)
        ):
            continue
        met = any(
            s.clinician in ("pcp", "obgyn")
            and first <= s.day <= last
            and (("well" in s.kinds and s.place != "81") or ("well_dx" in s.kinds and s.is_visit))
            for s in evidence.services.get(person_id, [])
        )
        died = member["death_date"] is not None and first <= member["death_date"] <= last
        yield observation(
            assigned["practice_id"],
            assigned["npi"],
            last,
            met=met,
            excluded=died or person_id in evidence.hospice_people,
            person_key=evidence.person_key(person_id),
            lob=evidence.lob_of(person_id, last),
        )


def upc_continuity(evidence: ClaimsEvidence) -> Iterator[Observation]:
    for person_id, assigned in evidence.panel.items():
        visits = Counter(npi for _, npi in {(day, npi) for day, npi, _ in evidence.visits(person_id)})
        if visits.total() >= 2:
            yield Observation(
                assigned["practice_id"],
                assigned["npi"],
                evidence.person_key(person_id),
                evidence.lob_of(person_id, evidence.claims_end),
                evidence.claims_end,
                max(visits.values()) / visits.total(),
                1.0,
                False,
            )


def coc_continuity(evidence: ClaimsEvidence) -> Iterator[Observation]:
    for person_id in evidence.services:
        visits = evidence.visits(person_id)
        by_clinician = Counter(npi for _, npi in {(day, npi) for day, npi, _ in visits})
        total = by_clinician.total()
        days_at = grouped([v for v in visits if v[2]], lambda v: v[2])
        if total < 2 or not days_at:
            continue
        # Most visits first, then the latest visit, then the smallest id.
        ranking = sorted(days_at, key=lambda p: (-len(days_at[p]), -max(days_at[p])[0].toordinal(), p))
        index = (sum(n * n for n in by_clinician.values()) - total) / (total * (total - 1))
        yield observation(
            ranking[0],
            None,
            evidence.claims_end,
            met=index >= 0.70,
            person_key=evidence.person_key(person_id),
            lob=evidence.lob_of(person_id, evidence.claims_end),
        )


NEUTRAL_REASONS = {
    "member_moved",
    "provider_left_network",
    "provider_retired",
    "auto_assign_correction",
    "age_transition",
    "coverage_end",
}


def pcp_change_rate(evidence: ClaimsEvidence) -> Iterator[Observation]:
    first, last = evidence.period_start(TWELVE_MONTHS), evidence.period_end
    for person_id, spans in evidence.assignments_of.items():
        in_order = sorted(spans, key=lambda r: (*span_order(r), r["assignment_id"]))
        for span, following in pairwise(in_order):
            end = span["assignment_end_date"]
            if (
                end is None
                or not first <= end <= last
                or span["change_initiator"] != "member"
                or span["change_type"] == "dismissal"
                or following["practice_id"] == span["practice_id"]
                or (following["assignment_start_date"] - end).days > 31
            ):
                continue
            corrected = span["assignment_method"] == "auto_assign" and (end - span["assignment_start_date"]).days <= 30
            excluded = corrected or span["reason_code"] in NEUTRAL_REASONS
            yield Observation(
                span["practice_id"],
                span["npi"],
                evidence.person_key(person_id),
                evidence.lob_of(person_id, end),
                end,
                float(not excluded),
                0.0,
                excluded,
            )
    yield from member_months(evidence, first, last)


def member_months(evidence: ClaimsEvidence, first: date, last: date) -> Iterator[Observation]:
    """Exposure: people enrolled and assigned on the 15th, by practice, PCP and line of business."""
    census = [day for day in days_of(first, last) if day.day == 15]
    months: Counter[tuple] = Counter()
    for person_id in evidence.assignments_of:
        for day in census:
            assigned = evidence.assigned(person_id, day)
            if assigned and evidence.is_covered(person_id, day):
                months[
                    assigned["practice_id"],
                    assigned["npi"],
                    plan_lob(evidence.lob_of(person_id, day)),
                    day.replace(day=1),
                ] += 1
    for (practice_id, npi, lob, month), people in months.items():
        yield Observation(practice_id, npi, None, lob, month, 0.0, float(people), False)


PLAIN_METRICS = (
    fu7_discharge_rate,
    fu7_ed_rate,
    preventive_visit_rate,
    upc_continuity,
    coc_continuity,
    pcp_change_rate,
)
