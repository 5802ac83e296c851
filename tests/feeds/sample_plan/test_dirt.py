"""Every kind of dirt that a contract names is made, counted, and found where it was put."""

from __future__ import annotations

import pytest

from expectations.contract import load_contracts
from feeds.sample_plan.dirt import KINDS

CONTRACTS = load_contracts()
# A trait of the world, not of a row: some practices never send results.
NOT_OF_A_ROW = {("lab_results", "only 30-50% of practices send it")}


def test_the_kinds_are_those_the_contracts_name():
    named = {(c.feed, d.kind) for c in CONTRACTS.values() for d in c.dirt}
    made = {(feed, kind) for feed, kinds in KINDS.items() for kind in kinds}
    assert made == named - NOT_OF_A_ROW


def test_every_kind_occurs(soiled_plan):
    counted = {(feed, kind): rows for feed, kind, rows in soiled_plan.rows("select feed, kind, rows from {truth_dirt}")}
    assert set(counted) == {(feed, kind) for feed, kinds in KINDS.items() for kind in kinds}
    assert {kind for kind, rows in counted.items() if rows == 0} == set()


# How a kind shows in the feed; the clean plan has none of it.
FOUND = {
    ("practices", "suite number in the city field"): "city like '%Suite%'",
    ("practices", "hours text instead of JSON"): "hours_json = 'M-F 8-5'",
    ("providers", "taxonomy of a resident programme"): "primary_taxonomy_code = '390200000X'",
    ("providers", "languages as free text"): "languages = 'spanish/eng'",
    ("members", '"other" as race'): "race_ethnicity = 'other'",
    ("members", 'language "UNK"'): "preferred_language = 'UNK'",
    ("members", "birth date 1900-01-01"): "birth_date = date '1900-01-01'",
    ("eligibility", "end before start"): "enrollment_end_date < enrollment_start_date",
    ("pcp_assignments", "end before start"): "assignment_end_date < assignment_start_date",
    ("medical_claims", "bill type 111 for 0111"): "length(bill_type_code) = 3",
    ("medical_claims", "revenue 450 for 0450"): "length(revenue_center_code) < 4",
    ("medical_claims", "ICD codes with dots"): "diagnosis_code_1 like '%.%'",
    ("medical_claims", "lower-case HCPCS"): "hcpcs_code <> upper(hcpcs_code)",
    ("medical_claims", "dates in the future"): "claim_start_date > date '2026-06-30'",
    ("medical_claims", "NPI that is none"): "rendering_npi = '9999999999'",
    ("pharmacy_claims", "10-digit NDC"): "length(ndc_code) = 10",
    ("pharmacy_claims", "DEA number in the NPI field"): "prescribing_provider_npi like 'AB%'",
    ("pharmacy_claims", "reversal as a negative row"): "quantity < 0",
    ("lab_results", "result before collection"): "result_datetime < collection_datetime",
    ("lab_results", "notification in free text"): "notify_method = 'called pt, left msg'",
    ("appointments", "seen time before check-in"): "provider_seen_datetime < checkin_datetime",
    ("appointments", "test patients"): "patient_id = 'TEST-PATIENT'",
    ("referrals", "consult report before the visit"): "consult_report_received_date < visit_date",
    ("prior_authorizations", "decision before receipt"): "decision_datetime < received_datetime",
    ("screenings", "score out of range"): "score = 999",
    ("screenings", "one HRA exploded to 40 rows"): "screening_id like '%-D%'",
    ("grievances", "resolved before received"): "resolved_date < received_date",
    ("grievances", "one event filed three times"): "grievance_id like '%-D%'",
    ("interpreter_requests", "status blank when billed"): "status is null",
    ("interpreter_requests", 'language "sign"'): "language = 'sign'",
    ("immunizations", "same dose from claims and registry"): "immunization_id like '%-D1'",
    ("survey_responses", "ratings above 10"): "response_code = 11",
    ("survey_responses", "codes 88, 99, -1"): "response_code in (88, 99, -1)",
    ("survey_responses", "response for a closed practice"): "response_id like '%-D1'",
    ("directory_attestations", "hours 168"): "weekly_hours_all = 168",
}


@pytest.mark.parametrize(("feed", "kind"), FOUND, ids=[" ".join(key) for key in FOUND])
def test_the_count_is_what_is_found(clean_plan, soiled_plan, feed, kind):
    shows = FOUND[feed, kind]
    query = f"select count(*) from {{{feed}}} where {shows}"
    assert clean_plan.value(query) == 0
    counted = soiled_plan.value(
        f"select rows from {{truth_dirt}} where feed = '{feed}' and kind = '{kind.replace(chr(39), chr(39) * 2)}'"
    )
    assert soiled_plan.value(query) == counted


def test_words_for_codes_are_in_a_text_file_of_their_own(soiled_plan):
    folder = soiled_plan.home / "feeds" / "survey_responses"
    (text,) = folder.glob("*_text_*.csv")
    counted = soiled_plan.value("select rows from {truth_dirt} where kind = 'frequency text instead of a code'")
    found = soiled_plan.connection.execute(
        f"select count(*) from read_csv('{text}') where response_code in ('Never', 'Sometimes', 'Usually', 'Always')"
    ).fetchall()
    assert found == [(counted,)]
