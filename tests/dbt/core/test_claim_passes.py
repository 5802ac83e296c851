"""Claims are the largest feed: who scans them is a list that grows by decision only (docs/dbt.md)."""

import pytest

READERS = {
    "stg_medical_claims": {"int_as_of", "int_claim_line"},
    "int_claim_line": {
        "int_code_event",
        "int_ed_visit",
        "int_feed_month",
        "int_inpatient_stay",
        "int_screening_panel",
        "fu7_ed_rate",
        "referral_appt_within_standard",
        "referral_loop_closure_rate_companions",
    },
}


@pytest.mark.parametrize("model", READERS)
def test_claims_are_scanned_by_these_alone(manifest, model):
    assert {name for name in manifest.models if model in manifest.parents_of(name)} == READERS[model]
