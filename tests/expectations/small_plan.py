"""Small feeds made from the contracts: rows that satisfy every rule, and for each rule a row that breaks it."""

import csv
from itertools import count

from expectations.contract import load_contracts

DAY = "2026-01-01"
TIME = "2026-01-01T09:00:00"
FILE_DATE = "20260630"
BY_NAME = {
    "practice_id": "P1",
    "location_id": "P1",
    "referring_practice_id": "P1",
    "against_practice_id": "P1",
    "person_id": "M1",
    "time_zone": "America/New_York",
    "item_id": "tp1",
    "entity_type": "1",
    "first_name": "Ann",
    "state": "OH",
    "zip_code": "43001",
    "county_fips": "39001",
    "primary_taxonomy_code": "207Q00000X",
    "dual_status_code": "02",
    "ndc_code": "00002143380",
    "place_of_service_code": "11",
    "bill_type_code": "0131",
    "revenue_center_code": "0450",
    "hcpcs_code": "99213",
    "claim_status_code": "1",
    "is_final_disposition": "1",
    "weekly_hours_all": "40",
    "enrollment_end_date": "9999-12-31",
}
# Rules across columns or rows: the columns of one row (or of several) that break them.
BREAKS_ACROSS = {
    ("practices", "active_end_not_before_start"): [{"active_end_date": "2025-12-31"}],
    ("providers", "first_name_of_a_person"): [{"first_name": ""}],
    ("providers", "network_end_not_before_start"): [{"network_end_date": "2025-12-31"}],
    ("provider_affiliations", "end_not_before_start"): [{"end_date": "2025-12-31"}],
    ("members", "birth_date_placeholder"): [{"birth_date": "1900-01-01"}],
    ("members", "birth_date_plausible"): [{"birth_date": "2026-12-01", "death_date": "2027-01-01"}],
    ("members", "death_not_before_birth"): [{"death_date": "2025-12-31"}],
    ("eligibility", "end_not_before_start"): [{"enrollment_end_date": "2025-12-31"}],
    ("pcp_assignments", "end_not_before_start"): [{"assignment_end_date": "2025-12-31"}],
    ("pcp_assignments", "dismissal_has_notice"): [{"change_type": "dismissal", "dismissal_notice_date": ""}],
    ("pcp_assignments", "one_open_span"): [
        {"person_id": "M2", "assignment_end_date": ""},
        {"person_id": "M2", "assignment_end_date": "9999-12-31"},
    ],
    ("medical_claims", "claim_end_not_before_start"): [{"claim_end_date": "2025-12-31"}],
    ("medical_claims", "line_end_not_before_start"): [{"claim_line_end_date": "2025-12-31"}],
    ("medical_claims", "discharge_not_before_admission"): [{"discharge_date": "2025-12-31"}],
    ("medical_claims", "service_not_after_file"): [{"claim_start_date": "2026-07-01", "claim_end_date": "2026-07-01"}],
    ("pharmacy_claims", "dispensed_not_after_file"): [{"dispensing_date": "2026-07-01"}],
    ("lab_results", "result_not_before_collection"): [{"collection_datetime": "2026-01-02T09:00:00"}],
    ("appointments", "seen_not_before_checkin"): [{"provider_seen_datetime": "2026-01-01T08:59:00"}],
    ("appointments", "end_not_before_start"): [{"end_datetime": "2026-01-01T08:59:00"}],
    ("access_audits", "one_final_attempt"): [{"audit_case_id": "twice"}, {"audit_case_id": "twice"}],
    ("access_audits", "offer_not_before_call"): [{"earliest_offered_date": "2025-12-31"}],
    ("directory_attestations", "hours_below_a_week"): [{"weekly_hours_all": "168"}],
    ("directory_attestations", "medicaid_hours_below_a_week"): [{"weekly_hours_medicaid": "168"}],
    ("directory_attestations", "commercial_hours_below_a_week"): [{"weekly_hours_commercial": "168"}],
    ("survey_responses", "month_without_day"): [{"response_month": "2026-01-02"}],
    ("survey_responses", "response_in_one_wave"): [
        {"response_id": "again", "wave_id": "2025H2"},
        {"response_id": "again", "wave_id": "2026H1", "item_id": "tp2"},
    ],
    ("referrals", "report_not_before_visit"): [{"consult_report_received_date": "2025-12-31"}],
    ("prior_authorizations", "decision_not_before_receipt"): [{"decision_datetime": "2026-01-01T08:59:00"}],
    ("adt_notifications", "discharge_not_before_admission"): [{"discharge_datetime": "2026-01-01T08:59:00"}],
    ("care_management", "has_a_date"): [{"referral_date": "", "opened_date": ""}],
    ("care_management", "closed_not_before_opened"): [{"closed_date": "2025-12-31"}],
    ("grievances", "resolved_not_before_received"): [{"resolved_date": "2025-12-31"}],
    ("interpreter_requests", "has_a_date"): [
        {"requested_datetime": "", "scheduled_start_datetime": "", "actual_start_datetime": ""}
    ],
}
WRONG = {
    "required": "",
    "type": "soon",
    "allowed": "none of these",
    "pattern": "~",
    "npi": "1234567890",
    "time_zone": "Mars/Olympus",
    "known": "nowhere",
}
serial = count(1)


