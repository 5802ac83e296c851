"""What the three connectors have in common: columns are the contract's, bytes repeat, wrong input is one line."""

import csv
from pathlib import Path

import pytest

from expectations import BadInput
from expectations.contract import load_contracts
from feeds.connectors import CONNECTORS

EXPORTS = [
    ("synthea", "synthea_claims"),
    ("synthea", "synthea_encounters"),
    ("directory", "directory"),
]


@pytest.mark.parametrize(("connector", "folder"), EXPORTS)
def test_every_column_is_a_contract_column(shared_data: Path, tmp_path: Path, connector: str, folder: str):
    CONNECTORS[connector](shared_data / folder, tmp_path)
    contracts = load_contracts()
    files = sorted(tmp_path.glob("*/*.csv"))
    assert files
    for path in files:
        contract = contracts[path.parent.name]
        with path.open(encoding="utf-8") as lines:
            header = next(csv.reader(lines))
        assert set(header) <= {column.name for column in contract.columns}, path.name
        assert set(contract.required_columns) <= set(header), path.name


@pytest.mark.parametrize(("connector", "folder"), EXPORTS)
def test_the_same_source_gives_the_same_bytes(shared_data: Path, tmp_path: Path, connector: str, folder: str):
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        CONNECTORS[connector](shared_data / folder, out)
    names = sorted(path.relative_to(first) for path in first.glob("*/*"))
    assert names == sorted(path.relative_to(second) for path in second.glob("*/*"))
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


@pytest.mark.parametrize(
    ("connector", "says"),
    [
        ("synthea", "patients.csv is missing"),
        ("tuva", "no table of the Tuva input layer"),
        ("directory", "primary_care_facilities.csv is missing"),
    ],
)
def test_a_folder_of_something_else_is_refused(tmp_path: Path, connector: str, says: str):
    source = tmp_path / "source"
    source.mkdir()
    (source / "holiday.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match=says) as refusal:
        CONNECTORS[connector](source, tmp_path / "out")
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "out").exists()
