"""Hand-made feeds through the whole job: a practice a case, one edge of one metric each.

metric_edges_access.yaml is the table: under a metric its base rows, then its cases with what differs from them and what
the catalogue gives (numerator and denominator, with null for any; members excluded; status). As of 2026-06-30, so
claims metrics look at 2025-04-01 to 2026-03-31 and the others at months up to 2026-05-31.

Names that begin with @ are made: @practice, @npi (@npi2 ... for colleagues), @p1 ... for members, @other for another
practice, @link for an id that rows of a case share, @unique for a new one. `day` is a claim's service and paid date.
"""

import csv
import itertools
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml

from feeds.sample_plan.identifiers import npi as npis

TABLE = yaml.safe_load(Path(__file__).with_suffix("").with_name("metric_edges_access.yaml").read_text("utf-8"))
AS_OF = "2026-06-30"
NPI = map(str, npis(np.arange(1, 5001)))

PRACTICE = {
    "time_zone": "America/New_York",
    "hours_json": "{" + ",".join(f'"{day}":["08:00","17:00"]' for day in ("mon", "tue", "wed", "thu", "fri")) + "}",
    "lob_participation": "medicaid|medicare",
    "address": "1 Main St",
    "city": "Columbus",
    "state": "OH",
    "zip_code": "43215",
    "phone": "614-555-0100",
    "website_url": "https://x.example.com",
    "accessibility_office": 1,
    "accessibility_exam_room": 0,
    "accessibility_equipment": 1,
    "telehealth_offered": 0,
    "active_start_date": "2015-01-01",
}
PROVIDER = {
    "first_name": "A",
    "last_name": "B",
    "primary_taxonomy_code": "207Q00000X",
    "entity_type": 1,
    "languages": "en|ase",
    "clas_training_date": "2026-01-15",
    "network_status": "active",
    "network_start_date": "2015-01-01",
}
AFFILIATION = {"start_date": "2015-01-01", "pcp_flag": 1, "accepting_new_patients": 1, "listed_in_directory": 1}
MEMBER = {"birth_date": "1980-05-05", "gender": "female"}
ENROLMENT = {"enrollment_start_date": "2020-01-01", "plan": "H1", "payer": "x", "lob": "medicaid"}
ASSIGNMENT = {"assignment_start_date": "2020-01-01", "assignment_method": "auto_assign", "change_type": "initial"}

KEY = {
    "access_audits": "audit_id",
    "adt_notifications": "notification_id",
    "appointments": "appointment_id",
    "care_management": "cm_id",
    "directory_attestations": "attestation_id",
    "grievances": "grievance_id",
    "interpreter_requests": "request_id",
    "medical_claims": "claim_id",
    "pharmacy_claims": "claim_id",
    "prior_authorizations": "pa_id",
    "referrals": "referral_id",
}
DAYS = {
    "medical_claims": ("claim_start_date", "claim_end_date", "claim_line_start_date", "paid_date"),
    "pharmacy_claims": ("dispensing_date", "paid_date"),
}


