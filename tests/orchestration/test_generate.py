"""What is derived from contracts and registry stands in the checkout as it would be written today."""

from orchestration.generate import stale


def test_derived_files_are_up_to_date():
    assert list(stale()) == [], "call ./pulse generate and commit"
