"""Staging passes on every column of its contract, but the ids of people, and says of it what the contract says."""

from pathlib import Path

import pytest
import yaml

from expectations.contract import Contract, load_contracts

STAGING = Path(__file__).parents[3] / "dbt" / "models" / "staging"
CONTRACTS = load_contracts()
IDS_LEFT_BEHIND = {"member_id", "subscriber_id", "patient_id"}
ADDED = {"known_from", "known_until"}


def documented(feed: str) -> dict[str, str]:
    model = yaml.safe_load((STAGING / f"stg_{feed}.yml").read_text("utf-8"))["models"][0]
    return {column["name"]: column["description"].rstrip(".") for column in model["columns"]}


def passed_on(contract: Contract) -> dict[str, str]:
    """What staging should have of a contract: no ids of people, and no column whose values the gate drops."""
    return {
        column.name: column.description.rstrip(".")
        for column in contract.columns
        if column.name not in IDS_LEFT_BEHIND and not column.drop_value
    }


@pytest.mark.parametrize("feed", sorted(CONTRACTS))
def test_columns_and_descriptions_are_the_contract_s(feed):
    expected = passed_on(CONTRACTS[feed])
    actual = documented(feed)
    assert ("person_key" in actual) == (expected.pop("person_id", None) is not None)
    assert set(actual) - ADDED - {"person_key"} == set(expected)
    assert {name: actual[name] for name in expected} == expected


@pytest.mark.parametrize("feed", sorted(CONTRACTS))
def test_model_selects_what_is_documented(feed):
    sql = (STAGING / f"stg_{feed}.sql").read_text("utf-8")
    selected = sql[sql.rindex("\nselect\n") : sql.rindex("\nfrom ")].split()
    names = {word.rstrip(",").split(".")[-1] for word in selected}
    assert set(documented(feed)) <= names


def test_survey_staging_knows_nobody():
    assert "person_key" not in documented("survey_responses")