class Plan:
    """The rows of all feeds, case by case."""

    def __init__(self):
        self.rows = defaultdict(list)
        self.serial = itertools.count(1)
        self.made = {}
        self.practice("other practice", {})
        self.made = {"@other": "other practice"}
        for name, taxonomy, kind in [("specialist", "207RC0000X", 1), ("hospital", "282N00000X", 2)]:
            self.made[f"@{name}"] = self.clinician({"primary_taxonomy_code": taxonomy, "entity_type": kind})
        self.made["@hospital2"] = next(NPI)

    def add(self, feed, **row):
        self.rows[feed].append({column: self.made.get(value, value) for column, value in row.items()})

    def unique(self):
        return f"x{next(self.serial)}"

    def clinician(self, changes):
        npi = next(NPI)
        if changes is not None:
            self.add("providers", npi=npi, **PROVIDER | changes)
        return npi

    def practice(self, practice_id, case):
        """The practice of a case and its clinicians."""
        self.add("practices", practice_id=practice_id, practice_name=practice_id, **PRACTICE | case.get("practice", {}))
        clinicians = [case.get("provider", {}), *case.get("colleagues", [])]
        for number, changes in enumerate(clinicians, start=1):
            npi = self.made["@npi" if number == 1 else f"@npi{number}"] = self.clinician(changes)
            own = AFFILIATION | (case.get("affiliation", {}) if number == 1 else {})
            self.add("provider_affiliations", affiliation_id=self.unique(), npi=npi, practice_id=practice_id, **own)

    def member(self, person, case):
        """A member with enrolments and assignments, to the practice of the case where nothing else is said."""
        ids = {"person_id": person, "member_id": person}
        self.add("members", person_id=person, **MEMBER | case.get("member", {}))
        for span in case.get("enrolled", [{}]):
            self.add("eligibility", **ids | ENROLMENT | span)
        for span in case.get("assigned", [{}]):
            home = {"assignment_id": self.unique(), "practice_id": "@practice", "npi": "@npi"}
            self.add("pcp_assignments", **ids | home | ASSIGNMENT | span)

    def event(self, feed, row):
        row = {KEY[feed]: "@unique"} | row
        if "day" in row:
            day = row.pop("day")
            row = dict.fromkeys(DAYS[feed], day) | row
        if "claim_id" in row:
            row = {"claim_line_number": 1, "data_source": "a", "member_id": row["person_id"]} | row
        self.add(feed, **{column: self.unique() if value == "@unique" else value for column, value in row.items()})

    def case(self, metric_id, block, case):
        shared, self.made = self.made, dict(self.made)
        practice_id = self.made["@practice"] = f"{metric_id} / {case['case']}"
        self.made["@link"] = self.unique()
        self.practice(practice_id, case)
        for number, member in enumerate(case.get("members", block.get("members", [{}])), start=1):
            person = self.made[f"@p{number}"] = self.unique()
            self.member(person, member)
        for given in case.get("rows", []):
            changes = dict(given)
            for _ in range(changes.pop("times", 1)):
                ((feed, row),) = changes.items()
                self.event(feed, block["base"].get(feed, {}) | row)
        self.made = shared

    def write(self, folder):
        for feed, rows in self.rows.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{feed}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)


@pytest.fixture(scope="module")
def results(tmp_path_factory, pulse):
    """What the job says of every practice and metric of the table."""
    plan = Plan()
    for metric_id, block in TABLE.items():
        for case in block["cases"]:
            plan.case(metric_id, block, case)
    folder = tmp_path_factory.mktemp("edges")
    feeds = folder / "feeds"
    feeds.mkdir()
    plan.write(feeds)
    done = pulse("run", "--feeds", feeds, "--as-of", AS_OF, "--home", folder / "home")
    assert done.code == 0, done.err
    run = folder / "home" / "runs" / (folder / "home" / "LATEST").read_text().strip()
    with duckdb.connect(str(run / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute(
            """
            select practice_id, metric_id, numerator, denominator, n_excluded, status
            from marts.metric_result
            where as_of_date = cast(? as date) and level = 'practice' and lob = 'all'
            """,
            [AS_OF],
        ).fetchall()
    return {(practice_id, metric_id): rest for practice_id, metric_id, *rest in found}


@pytest.mark.parametrize("metric_id", TABLE)
def test_edges_of_each_metric(results, metric_id):
    wrong = []
    for case in TABLE[metric_id]["cases"]:
        numerator, denominator, n_excluded, status = results[f"{metric_id} / {case['case']}", metric_id]
        expected = [*case["is"], case.get("excluded", n_excluded), case.get("status", status)]
        if case["is"][0] is None:
            expected[0] = numerator
        if expected != [numerator, denominator, n_excluded, status]:
            wrong.append((case["case"], expected, [numerator, denominator, n_excluded, status]))
    assert wrong == []