def npi(number):
    """A valid NPI: nine digits from `number` and the check digit of the Luhn formula over 80840 + NPI."""
    body = f"1{number:08d}"
    digits = [int(d) for d in "80840" + body]
    doubled = [sum(divmod(2 * d, 10)) if i % 2 == 0 else d for i, d in enumerate(reversed(digits))]
    return f"{body}{-sum(doubled) % 10}"


def row(feed, **changed):
    """A row that satisfies the feed's contract, with a key of its own, changed as asked."""
    contract = load_contracts()[feed]
    made = {c.name: _value(c) for c in contract.columns if not c.filled_by_loader}
    made.update(_key(feed))
    return {**made, **changed}


def breaking_rows(feed, rule):
    """Rows that break one rule of a feed, in a column or across columns."""
    if (feed, rule.id) in BREAKS_ACROSS:
        return [row(feed, **changes) for changes in BREAKS_ACROSS[feed, rule.id]]
    if rule.id == "key_conflict":
        first = row(feed)
        return [first, {**first, **_other_content(feed)}]
    name, kind = rule.id.split(".")
    return [row(feed, **{name: _wrong(load_contracts()[feed].column(name), kind)})]


def write_csv(folder, feed, rows, name=None, file_date=FILE_DATE):
    """Write rows as `<folder>/<feed>/<feed>_<date>.csv`; returns the path."""
    path = folder / feed / (name or f"{feed}_{file_date}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        names = dict.fromkeys(name for made in rows for name in made)
        writer = csv.DictWriter(file, fieldnames=list(names), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_practices(folder):
    """P1 in New York and P2 in Chicago: the one feed that must be there."""
    rows = [row("practices", practice_id="P1"), row("practices", practice_id="P2", time_zone="America/Chicago")]
    write_csv(folder, "practices", rows)


def _value(column):
    if column.name in BY_NAME:
        return BY_NAME[column.name]
    if column.drop_value:
        return ""
    if column.format == "npi":
        return npi(0)
    if column.allowed:
        return str(column.allowed[0])
    return {"date": DAY, "timestamp": TIME, "integer": "1", "number": "1", "object": "{}"}.get(
        column.logical_type, "text"
    )


def _key(feed):
    nr = next(serial)
    keys = {"providers": {"npi": npi(nr)}, "survey_responses": {"response_id": f"R{nr}"}}
    if feed in keys:
        return keys[feed]
    if feed == "eligibility":
        return {"member_id": f"C{nr}"}
    if feed == "access_audits":
        return {"audit_id": f"A{nr}", "audit_case_id": f"case{nr}"}
    return {load_contracts()[feed].key[0]: f"{feed}-{nr}"}


def _other_content(feed):
    """Another value for an optional column that may hold more than one."""
    for column in load_contracts()[feed].columns:
        if column.required or column.drop_value or column.filled_by_loader or column.foreign_key:
            continue
        if column.maximum == 1:
            return {column.name: "0"}
        if column.logical_type != "string":
            continue
        if len(column.allowed) > 1:
            return {column.name: column.allowed[1]}
        if not (column.pattern or column.format):
            return {column.name: "otherwise"}
    raise LookupError(f"{feed} has no column to vary")


def _wrong(column, kind):
    if kind == "range":
        return str(column.minimum - 1 if column.maximum is None else column.maximum + 1)
    if kind == "allowed" and column.logical_type == "integer":
        return str(max(column.allowed) + 1)
    return WRONG[kind]
