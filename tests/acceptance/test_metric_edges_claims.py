"""Hand-made feeds on both sides of each limit: one practice a case, one run for all, and what the catalogue expects."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from itertools import count

import duckdb
import pytest

AS_OF = "2026-06-30"  # claims are judged from 2025-04-01 to 2026-03-31, what needs no run-out to 2026-05-31
PCP, OBGYN, CARDIOLOGIST, NURSE, GENERIC_NP = "207Q00000X", "207V00000X", "207RC0000X", "363LF0000X", "363L00000X"
FQHC, ACUTE, PSYCHIATRIC, REHAB = "261QF0400X", "282N00000X", "283Q00000X", "283X00000X"


def days(first, n):
    """The ISO date n days after another."""
    return str(date.fromisoformat(first) + timedelta(days=n))


class Feeds:
    """Rows of contract-shaped feeds, with one method for each thing that happens to a member."""

    def __init__(self):
        self.rows = defaultdict(list)
        self.serial = count(1)
        self.facility = self.provider("hospital", ACUTE, kind=2)

    def add(self, feed, file="20260601", **row):
        """A row of a feed, in the file of a date."""
        self.rows[feed, file].append(row)

    def number(self, prefix):
        return f"{prefix}{next(self.serial)}"

    def provider(self, name, taxonomy=PCP, practice=None, pcp_flag=1, kind=1, until=None):
        """A provider with a valid NPI, affiliated with a practice if one is named."""
        stem = f"{100000000 + next(self.serial)}"
        doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in stem[::2])
        npi = stem + str(-(24 + doubled + sum(map(int, stem[1::2]))) % 10)
        self.add(
            "providers",
            npi=npi,
            first_name="A",
            last_name=name,
            primary_taxonomy_code=taxonomy,
            entity_type=kind,
            network_status="active",
            network_start_date="2015-01-01",
        )
        if practice:
            self.add(
                "provider_affiliations",
                affiliation_id=self.number("A"),
                npi=npi,
                practice_id=practice,
                start_date="2015-01-01",
                end_date=until,
                pcp_flag=pcp_flag,
                listed_in_directory=1,
            )
        return npi

    def write(self, folder):
        for (feed, file), rows in self.rows.items():
            (folder / feed).mkdir(parents=True, exist_ok=True)
            names = list(dict.fromkeys(name for row in rows for name in row))
            with (folder / feed / f"{feed}_{file}.csv").open("w", newline="", encoding="utf-8") as table:
                writer = csv.DictWriter(table, names)
                writer.writeheader()
                writer.writerows(rows)


class Practice:
    """One case: a practice with a family doctor, and what happens to its members."""

    def __init__(self, feeds, practice_id):
        self.feeds, self.id = feeds, practice_id
        self.organization = feeds.provider("group", "193200000X", kind=2)
        feeds.add(
            "practices",
            practice_id=practice_id,
            practice_name=practice_id,
            organization_npi=self.organization,
            time_zone="America/New_York",
            state="OH",
            active_start_date="2015-01-01",
        )
        self.doctor = feeds.provider("doctor", practice=practice_id)

    def colleague(self, taxonomy=PCP, **more):
        return self.feeds.provider("colleague", taxonomy, self.id, **more)

    def member(
        self, born="1980-01-15", gender="female", enrolled=(("2015-01-01", None),), assigned="2015-01-01", **more
    ):
        """A member enrolled in spans and assigned since a date; `until` ends the assignment, `flags` go to eligibility."""
        person = self.feeds.number("M")
        until, flags = more.pop("until", None), more.pop("flags", {})
        self.feeds.add("members", person_id=person, birth_date=born, gender=gender, **more)
        for start, end in enrolled:
            self.feeds.add(
                "eligibility",
                person_id=person,
                member_id=person,
                enrollment_start_date=start,
                enrollment_end_date=end,
                **{"plan": "P", "payer": "P", "lob": "medicaid"} | flags,
            )
        self.assign(person, assigned, until)
        return person

    def assign(self, person, start, end=None, practice=None):
        self.feeds.add(
            "pcp_assignments",
            assignment_id=self.feeds.number("S"),
            person_id=person,
            member_id=person,
            practice_id=practice or self.id,
            npi=None if practice else self.doctor,
            assignment_start_date=start,
            assignment_end_date=end,
            change_type="initial",
        )
        return person

    def claim(self, person, day, code=None, **more):
        """A claim line, a professional one by the practice's doctor in the office unless told otherwise; gives the member."""
        line = {
            "claim_id": self.feeds.number("C"),
            "claim_line_number": 1,
            "claim_type": "professional",
            "person_id": person,
            "claim_start_date": day,
            "claim_end_date": day,
            "place_of_service_code": "11",
            "hcpcs_code": code,
            "rendering_npi": self.doctor,
            "billing_npi": self.organization,
            "paid_date": min(days(day, 20), AS_OF),
            "claim_status_code": "1",
            "diagnosis_code_1": "Z71.9",
            "data_source": "test",
        } | more
        self.feeds.add("medical_claims", **line)
        return person

    def visit(self, person, day, code="99213", **more):
        """An office visit."""
        return self.claim(person, day, code, **more)

    def institutional(self, person, day, **more):
        plain = {
            "claim_type": "institutional",
            "place_of_service_code": None,
            "rendering_npi": None,
            "facility_npi": self.feeds.facility,
            "billing_npi": self.feeds.facility,
        }
        return self.claim(person, day, **plain | more)

    def stay(self, person, admitted, discharged, home="01", **more):
        plain = {
            "claim_end_date": discharged,
            "admission_date": admitted,
            "discharge_date": discharged,
            "bill_type_code": "111",
            "revenue_center_code": "120",
            "discharge_disposition_code": home,
            "diagnosis_code_1": "J18.9",
            "admit_type_code": "1",
        }
        return self.institutional(person, admitted, **plain | more)

    def ed(self, person, day, **more):
        plain = {"bill_type_code": "131", "revenue_center_code": "450", "code": "99283", "diagnosis_code_1": "R10.9"}
        return self.institutional(person, day, **plain | more)


def discharged(p, visit=None, code="99213", out="2026-03-02", home="01", member=None, facility_npi=None, **more):
    """A stay of four days, and a visit after it."""
    person = member or p.member()
    p.stay(person, days(out, -4), out, home, facility_npi=facility_npi or p.feeds.facility)
    if visit:
        p.visit(person, visit, code, **more)
    return person


def emergency(p, visit=None, code="99213", on="2026-03-02", member=None, **more):
    """A treat-and-release visit to the emergency department, and what follows it."""
    person = member or p.member()
    p.ed(person, on)
    if visit:
        p.visit(person, visit, code, **more)
    return person


def visits(p, numbers, first="2025-05-05", **more):
    """A member's visits a week apart: so many to each of several clinicians of the practice."""
    person, day = p.member(**more), first
    for doctor, n in zip([p.doctor, *(p.colleague() for _ in numbers[1:])], numbers, strict=True):
        for _ in range(n):
            p.visit(person, day, rendering_npi=doctor)
            day = days(day, 7)
    return person


def treated(p, codes, gender="female", born="1966-01-15", **more):
    """A member with services: {code: day}."""
    person = p.member(born, gender)
    for code, day in codes.items():
        p.claim(person, day, code, **more)
    return person


def seen(p, code=None, on="2025-06-10", born="1980-01-15", member=None, **more):
    """A member with an office visit, and a service of another day."""
    person = member or p.member(born)
    p.visit(person, "2025-06-10")
    if code:
        p.claim(person, on, code, **more)
    return person


def screened(p, person, day="2025-06-10", status="completed", **more):
    p.feeds.add(
        "screenings", screening_id=p.feeds.number("Q"), person_id=person, screening_date=day, status=status, **more
    )
    return person


def managed(p, person, **more):
    program = {"program": "case_management"} | more
    p.feeds.add("care_management", cm_id=p.feeds.number("K"), person_id=person, **program)


def risky(p, days_between=180, managed_on=None, source="pcp", **more):
    """Two visits to the emergency department, the second of which makes the member high-risk on 2025-11-01."""
    person = p.member(**more)
    p.ed(person, days("2025-11-01", -days_between))
    p.ed(person, "2025-11-01")
    if managed_on:
        managed(p, person, referral_date=managed_on, referral_source=source, status="referred")
    return person


def twice(p, code="80053", gap=4, first=None, second=None, again=None, **member):
    """The same test twice, by two laboratories unless told otherwise."""
    person = p.member(**member)
    plain = {"place_of_service_code": "81", "billing_tin": "A"}
    p.claim(person, "2025-06-01", code, **plain | {"rendering_tin": "A"} | (first or {}))
    p.claim(person, days("2025-06-01", gap), again or code, **plain | {"rendering_tin": "B"} | (second or {}))
    return person


def result(p, on="2026-03-02", told=None, status="F", person=None, **more):
    plain = {
        "collection_datetime": f"{days(on, -1)}T09:00:00",
        "result_datetime": f"{on}T15:00:00",
        "patient_notified_datetime": told and f"{told}T08:00:00",
        "notify_method": told and "phone",
        "ordering_practitioner_id": p.doctor,
        "practice_id": p.id,
    }
    number, person = p.feeds.number("L"), person or p.member()
    p.feeds.add("lab_results", lab_result_id=number, person_id=person, status=status, result_type="lab", **plain | more)


def referred(p, on="2025-12-01", person=None, taxonomy=CARDIOLOGIST, **more):
    p.feeds.add(
        "referrals",
        referral_id=p.feeds.number("R"),
        person_id=person or p.member(),
        referring_npi=p.doctor,
        practice_id=more.pop("practice_id", p.id),
        referral_date=on,
        referred_to_taxonomy=taxonomy,
        **{"status": "completed"} | more,
    )


def together(*steps):
    """Several steps on one practice."""
    return lambda p: [step(p) for step in steps]


