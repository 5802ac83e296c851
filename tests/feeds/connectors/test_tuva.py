"""Tuva input-layer tables, as a DuckDB file or as a folder, become the same feeds."""

from pathlib import Path

import duckdb
import pytest

from expectations import BadInput
from expectations.contract import load_contracts
from feeds.connectors import tuva

# Column names of the Tuva input layer; a few in the spelling of an older release.
TABLES = {
    "location": "select 'L1' as location_id, 'Elm Clinic' as name, '1234567893' as npi, '1 Elm' as address,"
    " 'Troy' as city, 'New York' as state, '12180' as zip_code",
    "practitioner": "select 'D1' as practitioner_id, '1992995120' as npi, 'Ana' as first_name, 'Roe' as last_name,"
    " 'Elm Clinic' as practice_affiliation, 'family medicine' as specialty",
    "patient": "select 'p1' as person_id, 'm1' as patient_id, 'female' as sex, 'white' as race,"
    " 'hispanic or latino' as ethnicity, date '1980-02-03' as birth_date, false as death_flag, 'NY' as state",
    "eligibility": "select * from (values"
    " ('p1', 'c1', 'male', date '1980-02-03', date '2024-01-01', date '2024-12-31', 'aid', 'medicaid', 'aid plus'),"
    " ('p2', 'c2', 'male', date '2010-01-01', date '2024-01-01', null, 'acme', 'commercial', 'acme gold'))"
    " as t(person_id, member_id, gender, birth_date, enrollment_start_date, enrollment_end_date, payer,"
    " payer_type, plan)",
    "medical_claim": "select 'k1' as claim_id, 1 as claim_line_number, 'institutional' as claim_type,"
    " 'p1' as person_id, date '2024-03-01' as claim_start_date, date '2024-03-02' as claim_end_date,"
    " '0111' as bill_type_code, '0120' as revenue_center_code, '470' as ms_drg_code,"
    " 12.50::decimal(9, 2) as paid_amount, date '2024-04-05' as paid_date, 'tuva' as data_source,"
    " 'raw.csv' as file_name",
    "pharmacy_claim": "select 'r1' as claim_id, 1 as claim_line_number, 'p1' as person_id,"
    " date '2024-03-04' as dispensing_date, '00093001001' as ndc_code",
    "lab_result": "select 'x1' as lab_result_id, 'p1' as person_id, 'Final' as status, '4548-4' as source_component,"
    " timestamp '2024-03-05 10:00:00' as result_date, 'D1' as ordering_practitioner_id",
    "appointment": "select 'a1' as appointment_id, 'p1' as person_id, timestamp '2024-03-06 09:30:00'"
    " as start_datetime, 'L1' as location_id, 'D1' as practitioner_id, 'Completed' as status",
    "immunization": "select 'i1' as immunization_id, 'p1' as person_id, '140' as source_code,"
    " date '2024-03-06' as occurrence_date",
    "provider_attribution": "select * from (values ('p1', '202401', 'D1', 'L1'), ('p1', '202402', 'D1', 'L1'),"
    " ('p1', '202403', 'D1', 'L2'), ('p2', '2024-01', null, 'L1'), ('p2', '2024-03', null, 'L1'))"
    " as t(person_id, year_month, payer_attributed_provider, payer_attributed_provider_practice)",
}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "tuva.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema input_layer")
        for table, query in TABLES.items():
            con.execute(f"create table input_layer.{table} as {query}")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Half of the tables as CSV, half as Parquet, as an extract may come."""
    path = tmp_path / "tables"
    path.mkdir()
    con = duckdb.connect()
    for place, (table, query) in enumerate(TABLES.items()):
        ending = "csv" if place % 2 else "parquet"
        con.execute(f"copy ({query}) to '{path / f'input_layer__{table}.{ending}'}' (format {ending})")
    return path


@pytest.fixture
def feeds(database: Path, tmp_path: Path) -> Path:
    tuva.connect(database, tmp_path / "feeds")
    return tmp_path / "feeds"


def test_every_feed_arrives_with_contract_columns_only(feeds: Path, read):
    written = {path.name for path in feeds.iterdir()}
    assert written == {
        *("practices", "providers", "provider_affiliations", "members", "eligibility", "pcp_assignments"),
        *("medical_claims", "pharmacy_claims", "lab_results", "appointments", "immunizations"),
    }
    for feed in written:
        contract = load_contracts()[feed]
        header = set(read(feeds / feed / f"{feed}_20240405.csv").columns)
        assert header <= {column.name for column in contract.columns}
        assert set(contract.required_columns) <= header


def test_a_folder_gives_what_the_database_gives(feeds: Path, folder: Path, tmp_path: Path, read):
    tuva.connect(folder, tmp_path / "from_folder")
    for path in sorted(feeds.glob("*/*.csv")):
        twin = tmp_path / "from_folder" / path.relative_to(feeds)
        assert read(path).fetchall() == [
            # CSV keeps the blank where a native timestamp has its T; both are ISO 8601.
            tuple(v.replace(" ", "T") if v and v[:2] == "20" else v for v in row)
            for row in read(twin).fetchall()
        ]


def test_attributed_months_become_spans(feeds: Path, read):
    spans = read(feeds / "pcp_assignments" / "*.csv").order("person_id, assignment_start_date")
    shown = "person_id, practice_id, npi, assignment_start_date, assignment_end_date, change_type"
    assert spans.project(shown).fetchall() == [
        ("p1", "L1", "1992995120", "2024-01-01", "2024-02-29", "transfer"),
        ("p1", "L2", "1992995120", "2024-03-01", None, "initial"),
        ("p2", "L1", None, "2024-01-01", "2024-01-31", "termination"),
        ("p2", "L1", None, "2024-03-01", None, "initial"),
    ]


def test_practices_are_locations_and_attributed_practices(feeds: Path, read):
    practices = read(feeds / "practices" / "*.csv").order("practice_id")
    assert practices.project("practice_id, practice_name, state, time_zone").fetchall() == [
        ("L1", "Elm Clinic", "NY", "America/New_York"),
        ("L2", "L2", None, None),
    ]


def test_a_practitioner_belongs_to_the_location_it_names(feeds: Path, read):
    rows = read(feeds / "provider_affiliations" / "*.csv").project("npi, practice_id").fetchall()
    assert rows == [("1992995120", "L1")]


def test_patient_speaks_before_eligibility(feeds: Path, read):
    members = read(feeds / "members" / "*.csv").order("person_id")
    assert members.project("person_id, gender, birth_date, race_ethnicity, death_flag").fetchall() == [
        ("p1", "female", "1980-02-03", "hispanic|white", "0"),
        ("p2", "male", "2010-01-01", None, None),
    ]


def test_line_of_business_only_where_the_payer_type_is_one(feeds: Path, read):
    rows = read(feeds / "eligibility" / "*.csv").order("person_id").project("payer_type, lob").fetchall()
    assert rows == [("medicaid", "medicaid"), ("commercial", None)]


def test_older_names_and_words_are_ours(feeds: Path, read):
    claim = read(feeds / "medical_claims" / "*.csv").project("drg_code, paid_amount, data_source").fetchall()
    assert claim == [("470", "12.50", "tuva")]
    lab = read(feeds / "lab_results" / "*.csv")
    assert lab.project("status, source_component_code, result_datetime, ordering_practitioner_id").fetchall() == [
        ("F", "4548-4", "2024-03-05T10:00:00", "1992995120")
    ]
    visit = read(feeds / "appointments" / "*.csv").project("status_code, practitioner_id, start_datetime")
    assert visit.fetchall() == [("fulfilled", "1992995120", "2024-03-06T09:30:00")]


def test_a_table_without_its_key_is_refused(folder: Path, tmp_path: Path):
    (folder / "input_layer__pharmacy_claim.csv").write_text("claim_id,person_id\nr1,p1\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"pharmacy_claim\.csv: column claim_line_number, dispensing_date is missing"):
        tuva.connect(folder, tmp_path / "out")


def test_without_any_practice_it_is_refused(folder: Path, tmp_path: Path):
    for table in ("location", "provider_attribution"):
        next(folder.glob(f"input_layer__{table}.*")).unlink()
    with pytest.raises(BadInput, match="table location is missing"):
        tuva.connect(folder, tmp_path / "out")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    source = tmp_path / "notes.duckdb"
    source.write_text("not a database at all, but long enough to be read as a header of one " * 80)
    with pytest.raises(BadInput, match="neither a folder nor a DuckDB file"):
        tuva.connect(source, tmp_path / "out")
