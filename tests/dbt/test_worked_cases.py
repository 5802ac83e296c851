"""The fourteen worked cases of the metric catalogue (G.3) are dbt unit tests, tagged with their number."""

import json
from pathlib import Path

import pytest
import yaml

DBT = Path(__file__).parents[2] / "dbt"
# What tells a case from its neighbours, as the given and expected rows of its tests spell it.
DECISIVE = {
    1: ('"person_key": "3 1 1"', '"numerator": 0.6', '"person_key": "1 1"'),
    2: ('"99495"', '"99496"', '"discharge_disposition_code": "20"', "2026-03-05"),
    3: ("2026-03-02", "2026-03-06", "2025-05-09", "2025-06-10"),
    4: ("09:15:30", "09:16:00", "09:22:00"),
    5: ("2026-01-16", "2026-02-09", "2026-02-10"),
    6: ("2026-05-01", "2026-05-31", "2026-05-30", "2026-05-15", '"member_choice"'),
    7: ("2026-06-30", "2026-04-01", "2026-03-31", '"no_response"'),
    8: ('"score": 90', '"score": 94', '"score": 80', '"score": 88'),
    9: ('"score": 75', '"topbox_strict": 0.5', '"topbox_ncqa": 0.75'),
    10: ('"numerator": 37, "denominator": 40', '"numerator": 40, "denominator": 40'),
    11: ("2025-06-01", "2025-06-05", "2025-06-09", "91", '"in emergency"'),
    12: ("2026-03-03 10:00:00", "2026-03-10 09:00:00", '"additional_info_requested_datetime"'),
    13: ('"numerator": 3, "denominator": 4', "0.541666667"),
    14: ("2025-06-30", "2025-07-01"),
}


@pytest.fixture(scope="module")
def unit_tests() -> list[dict]:
    """Every unit test of the models, as its YAML has it."""
    return [
        test
        for path in sorted((DBT / "models").rglob("*.yml"))
        for test in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("unit_tests", [])
    ]


@pytest.mark.parametrize("number", DECISIVE)
def test_worked_case_is_a_unit_test(unit_tests, number):
    tests = [test for test in unit_tests if f"worked_case_{number}" in test.get("config", {}).get("tags", [])]
    rows = json.dumps([(test["given"], test["expect"]) for test in tests], default=str)
    assert tests
    assert [value for value in DECISIVE[number] if value not in rows] == []


def test_there_are_fourteen():
    assert list(DECISIVE) == list(range(1, 15))