# What each practice did, and the numerator and denominator that the catalogue makes of it.
# fmt: off
CASES = {
    "fu7_discharge_rate": [
        ("day 0 does not count", 0, 1, lambda p: discharged(p, "2026-03-02")),
        ("day 1", 1, 1, lambda p: discharged(p, "2026-03-03")),
        ("day 7", 1, 1, lambda p: discharged(p, "2026-03-09")),
        ("day 8", 0, 1, lambda p: discharged(p, "2026-03-10")),
        ("99496 on day 10", 1, 1, lambda p: discharged(p, "2026-03-12", "99496")),
        ("99496 on day 30", 1, 1, lambda p: discharged(p, "2026-04-01", "99496")),
        ("99496 on day 31", 0, 1, lambda p: discharged(p, "2026-04-02", "99496")),
        ("99496 on day 0", 0, 1, lambda p: discharged(p, "2026-03-02", "99496")),
        ("99495 on day 10", 0, 1, lambda p: discharged(p, "2026-03-12", "99495")),
        ("99495 on day 5", 1, 1, lambda p: discharged(p, "2026-03-07", "99495")),
        ("a specialist", 0, 1, lambda p: discharged(p, "2026-03-04", rendering_npi=p.colleague(CARDIOLOGIST))),
        ("a nurse of no field", 1, 1, lambda p: discharged(p, "2026-03-04", rendering_npi=p.colleague(GENERIC_NP))),
        ("a nurse of no field, not flagged", 0, 1, lambda p: discharged(p, "2026-03-04", rendering_npi=p.colleague(GENERIC_NP, pcp_flag=0))),
        ("a gynaecologist", 0, 1, lambda p: discharged(p, "2026-03-04", rendering_npi=p.colleague(OBGYN))),
        ("a health centre", 1, 1, lambda p: discharged(p, "2026-03-04", "T1015", rendering_npi=p.colleague(FQHC, kind=2), billing_npi=None)),
        ("a health centre bills", 1, 1, lambda p: discharged(p, "2026-03-04", "T1015", rendering_npi=None, billing_npi=p.colleague(FQHC, kind=2))),
        ("a doctor bills", 1, 1, lambda p: discharged(p, "2026-03-04", rendering_npi=None, billing_npi=p.doctor)),
        ("in a nursing home", 0, 1, lambda p: discharged(p, "2026-03-04", place_of_service_code="31")),
        ("by video in a nursing home", 0, 1, lambda p: discharged(p, "2026-03-04", place_of_service_code="32")),
        ("place unknown", 1, 1, lambda p: discharged(p, "2026-03-04", place_of_service_code=None)),
        ("by telephone in 2026", 0, 1, lambda p: discharged(p, "2026-03-04", "99441")),
        ("by telephone, new code", 1, 1, lambda p: discharged(p, "2026-03-04", "98012")),
        ("by video", 1, 1, lambda p: discharged(p, "2026-03-04", "98001", place_of_service_code="10")),
        ("lower case", 1, 1, lambda p: discharged(p, "2026-03-04", "g0463")),
        ("only an e-visit", 0, 1, lambda p: discharged(p, "2026-03-04", "99421")),
        ("only care management", 0, 1, lambda p: discharged(p, "2026-03-04", "99490")),
        ("denied visit", 0, 1, lambda p: discharged(p, "2026-03-04", claim_status_code="4")),
        ("visit not known yet", 0, 1, lambda p: discharged(p, "2026-03-04", paid_date="2026-07-01")),
        ("visit known today", 1, 1, lambda p: discharged(p, "2026-03-04", paid_date="2026-06-30")),
        ("died", 0, 0, lambda p: discharged(p, "2026-03-04", home="20")),
        ("to hospice", 0, 0, lambda p: discharged(p, "2026-03-04", home="50")),
        ("to a nursing home", 0, 0, lambda p: discharged(p, "2026-03-04", home="03")),
        ("still there", 0, 0, lambda p: discharged(p, "2026-03-04", home="30")),
        ("against advice", 1, 1, lambda p: discharged(p, "2026-03-04", home="07")),
        ("one digit for home", 1, 1, lambda p: discharged(p, "2026-03-04", home="1")),
        ("planned readmission home", 1, 1, lambda p: discharged(p, "2026-03-04", home="81")),
        ("disposition unknown", 0, 0, lambda p: discharged(p, "2026-03-04", home=None)),
        ("readmitted on day 4", 0, 0, lambda p: p.stay(discharged(p, "2026-03-04"), "2026-03-06", "2026-03-30", "03")),
        ("readmitted on day 7", 0, 0, lambda p: p.stay(discharged(p, "2026-03-04"), "2026-03-09", "2026-03-30", "03")),
        ("readmitted on day 8", 1, 1, lambda p: p.stay(discharged(p, "2026-03-04"), "2026-03-10", "2026-03-30", "03")),
        ("to rehabilitation on day 2", 0, 0, lambda p: p.stay(discharged(p, "2026-03-04"), "2026-03-04", "2026-03-30", facility_npi=p.feeds.provider("rehab", REHAB, kind=2))),
        ("to a skilled nursing bill on day 0", 0, 0, lambda p: p.stay(discharged(p, "2026-03-04"), "2026-03-02", "2026-03-30", bill_type_code="0211", revenue_center_code="0022")),
        ("transferred, home from there", 1, 1, lambda p: p.visit(p.stay(discharged(p, out="2026-03-02", home="02"), "2026-03-02", "2026-03-05", facility_npi=p.feeds.provider("second hospital", ACUTE, kind=2)), "2026-03-12")),
        ("two bills of one stay", 1, 1, lambda p: p.visit(p.stay(discharged(p, home="30"), "2026-03-03", "2026-03-05"), "2026-03-12")),
        ("discharge on the last day", 1, 1, lambda p: discharged(p, "2026-03-26", out="2026-03-24")),
        ("discharge a day too late", 0, 0, lambda p: discharged(p, "2026-03-26", out="2026-03-25")),
        ("discharge on the first day", 1, 1, lambda p: discharged(p, "2025-04-03", out="2025-04-01")),
        ("discharge a day too early", 0, 0, lambda p: discharged(p, "2025-04-03", out="2025-03-31")),
        ("newborn", 0, 0, lambda p: discharged(p, "2026-03-04", member=p.stay(p.member("2026-02-20"), "2026-02-27", "2026-03-02", admit_type_code="4"))),
        ("chemotherapy", 0, 0, lambda p: p.visit(p.stay(p.member(), "2026-02-27", "2026-03-02", diagnosis_code_1="Z51.11"), "2026-03-04")),
        ("chemotherapy is second", 1, 1, lambda p: p.visit(p.stay(p.member(), "2026-02-27", "2026-03-02", diagnosis_code_2="Z51.11"), "2026-03-04")),
        ("psychiatric hospital", 0, 0, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", facility_npi=p.feeds.psychiatry)),
        ("rehabilitation room", 0, 0, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", revenue_center_code="0128")),
        ("no room", 0, 0, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", revenue_center_code="0300")),
        ("interim bill", 0, 0, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", bill_type_code="0112")),
        ("void bill", 0, 0, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", bill_type_code="0118")),
        ("final bill", 0, 1, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", bill_type_code="0114")),
        ("denied stay", 0, 0, lambda p: p.stay(p.member(), "2026-02-27", "2026-03-02", claim_status_code="4")),
        ("enrolled to day 7", 1, 1, lambda p: discharged(p, "2026-03-04", member=p.member(enrolled=[("2015-01-01", "2026-03-09")]))),
        ("enrolled to day 6", 0, 0, lambda p: discharged(p, "2026-03-04", member=p.member(enrolled=[("2015-01-01", "2026-03-08")]))),
        ("a day open between months", 1, 1, lambda p: discharged(p, "2026-03-04", member=p.member(enrolled=[("2015-01-01", "2026-03-03"), ("2026-03-05", None)]))),
        ("two days open", 0, 0, lambda p: discharged(p, "2026-03-04", member=p.member(enrolled=[("2015-01-01", "2026-03-03"), ("2026-03-06", None)]))),
        ("assigned since the discharge", 1, 1, lambda p: discharged(p, "2026-03-04", member=p.member(assigned="2026-03-02"))),
        ("assigned a day later", 0, 0, lambda p: discharged(p, "2026-03-04", member=p.member(assigned="2026-03-03"))),
        ("reversed visit", 0, 1, lambda p: p.visit(p.visit(discharged(p), "2026-03-04", claim_id="reversed"), "2026-03-04", claim_id="reversed", claim_status_code="22", paid_date="2026-05-01")),
        ("the same row twice", 1, 1, lambda p: p.visit(p.stay(p.stay(p.member(), "2026-02-27", "2026-03-02", claim_id="twice"), "2026-02-27", "2026-03-02", claim_id="twice"), "2026-03-04")),
        ("void under another number leaves the original", 1, 1, lambda p: p.stay(discharged(p, "2026-03-04"), "2026-02-26", "2026-03-02", bill_type_code="0118", paid_date="2026-05-01")),
        ("voided in its newest version", 0, 0, lambda p: p.stay(p.stay(p.member(), "2026-02-27", "2026-03-02", claim_id="voided"), "2026-02-27", "2026-03-02", claim_id="voided", bill_type_code="118", paid_date="2026-05-01")),
        ("void not known yet", 0, 1, lambda p: p.stay(p.stay(p.member(), "2026-02-27", "2026-03-02", claim_id="voided2"), "2026-02-27", "2026-03-02", claim_id="voided2", bill_type_code="118", paid_date="2026-07-01")),
        ("reversed, then paid again", 1, 1, lambda p: p.visit(p.visit(discharged(p, "2026-03-04", claim_id="again"), "2026-03-04", claim_id="again", claim_status_code="22", paid_date="2026-04-20"), "2026-03-04", claim_id="again", paid_date="2026-05-01")),
        ("critical access hospital", 1, 1, lambda p: p.visit(p.stay(p.member(), "2026-02-27", "2026-03-02", bill_type_code="411", revenue_center_code="1001"), "2026-03-04")),
        ("admission date missing", 1, 1, lambda p: p.visit(p.stay(p.member(), "2026-02-27", "2026-03-02", admission_date=None, discharge_date=None), "2026-03-04")),
        ("room on another line", 1, 1, lambda p: p.visit(p.stay(p.stay(p.member(), "2026-02-27", "2026-03-02", claim_id="lines", revenue_center_code="0250"), "2026-02-27", "2026-03-02", claim_id="lines", claim_line_number=2), "2026-03-04")),
        ("day of the line counts", 1, 1, lambda p: discharged(p, "2026-03-02", claim_line_start_date="2026-03-03")),
        ("modifier for audio, place of video", 1, 1, lambda p: discharged(p, "2026-03-04", place_of_service_code="2", hcpcs_modifier_1="93")),
        ("hospital outpatient clinic", 1, 1, lambda p: p.institutional(discharged(p), "2026-03-04", bill_type_code="131", revenue_center_code="510", rendering_npi=p.doctor)),
        ("left the practice", 0, 1, lambda p: discharged(p, "2026-03-04", rendering_npi=p.colleague(GENERIC_NP, until="2026-03-03"))),
        ("paid date unknown", 1, 1, lambda p: discharged(p, "2026-03-04", paid_date=None)),
        ("two practices in one hospital stay", 0, 0, lambda p: discharged(p, "2026-03-04", member=p.assign(p.member(), "2026-03-01", None, "other"))),
    ],
    "fu7_ed_rate": [
        ("day 0 elsewhere", 1, 1, lambda p: emergency(p, "2026-03-02")),
        ("day 7", 1, 1, lambda p: emergency(p, "2026-03-09")),
        ("day 8", 0, 1, lambda p: emergency(p, "2026-03-10")),
        ("second visit in the group", 1, 1, lambda p: p.ed(emergency(p, "2026-03-09"), "2026-03-06")),
        ("second visit on day 7", 1, 1, lambda p: p.ed(emergency(p, "2026-03-09"), "2026-03-09")),
        ("second visit on day 8", 1, 2, lambda p: p.ed(emergency(p, "2026-03-17"), "2026-03-10")),
        ("three visits", 1, 2, lambda p: p.ed(p.ed(emergency(p, "2026-03-04"), "2026-03-07"), "2026-03-13")),
        ("day 0 in the department", 0, 1, lambda p: emergency(p, "2026-03-02", place_of_service_code="23")),
        ("day 0 on the claim of the visit", 0, 1, lambda p: p.visit(p.claim(p.member(), "2026-03-02", "99283", claim_id="ed.same", place_of_service_code="23", facility_npi=p.feeds.facility), "2026-03-02", claim_id="ed.same", claim_line_number=2)),
        ("an e-visit", 1, 1, lambda p: emergency(p, "2026-03-04", "99421")),
        ("care management", 1, 1, lambda p: emergency(p, "2026-03-04", "99490")),
        ("a specialist", 0, 1, lambda p: emergency(p, "2026-03-04", rendering_npi=p.colleague(CARDIOLOGIST))),
        ("care management by a specialist", 0, 1, lambda p: emergency(p, "2026-03-04", "99490", rendering_npi=p.colleague(CARDIOLOGIST))),
        ("admitted the next day", 0, 0, lambda p: p.stay(emergency(p, "2026-03-04"), "2026-03-03", "2026-03-20", "03")),
        ("admitted on day 7", 0, 0, lambda p: p.stay(emergency(p, "2026-03-04"), "2026-03-09", "2026-03-20", "03")),
        ("admitted on day 8", 1, 1, lambda p: p.stay(emergency(p, "2026-03-04"), "2026-03-10", "2026-03-20", "03")),
        ("observed on day 3", 0, 0, lambda p: p.institutional(emergency(p, "2026-03-04"), "2026-03-05", code="G0378", revenue_center_code="762", bill_type_code="131")),
        ("admission first, then first of eight days", 1, 1, lambda p: p.stay(p.visit(p.ed(emergency(p, on="2026-02-20"), "2026-02-27"), "2026-02-21"), "2026-03-06", "2026-03-20", "03")),
        ("died on day 7", 0, 0, lambda p: emergency(p, "2026-03-04", member=p.member(death_date="2026-03-09"))),
        ("died on day 8", 1, 1, lambda p: emergency(p, "2026-03-04", member=p.member(death_date="2026-03-10"))),
        ("hospice flag", 0, 0, lambda p: emergency(p, "2026-03-04", member=p.member(flags={"hospice_flag": 1}))),
        ("hospice claim in the period", 0, 0, lambda p: p.institutional(emergency(p, "2026-03-04"), "2025-04-01", bill_type_code="811", revenue_center_code="651")),
        ("hospice claim before it", 1, 1, lambda p: p.institutional(emergency(p, "2026-03-04"), "2025-03-31", bill_type_code="811", revenue_center_code="651")),
        ("enrolled to day 7", 1, 1, lambda p: emergency(p, "2026-03-04", member=p.member(enrolled=[("2015-01-01", "2026-03-09")]))),
        ("enrolled to day 6", 0, 0, lambda p: emergency(p, "2026-03-04", member=p.member(enrolled=[("2015-01-01", "2026-03-08")]))),
        ("on the last day", 1, 1, lambda p: emergency(p, "2026-03-26", on="2026-03-24")),
        ("a day too late", 0, 0, lambda p: emergency(p, "2026-03-26", on="2026-03-25")),
        ("on the first day", 1, 1, lambda p: emergency(p, "2025-04-04", on="2025-04-01")),
        ("a day too early", 0, 0, lambda p: emergency(p, "2025-04-04", on="2025-03-31")),
        ("urgent care is none", 0, 0, lambda p: p.ed(p.member(), "2026-03-02", revenue_center_code="456", hcpcs_code="S9083")),
        ("only the physician's claim", 0, 1, lambda p: p.claim(p.member(), "2026-03-02", "99284", place_of_service_code="23", rendering_npi=p.feeds.provider("emergency", "207P00000X"))),
        ("physician and hospital are one visit", 0, 1, lambda p: p.claim(emergency(p), "2026-03-02", "99284", place_of_service_code="23", rendering_npi=p.feeds.provider("emergency", "207P00000X"))),
        ("on an inpatient bill", 0, 0, lambda p: p.ed(p.member(), "2026-03-02", bill_type_code="0111")),
        ("denied", 0, 0, lambda p: p.ed(p.member(), "2026-03-02", claim_status_code="4")),
        ("assigned on the day", 1, 1, lambda p: emergency(p, "2026-03-04", member=p.member(assigned="2026-03-02"))),
        ("assigned a day later", 0, 0, lambda p: emergency(p, "2026-03-04", member=p.member(assigned="2026-03-03"))),
        ("two departments on a day are one visit", 1, 1, lambda p: p.ed(emergency(p, "2026-03-04"), "2026-03-02", facility_npi=p.feeds.provider("far hospital", ACUTE, kind=2))),
        ("revenue code alone", 0, 1, lambda p: p.ed(p.member(), "2026-03-02", code=None)),
        ("code alone", 0, 1, lambda p: p.ed(p.member(), "2026-03-02", code="g0381", revenue_center_code=None)),
        ("0981", 0, 1, lambda p: p.ed(p.member(), "2026-03-02", code=None, revenue_center_code="981")),
        ("transfer to a nursing home on day 5", 0, 0, lambda p: p.stay(emergency(p, "2026-03-04"), "2026-03-07", "2026-03-20", bill_type_code="0211")),
    ],
    "med_rec_post_discharge_rate": [
        ("day 0", 1, 1, lambda p: discharged(p, "2026-02-25", "1111F", out="2026-02-25")),
        ("day 30", 1, 1, lambda p: discharged(p, "2026-03-27", "1111F", out="2026-02-25")),
        ("day 31", 0, 1, lambda p: discharged(p, "2026-03-28", "1111F", out="2026-02-25")),
        ("office visit is none", 0, 1, lambda p: discharged(p, "2026-02-27", out="2026-02-25")),
        ("cognitive assessment", 1, 1, lambda p: discharged(p, "2026-02-27", "99483", out="2026-02-25")),
        ("discharge on the last day", 0, 1, lambda p: discharged(p, out="2026-03-01")),
        ("discharge a day too late", 0, 0, lambda p: discharged(p, out="2026-03-02")),
        ("aged 18 on the day", 0, 1, lambda p: discharged(p, out="2026-02-25", member=p.member("2008-02-25"))),
        ("a day younger", 0, 0, lambda p: discharged(p, out="2026-02-25", member=p.member("2008-02-26"))),
        ("enrolled to day 30", 0, 1, lambda p: discharged(p, out="2026-02-25", member=p.member(enrolled=[("2015-01-01", "2026-03-27")]))),
        ("enrolled to day 29", 0, 0, lambda p: discharged(p, out="2026-02-25", member=p.member(enrolled=[("2015-01-01", "2026-03-26")]))),
        ("readmitted: the last discharge counts", 1, 1, lambda p: p.claim(discharged(p, out="2026-02-25", member=discharged(p, out="2026-02-05")), "2026-02-26", "1111F")),
        ("readmitted on day 31", 1, 2, lambda p: p.claim(discharged(p, out="2026-02-25", member=discharged(p, out="2026-01-21")), "2026-02-26", "1111F")),
        ("hospice", 0, 0, lambda p: discharged(p, out="2026-02-25", member=p.member(flags={"hospice_flag": 1}))),
    ],
    "readmit_30d_rate": [
        ("day 2", 1, 2, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-01-07", "2026-01-09")),
        ("day 1 is one stay", 0, 1, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-01-06", "2026-01-09")),
        ("day 30", 1, 2, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-02-04", "2026-02-09")),
        ("day 31", 0, 2, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-02-05", "2026-02-09")),
        ("not acute", 0, 1, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-01-09", "2026-01-20", bill_type_code="211")),
        ("planned chemotherapy", 0, 1, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-01-09", "2026-01-12", diagnosis_code_1="Z5111")),
        ("a birth", 0, 1, lambda p: p.stay(discharged(p, out="2026-01-05"), "2026-01-09", "2026-01-12", diagnosis_code_1="O80")),
        ("transferred elsewhere", 0, 0, lambda p: discharged(p, out="2026-01-05", home="02")),
        ("to a nursing home", 0, 0, lambda p: discharged(p, out="2026-01-05", home="03")),
        ("died", 0, 0, lambda p: discharged(p, out="2026-01-05", home="20")),
        ("a child", 0, 0, lambda p: discharged(p, out="2026-01-05", member=p.member("2010-01-01"))),
        ("discharge on the last day", 1, 1, lambda p: p.stay(discharged(p, out="2026-03-01"), "2026-03-31", "2026-04-05")),
        ("discharge a day too late", 0, 0, lambda p: discharged(p, out="2026-03-02")),
    ],
    "preventive_visit_rate": [
        ("first day", 1, 1, lambda p: p.visit(p.member(), "2025-04-01", "99396")),
        ("a day too early", 0, 1, lambda p: p.visit(p.member(), "2025-03-31", "99396")),
        ("last day", 1, 1, lambda p: p.visit(p.member(), "2026-03-31", "G0439")),
        ("a day too late", 0, 1, lambda p: p.visit(p.member(), "2026-04-01", "G0439")),
        ("counselling is no well visit", 0, 1, lambda p: p.visit(p.member(), "2025-06-01", "99401")),
        ("diagnosis on an office visit", 1, 1, lambda p: p.visit(p.member(), "2025-06-01", diagnosis_code_3="Z00.00")),
        ("diagnosis by telephone", 1, 1, lambda p: p.visit(p.member(), "2025-06-01", "98966", diagnosis_code_1="Z0001")),
        ("diagnosis on a laboratory line", 0, 1, lambda p: p.claim(p.member(), "2025-06-01", "80053", place_of_service_code="81", diagnosis_code_1="Z0000")),
        ("well code at a laboratory", 0, 1, lambda p: p.visit(p.member(), "2025-06-01", "99396", place_of_service_code="81")),
        ("by a gynaecologist", 1, 1, lambda p: p.visit(p.member(), "2025-06-01", "99396", rendering_npi=p.colleague(OBGYN))),
        ("diagnosis seen by a gynaecologist", 1, 1, lambda p: p.visit(p.member(), "2025-06-01", diagnosis_code_1="Z01.419", rendering_npi=p.colleague(OBGYN))),
        ("by a specialist", 0, 1, lambda p: p.visit(p.member(), "2025-06-01", "99396", rendering_npi=p.colleague(CARDIOLOGIST))),
        ("aged 3", 0, 1, lambda p: p.member("2023-03-31")),
        ("a day younger", 0, 0, lambda p: p.member("2023-04-01")),
        ("gap of 45 days", 0, 1, lambda p: p.member(enrolled=[("2015-01-01", "2025-06-30"), ("2025-08-15", None)])),
        ("gap of 46 days", 0, 0, lambda p: p.member(enrolled=[("2015-01-01", "2025-06-30"), ("2025-08-16", None)])),
        ("two gaps", 0, 0, lambda p: p.member(enrolled=[("2015-01-01", "2025-06-30"), ("2025-07-11", "2025-09-30"), ("2025-10-11", None)])),
        ("monthly rows with a day open", 0, 1, lambda p: p.member(enrolled=[("2015-01-01", "2025-06-29"), ("2025-07-01", "2025-07-30"), ("2025-08-01", None)])),
        ("gap of 45 days at the start", 0, 1, lambda p: p.member(enrolled=[("2025-05-16", None)])),
        ("gap of 46 days at the start", 0, 0, lambda p: p.member(enrolled=[("2025-05-17", None)])),
        ("not enrolled on the last day", 0, 0, lambda p: p.member(enrolled=[("2015-01-01", "2026-03-30")])),
        ("enrolled to the last day", 0, 1, lambda p: p.member(enrolled=[("2015-01-01", "2026-03-31")])),
        ("assigned 183 days", 0, 1, lambda p: p.member(assigned="2025-09-30")),
        ("assigned 182 days", 0, 0, lambda p: p.member(assigned="2025-10-01")),
        ("assignment ends on the last day", 0, 1, lambda p: p.member(until="2026-03-31")),
        ("assignment ends a day before", 0, 0, lambda p: p.member(until="2026-03-30")),
        ("183 days in two spans", 0, 1, lambda p: p.assign(p.member(until="2025-07-31"), "2025-12-01")),
        ("other practice on the last day", 0, 0, lambda p: p.assign(p.member(), "2026-03-01", None, "other")),
        ("back from another practice", 0, 1, lambda p: p.assign(p.member(), "2025-06-01", "2025-06-30", "other")),
        ("span of no length", 0, 1, lambda p: p.assign(p.member(), "2026-03-31", "2026-03-31", "other")),
        ("died in the period", 0, 0, lambda p: p.member(death_date="2026-03-31")),
        ("died after it", 0, 1, lambda p: p.member(death_date="2026-04-01")),
        ("hospice diagnosis code", 0, 0, lambda p: p.claim(p.member(), "2025-09-01", "Q5003")),
        ("replaced by a denied version", 0, 1, lambda p: p.visit(p.visit(p.member(), "2025-06-01", "99396", claim_id="v1"), "2025-06-01", "99396", claim_id="v1", claim_status_code="4", paid_date="2025-09-01")),
        ("denial replaced by a payment", 1, 1, lambda p: p.visit(p.visit(p.member(), "2025-06-01", "99396", claim_id="v2", claim_status_code="4"), "2025-06-01", "99396", claim_id="v2", paid_date="2025-09-01")),
        ("denial not known yet", 1, 1, lambda p: p.visit(p.visit(p.member(), "2025-06-01", "99396", claim_id="v3"), "2025-06-01", "99396", claim_id="v3", claim_status_code="4", paid_date="2026-07-01")),
        ("span that ends before it starts", 0, 1, lambda p: p.member(enrolled=[("2015-01-01", None), ("2025-06-01", "2025-05-01")])),
        ("enrolled twice over", 0, 1, lambda p: p.member(enrolled=[("2015-01-01", "2025-12-31"), ("2025-06-01", None)])),
        ("two open assignments: the later counts", 0, 1, lambda p: p.assign(p.member(assigned="2025-02-01"), "2020-01-01", None, "other")),
        ("assignment that ends before it starts", 0, 1, lambda p: p.assign(p.member(), "2026-03-01", "2026-02-01", "other")),
        ("birth date unknown", 0, 0, lambda p: p.member("1900-01-01")),
        ("born on 29 February", 0, 1, lambda p: p.member("2020-02-29")),
        ("future claim", 0, 1, lambda p: p.visit(p.member(), "2026-07-15", "99396", paid_date=None)),
        ("well code in an emergency department", 1, 1, lambda p: p.visit(p.member(), "2025-06-01", "99396", place_of_service_code="23")),
        ("well diagnosis in an emergency department", 0, 1, lambda p: p.visit(p.member(), "2025-06-01", place_of_service_code="23", diagnosis_code_1="Z0000")),

    ],
    "screening_bcs": [
        ("aged 52", 0, 1, lambda p: p.member("1974-03-31")),
        ("a day younger", 0, 0, lambda p: p.member("1974-04-01")),
        ("aged 74", 0, 1, lambda p: p.member("1951-04-01")),
        ("aged 75", 0, 0, lambda p: p.member("1951-03-31")),
        ("a man", 0, 0, lambda p: p.member("1966-01-15", "male")),
        ("27 months", 1, 1, lambda p: treated(p, {"77067": "2024-01-01"})),
        ("a day older", 0, 1, lambda p: treated(p, {"77067": "2023-12-31"})),
        ("last day", 1, 1, lambda p: treated(p, {"77063": "2026-03-31"})),
        ("a day later", 0, 1, lambda p: treated(p, {"77063": "2026-04-01"})),
        ("both breasts removed", 0, 0, lambda p: treated(p, {"99213": "2018-01-01"}, diagnosis_code_1="Z90.13")),
        ("right and left", 0, 0, lambda p: p.claim(treated(p, {"99213": "2019-01-01"}, diagnosis_code_1="Z90.11"), "2020-01-01", "99213", diagnosis_code_2="Z90.12")),
        ("right only", 0, 1, lambda p: treated(p, {"99213": "2019-01-01"}, diagnosis_code_1="Z90.11")),
        ("modifier 50", 0, 0, lambda p: treated(p, {"19303": "2019-01-01"}, hcpcs_modifier_1="50")),
        ("modifier LT", 0, 1, lambda p: treated(p, {"19303": "2019-01-01"}, hcpcs_modifier_1="LT")),
        ("modifiers LT and RT on two days", 0, 0, lambda p: p.claim(treated(p, {"19303": "2019-01-01"}, hcpcs_modifier_1="LT"), "2019-05-01", "19303", hcpcs_modifier_2="rt")),
        ("palliative care", 0, 0, lambda p: treated(p, {"M1017": "2025-08-01"})),
        ("palliative care before", 0, 1, lambda p: treated(p, {"M1017": "2025-03-31"})),
        ("institution at 66", 0, 0, lambda p: p.member("1960-03-31", flags={"long_term_institutional_flag": 1})),
        ("institution at 65", 0, 1, lambda p: p.member("1960-04-01", flags={"long_term_institutional_flag": 1})),
        ("hospice", 0, 0, lambda p: p.member("1966-01-15", flags={"hospice_flag": 1})),
    ],
    "screening_ccs": [
        ("aged 24", 0, 1, lambda p: p.member("2002-03-31")),
        ("a day younger", 0, 0, lambda p: p.member("2002-04-01")),
        ("aged 64", 0, 1, lambda p: p.member("1961-04-01")),
        ("aged 65", 0, 0, lambda p: p.member("1961-03-31")),
        ("cytology 3 years", 1, 1, lambda p: treated(p, {"88142": "2023-04-01"}, born="2000-01-15")),
        ("cytology a day older", 0, 1, lambda p: treated(p, {"88142": "2023-03-31"}, born="2000-01-15")),
        ("virus test 5 years", 1, 1, lambda p: treated(p, {"87624": "2021-04-01"}, born="1980-01-15")),
        ("virus test a day older", 0, 1, lambda p: treated(p, {"87624": "2021-03-31"}, born="1980-01-15")),
        ("virus test at 29", 0, 1, lambda p: treated(p, {"87624": "2025-04-01"}, born="1996-04-01")),
        ("virus test at 30", 1, 1, lambda p: treated(p, {"G0476": "2025-04-01"}, born="1996-03-31")),
        ("no cervix", 0, 0, lambda p: treated(p, {"58571": "2016-04-01"}, born="1980-01-15")),
        ("no cervix by diagnosis", 0, 0, lambda p: treated(p, {"99213": "2016-04-01"}, born="1980-01-15", diagnosis_code_4="Z90.710")),
        ("history of 36 months", 0, 1, lambda p: p.member(enrolled=[("2023-04-01", None)])),
        ("history a day shorter", 0, 0, lambda p: p.member(enrolled=[("2023-04-02", None)])),
    ],
    "screening_col": [
        ("aged 46", 0, 1, lambda p: p.member("1980-03-31")),
        ("a day younger", 0, 0, lambda p: p.member("1980-04-01")),
        ("aged 75, a man", 0, 1, lambda p: p.member("1950-04-01", "male")),
        ("aged 76", 0, 0, lambda p: p.member("1950-03-31")),
        ("stool test 1 year", 1, 1, lambda p: treated(p, {"82274": "2025-04-01"})),
        ("stool test a day older", 0, 1, lambda p: treated(p, {"82274": "2025-03-31"})),
        ("stool DNA 3 years", 1, 1, lambda p: treated(p, {"0464u": "2023-04-01"})),
        ("stool DNA a day older", 0, 1, lambda p: treated(p, {"81528": "2023-03-31"})),
        ("sigmoidoscopy 5 years", 1, 1, lambda p: treated(p, {"45330": "2021-04-01"})),
        ("sigmoidoscopy a day older", 0, 1, lambda p: treated(p, {"45330": "2021-03-31"})),
        ("CT 5 years", 1, 1, lambda p: treated(p, {"74263": "2021-04-01"})),
        ("colonoscopy 10 years", 1, 1, lambda p: treated(p, {"45378": "2016-04-01"})),
        ("colonoscopy a day older", 0, 1, lambda p: treated(p, {"45378": "2016-03-31"})),
        ("cancer", 0, 0, lambda p: treated(p, {"99213": "2018-01-01"}, diagnosis_code_2="C18.9")),
        ("no colon", 0, 0, lambda p: treated(p, {"44150": "2018-01-01"})),
    ],
    "flu_vaccination_rate": [
        ("dose on 30 June", 0, 1, lambda p: treated(p, {"90686": "2025-06-30"})),
        ("dose on 1 July", 1, 1, lambda p: treated(p, {"90686": "2025-07-01"})),
        ("dose in May", 1, 1, lambda p: treated(p, {"G0008": "2026-05-20"})),
        ("dose of the registry", 1, 1, lambda p: p.feeds.add("immunizations", immunization_id="I1", person_id=p.member(), source_code="150", occurrence_date="2025-10-01", status="completed")),
        ("other vaccine of the registry", 0, 1, lambda p: p.feeds.add("immunizations", immunization_id="I2", person_id=p.member(), source_code="207", occurrence_date="2025-10-01", status="completed")),
        ("dose of a pharmacy", 1, 1, lambda p: p.feeds.add("pharmacy_claims", claim_id="F1", claim_line_number=1, person_id=p.member(), dispensing_date="2025-10-01", ndc_code="49281-0422-50", quantity=0.5, paid_date="2025-10-02", claim_status="paid", data_source="test")),
        ("rejected by the pharmacy", 0, 1, lambda p: p.feeds.add("pharmacy_claims", claim_id="F2", claim_line_number=1, person_id=p.member(), dispensing_date="2025-10-01", ndc_code="49281042250", quantity=0.5, paid_date="2025-10-02", claim_status="rejected", data_source="test")),
        ("six months old", 0, 1, lambda p: p.member("2025-01-01")),
        ("a day younger", 0, 0, lambda p: p.member("2025-01-02")),
        ("enrolled on 1 July", 0, 1, lambda p: p.member(enrolled=[("2025-07-01", None)])),
        ("enrolled on 2 July", 0, 0, lambda p: p.member(enrolled=[("2025-07-02", None)])),
        ("enrolled on 31 March", 0, 1, lambda p: p.member(enrolled=[("2015-01-01", "2026-03-31")])),
        ("gone on 30 March", 0, 0, lambda p: p.member(enrolled=[("2015-01-01", "2026-03-30")])),
        ("assigned on 31 March", 0, 1, lambda p: p.member(assigned="2026-03-31")),
        ("assigned on 1 April", 0, 0, lambda p: p.member(assigned="2026-04-01")),
        ("anaphylaxis once", 0, 0, lambda p: treated(p, {"99213": "2019-10-01"}, diagnosis_code_2="T80.52XA")),
        ("hospice in the season", 0, 0, lambda p: p.claim(p.member(), "2025-07-01", "Q5003")),
        ("hospice before the season", 0, 1, lambda p: p.claim(p.member(), "2025-06-30", "Q5003")),
    ],
    "bh_risk_screening_rate": [
        ("no visit", 0, 0, lambda p: p.member()),
        ("visit only", 0, 1, lambda p: seen(p)),
        ("depression", 1, 1, lambda p: seen(p, "96127")),
        ("alcohol", 1, 1, lambda p: seen(p, "99408")),
        ("tobacco", 1, 1, lambda p: seen(p, "1036F")),
        ("first day", 1, 1, lambda p: seen(p, "G8510", "2025-04-01")),
        ("a day too early", 0, 1, lambda p: seen(p, "G8510", "2025-03-31")),
        ("instrument", 1, 1, lambda p: screened(p, seen(p), instrument="phq9", domain="depression")),
        ("instrument refused", 0, 1, lambda p: screened(p, seen(p), status="declined", instrument="PHQ-9", domain="depression")),
        ("social instrument is none", 0, 1, lambda p: screened(p, seen(p), instrument="PRAPARE", domain="food")),
        ("aged 12", 0, 1, lambda p: seen(p, born="2014-03-31")),
        ("a day younger", 0, 0, lambda p: seen(p, born="2014-04-01")),
        ("bipolar disorder is for the part only", 0, 1, lambda p: seen(p, "99213", diagnosis_code_1="F31.9")),
        ("hospice", 0, 0, lambda p: seen(p, member=p.member(flags={"hospice_flag": 1}))),
        ("seen by a specialist", 0, 0, lambda p: p.visit(p.member(), "2025-06-10", rendering_npi=p.colleague(CARDIOLOGIST))),
    ],
    "fall_ui_assessment_65plus": [
        ("aged 65", 0, 1, lambda p: seen(p, born="1961-03-31")),
        ("a day younger", 0, 0, lambda p: seen(p, born="1961-04-01")),
        ("assessed", 1, 1, lambda p: seen(p, "1101F", born="1950-01-01")),
        ("wellness visit", 1, 1, lambda p: seen(p, "G0439", born="1950-01-01")),
        ("incontinence is the companion", 0, 1, lambda p: seen(p, "1090F", born="1950-01-01")),
        ("screen", 1, 1, lambda p: screened(p, seen(p, born="1950-01-01"), instrument="STEADI", domain="falls")),
        ("bed-bound", 0, 0, lambda p: seen(p, "99213", born="1950-01-01", diagnosis_code_1="Z74.01")),
    ],
    "sdoh_screening_rate": [
        ("visit only", 0, 1, lambda p: seen(p)),
        ("visit on the last day", 0, 1, lambda p: p.visit(p.member(), "2026-05-31")),
        ("visit a day too late", 0, 0, lambda p: p.visit(p.member(), "2026-06-01")),
        ("visit on the first day", 0, 1, lambda p: p.visit(p.member(), "2025-06-01")),
        ("visit a day too early", 0, 0, lambda p: p.visit(p.member(), "2025-05-31")),
        ("food", 1, 1, lambda p: screened(p, seen(p), instrument="PRAPARE", domain="food")),
        ("depression is none", 0, 1, lambda p: screened(p, seen(p), instrument="PHQ-9", domain="depression")),
        ("partly", 0, 1, lambda p: screened(p, seen(p), status="partial", instrument="PRAPARE", domain="food")),
        ("refused", 0, 0, lambda p: screened(p, seen(p), status="declined", instrument="PRAPARE", domain="food")),
        ("refused once, answered once", 1, 1, lambda p: screened(p, screened(p, seen(p), status="declined", domain="food"), "2025-09-01", domain="housing")),
        ("code", 1, 1, lambda p: seen(p, "96160")),
        ("diagnosis", 1, 1, lambda p: seen(p, "99213", diagnosis_code_2="Z59.41")),
        ("health-risk assessment without visit", 0, 1, lambda p: screened(p, p.member(), source="plan_hra", instrument="plan_hra", domain="overall")),
        ("health-risk assessment of food without visit", 1, 1, lambda p: screened(p, p.member(), source="plan_hra", instrument="plan_hra", domain="food")),
        ("a child", 0, 1, lambda p: seen(p, born="2024-01-01")),
        ("screened after the period", 0, 1, lambda p: screened(p, seen(p), "2026-06-01", domain="food")),
    ],
    "case_mgmt_referral_rate": [
        ("180 days apart", 0, 1, lambda p: risky(p)),
        ("181 days apart", 0, 0, lambda p: risky(p, 181)),
        ("referred 30 days before", 1, 1, lambda p: risky(p, managed_on="2025-10-02")),
        ("referred 31 days before", 0, 1, lambda p: risky(p, managed_on="2025-10-01")),
        ("referred 90 days after", 1, 1, lambda p: risky(p, managed_on="2026-01-30")),
        ("referred 91 days after", 0, 1, lambda p: risky(p, managed_on="2026-01-31")),
        ("found by the plan", 0, 1, lambda p: risky(p, managed_on="2025-11-02", source="plan_algorithm")),
        ("already open", 1, 1, lambda p: managed(p, risky(p), referral_date="2025-01-01", opened_date="2025-01-10", referral_source="plan_algorithm", status="open")),
        ("closed before", 0, 1, lambda p: managed(p, risky(p), referral_date="2025-01-01", opened_date="2025-01-10", closed_date="2025-10-31", referral_source="plan_algorithm", status="closed")),
        ("referred and declined", 1, 1, lambda p: managed(p, risky(p), referral_date="2025-11-05", referral_source="pcp", status="closed", closed_date="2025-11-20", closed_reason="member_declined")),
        ("two stays", 0, 1, lambda p: p.stay(discharged(p, out="2025-06-05"), "2026-03-01", "2026-03-05")),
        ("one stay", 0, 0, lambda p: discharged(p, out="2025-06-05")),
        ("assessed as high risk", 0, 1, lambda p: screened(p, p.member(), source="plan_hra", instrument="hra", domain="overall", risk_level="high")),
        ("assessed as rising risk", 0, 0, lambda p: screened(p, p.member(), source="plan_hra", instrument="hra", domain="overall", risk_level="rising")),
        ("three conditions and a stay", 0, 1, lambda p: p.visit(discharged(p, out="2025-06-05"), "2025-08-01", diagnosis_code_1="J44.9", diagnosis_code_2="N18.4", diagnosis_code_3="I50.9")),
        ("two conditions and a stay", 0, 0, lambda p: p.visit(discharged(p, out="2025-06-05"), "2025-08-01", diagnosis_code_1="J44.9", diagnosis_code_2="J45.20", diagnosis_code_3="I50.9")),
        ("three conditions and no event", 0, 0, lambda p: p.visit(p.member(), "2025-08-01", diagnosis_code_1="J44.9", diagnosis_code_2="N18.4", diagnosis_code_3="I50.9")),
        ("died within 90 days", 0, 0, lambda p: risky(p, death_date="2026-01-30")),
        ("died later", 0, 1, lambda p: risky(p, death_date="2026-01-31")),
        ("hospice", 0, 0, lambda p: risky(p, flags={"hospice_flag": 1})),
        ("two departments on a day", 0, 1, lambda p: p.ed(p.ed(p.member(), "2025-11-01"), "2025-11-01", facility_npi=p.feeds.provider("far hospital", ACUTE, kind=2))),
        ("opened, no date of referral", 1, 1, lambda p: managed(p, risky(p), opened_date="2025-11-10", referral_source="pcp", status="open")),
        ("one stay of two bills", 0, 0, lambda p: p.stay(discharged(p, out="2025-06-05"), "2025-06-06", "2025-06-09")),
    ],
    "duplicate_service_rate": [
        ("two laboratories", 1, 12, lambda p: twice(p)),
        ("same laboratory, same doctor", 0, 12, lambda p: twice(p, second={"rendering_tin": "A"})),
        ("same laboratory, two doctors", 1, 12, lambda p: twice(p, second={"rendering_tin": "A", "rendering_npi": p.colleague()})),
        ("day 7", 1, 12, lambda p: twice(p, gap=7)),
        ("day 8", 0, 12, lambda p: twice(p, gap=8)),
        ("same day", 0, 12, lambda p: twice(p, gap=0)),
        ("one panel after the other", 1, 12, lambda p: twice(p, again="80048")),
        ("other group", 0, 12, lambda p: twice(p, again="85025")),
        ("modifier on the second", 0, 12, lambda p: twice(p, second={"hcpcs_modifier_1": "91"})),
        ("modifier on the first", 0, 12, lambda p: twice(p, first={"hcpcs_modifier_3": "59"})),
        ("unknown tax number", 0, 12, lambda p: twice(p, first={"rendering_tin": None, "billing_tin": None})),
        ("billing tax number stands in", 1, 12, lambda p: twice(p, first={"rendering_tin": None, "billing_tin": "C"})),
        ("denied still counts", 1, 12, lambda p: twice(p, second={"claim_status_code": "4"})),
        ("during an emergency visit", 0, 12, lambda p: p.ed(twice(p), "2025-06-05")),
        ("a day after an emergency visit", 0, 12, lambda p: p.ed(twice(p), "2025-06-04")),
        ("two days after the first, in the emergency department", 1, 12, lambda p: p.ed(twice(p), "2025-06-03")),
        ("a day before a stay", 0, 12, lambda p: p.stay(twice(p), "2025-06-06", "2025-06-09")),
        ("cancer treatment", 0, 12, lambda p: p.visit(twice(p), "2026-03-31", diagnosis_code_1="Z51.11")),
        ("cancer treatment before the period", 1, 12, lambda p: p.visit(twice(p), "2025-03-31", diagnosis_code_1="Z51.11")),
        ("pregnant", 0, 12, lambda p: p.visit(twice(p), "2025-09-01", diagnosis_code_2="O09.90")),
        ("A1c day 60", 1, 12, lambda p: twice(p, "83036", 60)),
        ("A1c day 61", 0, 12, lambda p: twice(p, "83036", 61)),
        ("bone density day 200", 1, 12, lambda p: twice(p, "77080", 200)),
        ("echo day 181", 0, 12, lambda p: twice(p, "93306", 181)),
        ("assigned since the fifteenth", 0, 6, lambda p: p.member(assigned="2025-10-15")),
        ("assigned since the sixteenth", 0, 5, lambda p: p.member(assigned="2025-10-16")),
        ("enrolled to the fourteenth", 0, 3, lambda p: p.member(enrolled=[("2015-01-01", "2025-07-14")])),
        ("enrolled to the fifteenth", 0, 4, lambda p: p.member(enrolled=[("2015-01-01", "2025-07-15")])),
        ("first one before the period", 1, 12, lambda p: p.claim(p.claim(p.member(), "2025-03-30", "85025", rendering_tin="A"), "2025-04-01", "85025", rendering_tin="B")),
        ("both before the period", 0, 12, lambda p: p.claim(p.claim(p.member(), "2025-03-28", "85025", rendering_tin="A"), "2025-03-31", "85025", rendering_tin="B")),
        ("three in a row", 2, 12, lambda p: p.claim(twice(p, gap=2), "2025-06-05", "80053", rendering_tin="A")),
        ("observed the next day", 0, 12, lambda p: p.institutional(twice(p), "2025-06-06", code="G0378", bill_type_code="131")),
        ("assigned elsewhere at the second", 0, 2, lambda p: p.assign(twice(p), "2025-06-05", None, "other")),
    ],
    "upc_continuity": [
        ("3, 1, 1", 0.6, 1, lambda p: visits(p, [3, 1, 1])),
        ("4", 1, 1, lambda p: visits(p, [4])),
        ("1, 1", 0.5, 1, lambda p: visits(p, [1, 1])),
        ("1", 0, 0, lambda p: visits(p, [1])),
        ("two lines of a day are one visit", 0, 0, lambda p: p.visit(visits(p, [1]), "2025-05-05", "99396")),
        ("two clinicians on a day are two visits", 0.5, 1, lambda p: p.visit(visits(p, [1]), "2025-05-05", rendering_npi=p.colleague())),
        ("emergency visits do not count", 1, 1, lambda p: p.ed(visits(p, [2]), "2025-05-05")),
        ("a colleague elsewhere", 0.75, 1, lambda p: p.visit(visits(p, [3]), "2025-09-05", rendering_npi=p.feeds.provider("elsewhere"))),
        ("not assigned long enough", 0, 0, lambda p: visits(p, [3], assigned="2025-10-01")),
        ("in the first and last day", 1, 1, lambda p: p.visit(visits(p, [1], "2025-04-01"), "2026-03-31")),
        ("a day outside", 0, 0, lambda p: p.visit(visits(p, [1], "2025-03-31"), "2026-03-31")),
    ],
    "coc_continuity": [
        ("3, 1, 1", 0, 1, lambda p: visits(p, [3, 1, 1])),
        ("4", 1, 1, lambda p: visits(p, [4])),
        ("1, 1", 0, 1, lambda p: visits(p, [1, 1])),
        ("1", 0, 0, lambda p: visits(p, [1])),
        ("14, 2: 0.767", 1, 1, lambda p: visits(p, [14, 2])),
        ("10, 2: 0.697", 0, 1, lambda p: visits(p, [10, 2])),
        ("not assigned here", 1, 1, lambda p: visits(p, [3], assigned="2026-05-01")),
        ("most at another practice", 0, 0, lambda p: p.visit(p.visit(visits(p, [1]), "2025-09-05", rendering_npi=p.feeds.elsewhere), "2025-09-12", rendering_npi=p.feeds.elsewhere)),
        ("as often: the latest", 0, 1, lambda p: p.visit(visits(p, [1], "2025-09-05"), "2025-08-05", rendering_npi=p.feeds.elsewhere)),
        ("as often: the other is later", 0, 0, lambda p: p.visit(visits(p, [1], "2025-08-05"), "2025-09-05", rendering_npi=p.feeds.elsewhere)),
    ],
    "test_result_timely_rate": [
        ("day 14", 1, 1, lambda p: result(p, told="2026-03-16")),
        ("day 15", 0, 1, lambda p: result(p, told="2026-03-17")),
        ("normal, day 14", 1, 1, lambda p: result(p, told="2026-03-16", source_abnormal_flag="n")),
        ("high, day 7", 1, 1, lambda p: result(p, told="2026-03-09", source_abnormal_flag="H")),
        ("high, day 8", 0, 1, lambda p: result(p, told="2026-03-10", source_abnormal_flag="H")),
        ("action required, day 8", 0, 1, lambda p: result(p, told="2026-03-10", action_required_flag=1)),
        ("critical, day 1", 1, 1, lambda p: result(p, told="2026-03-03", source_abnormal_flag="HH")),
        ("critical, day 2", 0, 1, lambda p: result(p, told="2026-03-04", source_abnormal_flag="AA", action_required_flag=1)),
        ("before the result", 0, 1, lambda p: result(p, told="2026-03-01")),
        ("by portal and read", 1, 1, lambda p: result(p, told="2026-03-02", notify_method="portal", patient_viewed_datetime="2026-03-16T09:00:00")),
        ("by portal, read late", 0, 1, lambda p: result(p, told="2026-03-02", notify_method="portal", patient_viewed_datetime="2026-03-17T09:00:00")),
        ("by portal, unread", 0, 1, lambda p: result(p, told="2026-03-02", notify_method="portal")),
        ("never told, though others are", 1, 2, together(lambda p: result(p, told="2026-03-03"), lambda p: result(p))),
        ("the practice never says", 0, 0, lambda p: result(p)),
        ("preliminary", 0, 0, lambda p: result(p, told="2026-03-03", status="P")),
        ("corrected later: the first counts", 1, 1, together(lambda p: result(p, told="2026-03-03", accession_number="X1", person="M1"), lambda p: result(p, "2026-03-10", None, "C", accession_number="X1", person="M1"))),
        ("last day", 1, 1, lambda p: result(p, "2026-05-17", "2026-05-18")),
        ("a day too late", 0, 0, lambda p: result(p, "2026-05-18", "2026-05-18")),
        ("first day", 1, 1, lambda p: result(p, "2025-06-01", "2025-06-02")),
        ("a day too early", 0, 0, lambda p: result(p, "2025-05-31", "2025-06-02")),
        ("practice by the doctor", 1, 1, lambda p: result(p, told="2026-03-03", practice_id=None)),
        ("died in the fortnight", 0, 0, lambda p: result(p, told="2026-03-03", person=p.member(death_date="2026-03-16"))),
        ("died later", 1, 1, lambda p: result(p, told="2026-03-03", person=p.member(death_date="2026-03-17"))),
        ("late in the evening of the practice", 1, 1, lambda p: result(p, told="2026-03-16", result_datetime="2026-03-03T03:00:00Z", patient_notified_datetime="2026-03-17T02:00:00Z")),
        ("by the doctor's clock", 1, 1, lambda p: result(p, told="2026-03-16", practice_id=None, result_datetime="2026-03-03T03:00:00Z", patient_notified_datetime="2026-03-17T02:00:00Z")),
        ("two components of an order", 1, 2, together(lambda p: result(p, told="2026-03-03", accession_number="X2", source_component_code="718-7"), lambda p: result(p, accession_number="X2", source_component_code="4544-3"))),
        ("corrected only", 1, 1, lambda p: result(p, told="2026-03-03", status="C")),
        ("result before its specimen", 1, 1, lambda p: result(p, told="2026-03-03", collection_datetime="2026-03-04T08:00:00")),
    ],
    "referral_loop_closure_rate": [
        ("reported on the last day", 1, 1, lambda p: referred(p, consult_report_received_date="2026-05-31")),
        ("reported a day later", 0, 1, lambda p: referred(p, consult_report_received_date="2026-06-01")),
        ("reported before", 0, 1, lambda p: referred(p, consult_report_received_date="2025-11-30")),
        ("not reported", 0, 1, lambda p: referred(p)),
        ("last day", 0, 1, lambda p: referred(p, "2026-04-01")),
        ("a day too late", 0, 0, lambda p: referred(p, "2026-04-02")),
        ("first day", 0, 1, lambda p: referred(p, "2025-06-01")),
        ("a day too early", 0, 0, lambda p: referred(p, "2025-05-31")),
        ("second of a specialty", 0, 1, together(lambda p: referred(p, person="M2"), lambda p: referred(p, "2025-12-20", "M2", consult_report_received_date="2026-01-10"))),
        ("two specialties", 0, 2, together(lambda p: referred(p, person="M3"), lambda p: referred(p, person="M3", taxonomy="207N00000X"))),
        ("cancelled by the patient", 0, 0, lambda p: referred(p, status="cancelled_by_patient")),
        ("cancelled, then again", 1, 1, together(lambda p: referred(p, person="M4", status="cancelled_by_patient"), lambda p: referred(p, "2025-12-20", "M4", consult_report_received_date="2026-01-10"))),
        ("declined by the specialist", 0, 1, lambda p: referred(p, status="declined_by_specialist")),
        ("equipment", 0, 0, lambda p: referred(p, taxonomy="332B00000X")),
        ("practice by the doctor", 0, 1, lambda p: referred(p, practice_id=None)),
        ("report before the visit", 1, 1, lambda p: referred(p, visit_date="2026-01-20", consult_report_received_date="2026-01-10")),
        ("entered in error", 0, 0, lambda p: referred(p, status="entered_in_error")),
        ("first one before the period", 0, 1, together(lambda p: referred(p, "2025-05-20", "M5"), lambda p: referred(p, "2025-12-20", "M5"))),
    ],
    "referral_patient_contact_rate": [
        ("day 0", 1, 1, lambda p: referred(p, patient_contact_date="2025-12-01", contact_outcome="reached")),
        ("day 7, voicemail", 1, 1, lambda p: referred(p, patient_contact_date="2025-12-08", contact_outcome="voicemail")),
        ("day 8", 0, 1, lambda p: referred(p, patient_contact_date="2025-12-09", contact_outcome="reached")),
        ("the day before", 0, 1, lambda p: referred(p, patient_contact_date="2025-11-30", contact_outcome="reached")),
        ("never", 0, 1, lambda p: referred(p)),
        ("not needed", 0, 0, lambda p: referred(p, contact_outcome="not_needed")),
    ],
}
COMPANIONS = {
    "fu30_discharge_rate": [
        ("day 30", 1, 1, lambda p: discharged(p, "2026-03-31", out="2026-03-01")),
        ("day 31", 0, 1, lambda p: discharged(p, "2026-04-01", out="2026-03-01")),
        ("not ripe", None, None, lambda p: discharged(p, "2026-03-12", out="2026-03-02")),
    ],
    "fu7_discharge_same_practice_rate": [
        ("here", 1, 1, lambda p: discharged(p, "2026-03-09")),
        ("elsewhere", 0, 1, lambda p: discharged(p, "2026-03-09", rendering_npi=p.feeds.elsewhere)),
    ],
    "care_transitions_referral_share": [
        ("day 7", 1, 1, lambda p: managed(p, discharged(p), program="care_transitions", referral_source="pcp", referral_date="2026-03-09")),
        ("day 8", 0, 1, lambda p: managed(p, discharged(p), program="care_transitions", referral_source="pcp", referral_date="2026-03-10")),
        ("by the hospital", 0, 1, lambda p: managed(p, discharged(p), program="care_transitions", referral_source="hospital", referral_date="2026-03-03")),
    ],
    "fu7_psychiatric_discharge_rate": [
        ("a psychiatrist outside", 1, 1, lambda p: discharged(p, "2026-03-09", rendering_npi=p.feeds.provider("psychiatrist", "2084P0800X"), facility_npi=p.feeds.psychiatry)),
        ("a family doctor", 0, 1, lambda p: discharged(p, "2026-03-09", facility_npi=p.feeds.psychiatry)),
    ],
    "fu7_ed_chronic_rate": [
        ("two conditions", 1, 1, lambda p: p.visit(emergency(p, "2026-03-04"), "2025-08-01", diagnosis_code_1="J44.9", diagnosis_code_2="N18.4")),
        ("one condition", None, None, lambda p: p.visit(emergency(p, "2026-03-04"), "2025-08-01", diagnosis_code_1="J44.9", diagnosis_code_2="J45.20")),
    ],
    "fu7_ed_mental_health_rate": [
        ("depression", 0, 1, lambda p: p.ed(p.member(), "2026-03-02", diagnosis_code_1="F32.9")),
        ("depression beside", None, None, lambda p: p.ed(p.member(), "2026-03-02", diagnosis_code_2="F32.9")),
    ],
    "preventive_visit_rate_3_to_21": [
        ("21", 0, 1, lambda p: p.member("2004-04-01")),
        ("22", None, None, lambda p: p.member("2004-03-31")),
    ],
    "flu_vaccination_rate_adult": [
        ("19", 0, 1, lambda p: p.member("2007-03-31")),
        ("18", None, None, lambda p: p.member("2007-04-01")),
    ],
    "depression_screening_rate": [
        ("screened", 1, 1, lambda p: seen(p, "96127")),
        ("bipolar", None, None, lambda p: seen(p, "96127", diagnosis_code_1="F31.9")),
    ],
    "tobacco_counselling_rate": [
        ("counselled", 1, 1, lambda p: seen(p, "99406", diagnosis_code_1="F17.210")),
        ("user", 0, 1, lambda p: seen(p, "4004F", diagnosis_code_1="Z72.0")),
        ("no user", None, None, lambda p: seen(p, "99406")),
    ],
    "incontinence_assessment_rate": [
        ("a woman", 1, 1, lambda p: seen(p, "1090F", born="1950-01-01")),
        ("a man", None, None, lambda p: seen(p, "1090F", member=p.member("1950-01-01", "male"))),
    ],
    "sdoh_intervention_30d_rate": [
        ("day 30", 1, 1, lambda p: managed(p, screened(p, seen(p), domain="food", result="positive"), referral_date="2025-07-10", referral_source="cbo")),
        ("day 31", 0, 1, lambda p: managed(p, screened(p, seen(p), domain="food", result="positive"), referral_date="2025-07-11", referral_source="cbo")),
        ("negative", None, None, lambda p: screened(p, seen(p), domain="food", result="negative")),
    ],
    "hra_90d_rate": [
        ("day 90", 1, 1, lambda p: screened(p, p.member(enrolled=[("2025-07-01", None)]), "2025-09-29", source="plan_hra", instrument="hra", domain="overall")),
        ("day 91", 0, 1, lambda p: screened(p, p.member(enrolled=[("2025-07-01", None)]), "2025-09-30", source="plan_hra", instrument="hra", domain="overall")),
        ("not new", None, None, lambda p: screened(p, p.member(), "2025-09-30", source="plan_hra", instrument="hra", domain="overall")),
    ],
    "care_plan_participation_rate": [
        ("day 30", 1, 1, lambda p: managed(p, p.member(), opened_date="2025-07-01", care_plan_date="2025-07-10", pcp_reviewed_date="2025-08-09", status="open")),
        ("day 31", 0, 1, lambda p: managed(p, p.member(), opened_date="2025-07-01", care_plan_date="2025-07-10", pcp_reviewed_date="2025-08-10", status="open")),
    ],
    "duplicate_same_practice_rate": [
        ("same doctor", 1, 12, lambda p: twice(p, second={"rendering_tin": "A"})),
        ("two laboratories", 0, 12, lambda p: twice(p)),
    ],
    "upc_practice": [("two doctors, one practice", 1, 1, lambda p: visits(p, [1, 1]))],
    "assigned_pcp_visit_share": [("one of four elsewhere", 0.75, 1, lambda p: p.visit(visits(p, [3]), "2025-09-05", rendering_npi=p.feeds.elsewhere))],
    "coc_continuity_3_visits": [("three", 1, 1, lambda p: visits(p, [3])), ("two", None, None, lambda p: visits(p, [2]))],
    "result_never_communicated_rate": [
        ("day 30", 0, 1, lambda p: result(p, told="2026-04-01")),
        ("day 31", 1, 1, lambda p: result(p, told="2026-04-02")),
    ],
    "preferred_contact_match_rate": [
        ("as wished", 1, 1, lambda p: result(p, told="2026-03-03", person=p.member(preferred_contact_method="phone"))),
        ("otherwise", 0, 1, lambda p: result(p, told="2026-03-03", person=p.member(preferred_contact_method="mail"))),
        ("no wish known", None, None, lambda p: result(p, told="2026-03-03", person=p.member(preferred_contact_method="unknown"))),
    ],
    "referral_visit_completed_rate": [
        ("written down", 1, 1, lambda p: referred(p, visit_date="2026-01-20")),
        ("by the specialty's claim", 1, 1, lambda p: referred(p, person=p.visit(p.member(), "2026-01-20", rendering_npi=p.colleague(CARDIOLOGIST)))),
        ("none", 0, 1, lambda p: referred(p)),
    ],
    "referral_report_30d_rate": [
        ("day 30", 1, 1, lambda p: referred(p, visit_date="2026-01-20", consult_report_received_date="2026-02-19")),
        ("day 31", 0, 1, lambda p: referred(p, visit_date="2026-01-20", consult_report_received_date="2026-02-20")),
    ],
}
# fmt: on

# Plan-wide targets: members of 30 with a well visit in the year before the baseline, and in the year that is judged.
BASELINE = [(2 * k, now) for k, now in zip(range(1, 13), (0, 10, 13, *[14] * 9), strict=True)]
CONTACTED = {"19 of 19": "insufficient", "16 of 20": "met", "15 of 20": "uncertain", "8 of 20": "not_met"}

# Answers of respondents by item, and the rows expected: (instrument, lob, composite) -> score, strict, NCQA, n.
TWICE, CAHPS, MEDICARE, TOUCH = "answered twice", "cahps_5_1h_adult", "medicare_cahps", "touchpoint"
# fmt: off
SURVEYS = {
    "always, always, usually, sometimes": (
        CAHPS,
        {"easy_get_care": [4, 4, 3, 2] * 10},
        {(CAHPS, "all", "getting_needed_care"): (75.0, 0.5, 0.75, 40), ("pooled", "all", "needed_care"): (75.0, 0.5, 0.75, 40)},
    ),
    "a composite is the mean of its items": (
        CAHPS,
        {
            "listen": [4] * 27 + [1] * 3,
            "respect": [4] * 47 + [1] * 3,
            "enough_time": [4] * 8 + [1] * 2,
            "explain": [4] * 22 + [1] * 3,
        },
        {
            (CAHPS, "all", "how_well_doctors_communicate"): (88.0, 0.88, 0.88, 50),
            ("pooled", "medicaid", "communication"): (88.0, 0.88, 0.88, 50),
            (CAHPS, "all", "enough_time"): None,
        },
    ),
    "one item of four": (
        CAHPS,
        {"listen": [4] * 40},
        {(CAHPS, "all", "how_well_doctors_communicate"): None, ("pooled", "all", "communication"): (100.0, 1, 1, 40)},
    ),
    "two items of four": (CAHPS, {"listen": [4] * 40, "respect": [3] * 40}, {(CAHPS, "all", "how_well_doctors_communicate"): (83.333333333, 0.5, 1, 40)}),
    "two items of five": (MEDICARE, {"talk_rx": [4] * 40, "results_soon": [4] * 40}, {(MEDICARE, "all", "care_coordination"): None}),
    "three items of five": (MEDICARE, {"talk_rx": [4] * 40, "results_soon": [4] * 40, "help_manage_care": [1] * 40}, {(MEDICARE, "all", "care_coordination"): (66.666666667, 0.666666667, 0.666666667, 40)}),
    "ratings": (CAHPS, {"rate_personal_doctor": [10, 9, 8, 6] * 10}, {("pooled", "all", "rating"): (82.5, 0.5, 0.5, 40)}),
    "agreement": (TOUCH, {"tp5": [5, 4, 3, 2, 1] * 8}, {(TOUCH, "all", "tp5"): (50.0, 0.2, 0.4, 40)}),
    "yes and no": (CAHPS, {"flu_shot": [1, 1, 1, 2] * 10}, {(CAHPS, "all", "flu_shot"): (75.0, 0.75, 0.75, 40)}),
    "what is no answer": (CAHPS, {"easy_get_care": [4] * 38 + [88, 99, -1, 0, None], "rate_personal_doctor": [10] * 38 + [11] * 2}, {(CAHPS, "all", "getting_needed_care"): (100.0, 1, 1, 38), ("pooled", "all", "rating"): (100.0, 1, 1, 38)}),
    "ten": (CAHPS, {"easy_get_care": [4] * 10}, {("pooled", "all", "needed_care"): None}),
    "eleven": (CAHPS, {"easy_get_care": [4] * 11}, {("pooled", "all", "needed_care"): (100.0, 1, 1, 11)}),
    TWICE: (CAHPS, {"easy_get_care": [1] * 40}, {("pooled", "all", "needed_care"): (25.0, 0.25, 0.25, 40)}),
}
# fmt: on


def respond(feeds, practice, instrument, answers, wave="2026H1", **more):
    """Respondents of a practice: the nth answer to each item is of the nth respondent."""
    for item, codes in answers.items():
        for respondent, code in enumerate(codes):
            plain = {"lob": "medicaid", "response_month": "2026-02-01", "response_weight": 1}
            feeds.add(
                "survey_responses",
                response_id=f"{practice}/{wave}/{instrument}/{respondent}",
                instrument=instrument,
                wave_id=wave,
                practice_id=practice,
                item_id=item,
                response_code=code,
                **plain | more,
            )


def add_surveys(feeds):
    for name, (instrument, answers, _) in SURVEYS.items():
        Practice(feeds, name)
        respond(feeds, name, instrument, answers)
    respond(feeds, TWICE, CAHPS, {"easy_get_care": [4] * 10}, file="20260615")
    for name in ("weights", "lines of business", "unfinished wave", "reason given"):
        Practice(feeds, name)
    respond(feeds, "weights", CAHPS, {"easy_get_care": [4] * 30}, response_weight=3)
    respond(feeds, "weights", TOUCH, {"easy_get_care": [1] * 10})
    respond(feeds, "lines of business", CAHPS, {"easy_get_care": [4] * 30})
    respond(feeds, "lines of business", MEDICARE, {"easy_get_care": [1] * 30}, lob="mycare")
    respond(feeds, "unfinished wave", CAHPS, {"easy_get_care": [4] * 40}, wave="2026H2")
    respond(feeds, "reason given", CAHPS, {"easy_get_care": [4] * 40})
    respond(feeds, "reason given", MEDICARE, {"easy_get_care": [1] * 10}, nonresponse_reason="multiple_marks")


def add_baseline(feeds):
    """Practices whose rates of the baseline year and of the judged year differ, with a visit in each month."""
    for k, (before, now) in enumerate(BASELINE):
        p = Practice(feeds, f"baseline {k}")
        people = [p.member() for _ in range(30)]
        for month in range(18):
            p.visit(people[0], days("2024-10-05", 30 * month + month // 2))
        for person in people[:before]:
            p.visit(person, "2024-11-15", "99396")
        for person in people[:now]:
            p.visit(person, "2025-11-15", "99396")


def add_contacts(feeds):
    p = Practice(feeds, "a referral each month")
    for month in range(12):
        referred(p, days("2025-06-05", 30 * month))
    for name in CONTACTED:
        p = Practice(feeds, name)
        met, asked = map(int, name.split(" of "))
        for n in range(asked):
            referred(p, patient_contact_date="2025-12-02" if n < met else None)


def add_appointments(feeds, practice, first, months):
    p = Practice(feeds, practice)
    for n in range(9 * months):
        day = days(first, n % 9 + n // 9 * 30)
        feeds.add(
            "appointments",
            appointment_id=feeds.number("P"),
            person_id=None,
            location_id=practice,
            practitioner_id=p.doctor,
            start_datetime=f"{day}T09:00:00",
            checkin_datetime=f"{day}T08:50:00",
            provider_seen_datetime=f"{day}T09:15:30",
            status_code="fulfilled",
            type_code="ROUTINE",
            modality="in_person",
        )


def add_lines_of_business(feeds):
    p = Practice(feeds, "lines of members")
    for lob in ("medicaid", "mycare", None):
        p.visit(p.member(flags={"lob": lob}), "2025-06-01", "99396")


@pytest.fixture(scope="module")
def warehouse(pulse, tmp_path_factory):
    """What one run makes of the feeds of all cases."""
    folder = tmp_path_factory.mktemp("edges")
    feeds = Feeds()
    feeds.elsewhere = Practice(feeds, "other").doctor
    feeds.psychiatry = feeds.provider("psychiatry", PSYCHIATRIC, kind=2)
    for metric, cases in (CASES | COMPANIONS).items():
        for name, _, _, make in cases:
            make(Practice(feeds, f"{metric}: {name}"))
    add_surveys(feeds)
    add_baseline(feeds)
    add_contacts(feeds)
    add_appointments(feeds, "half a year", "2025-12-03", 6)
    add_appointments(feeds, "nine months", "2025-09-03", 9)
    add_appointments(feeds, "eight months", "2025-10-03", 8)
    add_lines_of_business(feeds)
    feeds.write(folder / "feeds")
    done = pulse("run", "--feeds", folder / "feeds", "--as-of", AS_OF, "--home", folder / "home")
    assert done.code == 0, done.err
    run = folder / "home" / "runs" / (folder / "home" / "LATEST").read_text().strip()
    with duckdb.connect(str(run / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def results(warehouse):
    """Results as of the run's own date, by practice or clinician, metric and line of business."""
    rows = warehouse.execute("select * from marts.metric_result where as_of_date = ?", [AS_OF]).fetchdf()
    return rows.set_index(["entity_id", "metric_id", "lob"])


@pytest.mark.parametrize("metric", CASES)
def test_both_sides_of_each_limit(metric, results):
    expected = {name: (numerator, denominator) for name, numerator, denominator, _ in CASES[metric]}
    found = {n: tuple(results.loc[(f"{metric}: {n}", metric, "all"), ["numerator", "denominator"]]) for n in expected}
    wrong = {name: pair for name, pair in found.items() if pair != expected[name]}
    assert wrong == {name: expected[name] for name in wrong}


@pytest.mark.parametrize("companion", COMPANIONS)
def test_both_sides_of_each_limit_of_a_companion(companion, warehouse):
    query = "select practice_id, numerator, denominator from marts.companion_result where companion_id = ? and as_of_date = ?"
    rows = {practice: tuple(pair) for practice, *pair in warehouse.execute(query, [companion, AS_OF]).fetchall()}
    expected = {name: (numerator, denominator) for name, numerator, denominator, _ in COMPANIONS[companion]}
    found = {name: rows.get(f"{companion}: {name}", (None, None)) for name in expected}
    wrong = {name: pair for name, pair in found.items() if pair != expected[name]}
    assert wrong == {name: expected[name] for name in wrong}


def test_target_is_the_median_of_the_baseline_year(results):
    """The middle of the baseline year's shares stays the target, whatever the practices do in the year after."""
    rows = [results.loc[(f"baseline {k}", "preventive_visit_rate", "all")] for k in range(12)]
    assert [row["target"] for row in rows] == pytest.approx([13 / 30] * 12)
    assert {row["target_basis"] for row in rows} == {"baseline"}
    assert [row["numerator"] for row in rows] == [now for _, now in BASELINE]
    assert [row["status"] for row in rows] == ["not_met", "uncertain"] + ["met"] * 10


def test_statuses_by_evidence_and_interval(results):
    found = {name: results.loc[(name, "referral_patient_contact_rate", "all"), "status"] for name in CONTACTED}
    assert found == CONTACTED
    assert results.loc[("half a year", "referral_patient_contact_rate", "all"), "status"] == "not_applicable"


def test_coverage_counts_the_months_of_the_metric(results):
    def judged(practice, metric):
        return tuple(results.loc[(practice, metric, "all"), ["numerator", "denominator", "status"]])

    assert judged("half a year", "seen_within_15_min_rate") == (54, 54, "met")
    assert judged("half a year", "no_show_rate") == (0, 54, "insufficient")
    assert judged("nine months", "no_show_rate") == (0, 81, "met")
    assert judged("eight months", "no_show_rate") == (0, 72, "insufficient")


def test_lines_of_business_and_clinicians(results):
    rows = results[results["practice_id"] == "lines of members"].xs("preventive_visit_rate", level="metric_id")
    found = {(level, lob): n for level, (_, lob), n in zip(rows["level"], rows.index, rows["denominator"], strict=True)}
    each = {"all": 3, "medicaid": 1, "dsnp": 1}
    assert found == {(level, lob): n for level in ("practice", "provider") for lob, n in each.items()}
    assert {entity.split(":")[1] for entity, _ in rows.index if ":" in entity} == {"lines of members"}


def test_a_wave_in_the_field_has_no_results(warehouse):
    for table in ("survey_practice_score", "survey_practice_score_adjusted", "practice_label"):
        assert warehouse.execute(f"select distinct wave_id from marts.{table}").fetchall() == [("2026H1",)], table


def test_nothing_is_adjusted_for_what_nobody_told(warehouse):
    query = "select distinct case_mix_adjusted, score_adjusted = score_raw from marts.survey_practice_score_adjusted"
    assert warehouse.execute(query).fetchall() == [(False, True)]


def test_survey_scores(warehouse):
    rows = warehouse.execute(
        "select practice_id, instrument, lob, composite, score_raw, topbox_strict, topbox_ncqa, n"
        " from marts.survey_practice_score where wave_id in ('2026H1', '2026H2')"
    ).fetchall()
    found = {row[:4]: row[4:] for row in rows}
    expected = {(name, *key): score for name, (_, _, scores) in SURVEYS.items() for key, score in scores.items()}
    expected |= {
        ("weights", "pooled", "all", "needed_care"): (90.0, 0.9, 0.9, 40),
        ("lines of business", "pooled", "all", "needed_care"): (50.0, 0.5, 0.5, 60),
        ("lines of business", "pooled", "dsnp", "needed_care"): (0.0, 0, 0, 30),
        ("lines of business", "pooled", "medicaid", "needed_care"): (100.0, 1, 1, 30),
        ("unfinished wave", "pooled", "all", "needed_care"): None,
        ("reason given", "pooled", "all", "needed_care"): (100.0, 1, 1, 40),
    }
    wrong = {
        key: found.get(key) for key, score in expected.items() if found.get(key) != (score and pytest.approx(score))
    }
    assert wrong == {key: expected[key] for key in wrong}
