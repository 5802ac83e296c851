"""Contracts are valid ODCS, say what the catalogue asks for, and everything derived from them is fresh."""

import json
import re

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from expectations import generate
from expectations.contract import CONTRACTS_DIR, load_contracts

PATHS = sorted(CONTRACTS_DIR.glob("*.yaml"))
COMMON = ["data_source", "file_name", "file_date", "ingest_datetime"]
HANDLINGS = {"normalised", "nulled", "quarantined", "warned", "kept"}


def test_there_is_a_contract_for_each_of_the_22_feeds():
    assert len(PATHS) == 22
    assert sorted(load_contracts()) == [path.stem for path in PATHS]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_contract_is_valid_by_the_standard(path):
    OpenDataContractStandard.from_file(str(path))
    schema = json.loads(OpenDataContractStandard.json_schema())
    errors = jsonschema.Draft201909Validator(schema).iter_errors(yaml.safe_load(path.read_text()))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("contract", load_contracts().values(), ids=lambda contract: contract.feed)
def test_a_contract_is_complete(contract):
    names = [column.name for column in contract.columns]
    assert len(set(names)) == len(names)
    assert names[-4:] == COMMON
    assert contract.key
    assert contract.owner
    assert 0 < contract.maximum_bad_row_share <= 0.10
    assert all(contract.column(name) for rule in contract.rules for name in rule.spec.get("columns", ()))
    assert len({rule.id for rule in contract.rules}) == len(contract.rules)
    assert all(rule.clears is None or rule.clears in names for rule in contract.rules)
    assert {dirt.handling for dirt in contract.dirt} <= HANDLINGS
    assert contract.is_forbidden("ssn")


def test_dirt_names_rules_that_exist():
    for contract in load_contracts().values():
        known = {rule.id for rule in contract.rules} | {"key_conflict"}
        for dirt in contract.dirt:
            for name in re.findall(r"rules? (\w+)(?!\w*[.<])", dirt.how):
                assert name in known, (contract.feed, dirt.how)


def test_common_columns_are_the_same_everywhere():
    meant = {
        (c.name, c.logical_type, c.description)
        for contract in load_contracts().values()
        for c in contract.columns
        if c.filled_by_loader
    }
    assert len(meant) == len(COMMON)


def test_referenced_feeds_come_first():
    order = list(load_contracts())
    for contract in load_contracts().values():
        for column in contract.columns:
            if column.foreign_key:
                assert order.index(column.foreign_key.feed) < order.index(contract.feed)


@pytest.mark.parametrize(
    "name",
    ["person_id", "member_id", "name", "first_name", "phone", "email", "address", "zip_code", "birth_date",
     "response_date", "completed_at_time", "ip", "device_id", "appointment_id", "comment_text", "ssn"],
)  # fmt: skip
def test_surveys_forbid_what_could_lead_to_a_person(name):
    assert load_contracts()["survey_responses"].is_forbidden(name)


def test_generated_files_are_fresh():
    assert generate.stale() == [], "run python -m expectations.generate"
