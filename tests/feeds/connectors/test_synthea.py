"""Synthea exports against their own files: nothing lost, nothing invented, no code called what it is not."""

import csv
from pathlib import Path

import pytest

from expectations import BadInput
from feeds.connectors import synthea

FOLDERS = ("synthea_claims", "synthea_encounters")


@pytest.fixture(scope="module", params=FOLDERS)
def export(request, shared_data: Path, tmp_path_factory) -> tuple[Path, Path]:
    """(source folder, feeds folder) of each export."""
    out = tmp_path_factory.mktemp(request.param)
    synthea.connect(shared_data / request.param, out)
    return shared_data / request.param, out


def one(relation, expression: str):
    return relation.aggregate(expression).fetchall()[0][0]


def test_every_encounter_becomes_one_medical_claim(export, read):
    source, out = export
    encounters = one(read(source / "encounters.csv"), "count(*)")
    assert one(read(out / "medical_claims" / "*.csv"), "count(distinct claim_id)") == encounters


def test_claim_keys_are_unique(export, read):
    _, out = export
    claims = read(out / "medical_claims" / "*.csv")
    assert one(claims, "count(*)") == one(claims, "count(distinct (claim_id, claim_line_number))")
    drugs = read(out / "pharmacy_claims" / "*.csv")
    assert one(drugs, "count(*)") == one(drugs, "count(distinct claim_id)")


@pytest.mark.parametrize(
    ("feed", "file"),
    [("members", "patients"), ("providers", "providers"), ("pharmacy_claims", "medications")],
)
def test_rows_are_as_many_as_in_the_source(export, read, feed: str, file: str):
    source, out = export
    assert one(read(out / feed / "*.csv"), "count(*)") == one(read(source / f"{file}.csv"), "count(*)")


@pytest.mark.parametrize(
    ("feed", "key"),
    [
        ("practices", "practice_id"),
        ("providers", "npi"),
        ("provider_affiliations", "affiliation_id"),
        ("members", "person_id"),
        ("eligibility", "(person_id, member_id, enrollment_start_date, plan)"),
        ("pcp_assignments", "assignment_id"),
        ("appointments", "appointment_id"),
    ],
)
def test_keys_are_unique(export, read, feed: str, key: str):
    rows = read(export[1] / feed / "*.csv")
    assert one(rows, "count(*)") == one(rows, f"count(distinct {key})")


def test_immunizations_repeat_only_where_the_source_does(export, read):
    source, out = export
    doses = one(read(source / "immunizations.csv"), "count(distinct (encounter, code, date))")
    assert one(read(out / "immunizations" / "*.csv"), "count(distinct immunization_id)") == doses


def test_inpatient_encounters_become_inpatient_stays(export, read):
    source, out = export
    expected = {"synthea_claims": 11, "synthea_encounters": 111}[source.name]
    assert one(read(source / "encounters.csv").filter("encounterclass = 'inpatient'"), "count(*)") == expected
    stays = read(out / "medical_claims" / "*.csv").filter(
        "bill_type_code = '0111' and revenue_center_code in ('0120', '0126')"
    )
    assert one(stays, "count(*)") == expected
    assert one(stays, "count(admission_date)") == expected
    assert one(stays, "count(discharge_date)") == expected
    dispositions = {row[0] for row in stays.project("discharge_disposition_code").distinct().fetchall()}
    assert dispositions <= {"01", "03", "20"}


def test_emergency_encounters_become_emergency_visits(export, read):
    source, out = export
    expected = one(read(source / "encounters.csv").filter("encounterclass = 'emergency'"), "count(*)")
    visits = read(out / "medical_claims" / "*.csv").filter("revenue_center_code = '0450'")
    assert one(visits, "count(*)") == expected


def test_no_claim_or_line_ends_before_it_starts(export, read):
    claims = read(export[1] / "medical_claims" / "*.csv")
    assert one(claims, "count(*) filter (claim_line_end_date < claim_line_start_date)") == 0
    assert one(claims, "count(*) filter (claim_end_date < claim_start_date)") == 0


def test_no_foreign_code_passes_for_one_of_ours(export, read):
    claims = read(export[1] / "medical_claims" / "*.csv")
    assert one(claims.filter("diagnosis_code_1 is not null and diagnosis_code_type <> 'snomed'"), "count(*)") == 0
    assert one(claims.filter("hcpcs_code is not null"), "count(*)") > 0
    assert one(claims.filter("hcpcs_code not similar to '99(38|39)[1-7]|T1015'"), "count(*)") == 0
    assert "ndc_code" not in read(export[1] / "pharmacy_claims" / "*.csv").columns


def test_appointments_are_the_visits_at_practices(export, read):
    _, out = export
    places = read(out / "practices" / "*.csv").project("practice_id").fetchall()
    appointments = read(out / "appointments" / "*.csv")
    assert set(appointments.project("location_id").distinct().fetchall()) == set(places)
    assert one(appointments, "count(*) filter (status_code <> 'fulfilled')") == 0


def test_uninsured_time_is_no_enrolment(export, read):
    source, out = export
    payers = read(source / "payers.csv").filter("name <> 'NO_INSURANCE'").project("id")
    insured = read(source / "payer_transitions.csv").filter(
        f"payer in ({', '.join(repr(payer) for (payer,) in payers.fetchall())})"
    )
    spans = read(out / "eligibility" / "*.csv")
    covers_no_day = {"synthea_claims": 1, "synthea_encounters": 0}[source.name]
    assert one(spans, "count(*)") == one(insured, "count(*)") - covers_no_day
    assert one(spans, "count(*) filter (enrollment_end_date < enrollment_start_date)") == 0


def test_assignments_of_a_person_never_overlap_and_at_most_one_is_open(export, read):
    spans = read(export[1] / "pcp_assignments" / "*.csv")
    followed = spans.project(
        "person_id, coalesce(assignment_end_date, '9999-12-31') as ends,"
        " lead(assignment_start_date) over (partition by person_id order by assignment_start_date) as next_start"
    )
    assert one(followed, "count(*)") > 50
    assert one(followed.filter("next_start <= ends"), "count(*)") == 0


def test_assignment_uses_no_later_visit(export, read):
    """Everybody assigned on a day had been at that practice in the two years before."""
    _, out = export
    spans = read(out / "pcp_assignments" / "*.csv").set_alias("s")
    visits = read(out / "appointments" / "*.csv").set_alias("v")
    seen_before = spans.join(
        visits,
        "s.person_id = v.person_id and s.practice_id = v.location_id"
        " and v.start_datetime[1:10] <= s.assignment_start_date"
        " and v.start_datetime[1:10]::date >= s.assignment_start_date::date - interval 24 month",
    )
    assert one(seen_before, "count(distinct assignment_id)") == one(spans, "count(*)")


def luhn_holds(npi: str) -> bool:
    digits = [int(digit) for digit in "80840" + npi]
    doubled = [d if place % 2 else 2 * d - 9 * (d > 4) for place, d in enumerate(reversed(digits), start=1)]
    return sum(doubled) % 10 == 0


def test_npis_pass_luhn_and_cannot_be_real(export):
    (path,) = (export[1] / "providers").glob("*.csv")
    with path.open(encoding="utf-8") as lines:
        npis = [row["npi"] for row in csv.DictReader(lines)]
    assert all(len(npi) == 10 and npi.startswith("9") and luhn_holds(npi) for npi in npis)
    assert luhn_holds("1234567893")  # the example of the CMS check digit page
    assert not luhn_holds("1234567890")


def test_claim_type_of_a_class_is_what_synthea_itself_bills(shared_data: Path, tmp_path: Path, read):
    source = shared_data / "synthea_claims"
    synthea.connect(source, tmp_path)
    billed = read(source / "claims.csv").project(
        "id as claim_id, if(healthcareclaimtypeid1 = '1', 'professional', 'institutional') as billed_as"
    )
    ours = read(tmp_path / "medical_claims" / "*.csv").project("claim_id, claim_type").distinct()
    both = ours.join(billed, "claim_id")
    assert one(both, "count(*)") == 604
    assert one(both.filter("claim_type <> billed_as"), "count(*)") == 0


EXPORT = {
    "patients": [
        "Id,BIRTHDATE,DEATHDATE,GENDER,RACE,ETHNICITY,STATE,ZIP",
        "ann,1960-05-05,2021-03-09,F,black,hispanic,Ohio,44101",
        "bob,2015-01-10,,M,other,nonhispanic,Ohio,44101",
    ],
    "organizations": ["Id,NAME,ADDRESS,CITY,STATE,ZIP,PHONE", "clinic,Clinic,1 Elm,Troy,OH,44101,2165550100"],
    "providers": ["Id,ORGANIZATION,NAME,SPECIALITY", "doc,clinic,Ana María Roe,GENERAL PRACTICE"],
    "payers": ["Id,NAME", "aid,Medicaid", "none,NO_INSURANCE"],
    "payer_transitions": [
        "PATIENT,MEMBERID,START_YEAR,END_YEAR,PAYER",
        "ann,,2018,2020,aid",
        "ann,,2021,2021,none",
        "bob,card,2019-01-01T12:00:00Z,2020-01-01T12:00:00Z,aid",
    ],
    "encounters": [
        "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,REASONCODE,"
        "TOTAL_CLAIM_COST,PAYER_COVERAGE",
        "a1,2020-02-01T02:00:00Z,2020-02-01T02:15:00Z,ann,clinic,doc,aid,wellness,162673000,Exam,,90,80",
        "a2,2020-09-01T15:00:00Z,2020-09-01T15:15:00Z,ann,clinic,doc,aid,wellness,162673000,Exam,,90,80",
        "a3,2021-03-07T15:00:00Z,2021-03-09T15:00:00Z,ann,clinic,doc,aid,inpatient,183452005,Stay,22298006,900,0",
        "a4,2021-03-16T15:00:00Z,2021-03-16T15:15:00Z,ann,clinic,doc,aid,wellness,308646001,Death,,9,0",
        "b1,2020-06-01T15:00:00Z,2020-06-01T15:15:00Z,bob,clinic,doc,aid,wellness,410620009,Child,,90,80",
        "b2,2020-07-01T15:00:00Z,2020-07-01T15:15:00Z,bob,clinic,doc,aid,ambulatory,371883000,Surgery,,90,80",
        "b3,2020-08-01T15:00:00Z,2020-08-03T15:00:00Z,bob,clinic,doc,aid,inpatient,183452005,Stay,,900,0",
        "b4,2020-08-03T16:00:00Z,2020-08-09T15:00:00Z,bob,clinic,doc,aid,snf,449411000124106,SNF,,900,0",
    ],
    "conditions": ["ENCOUNTER,CODE", "a3,123", "a3,22298006"],
    "medications": ["START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,PAYER_COVERAGE,TOTALCOST,DISPENSES"],
    "immunizations": ["DATE,PATIENT,ENCOUNTER,CODE"],
}


@pytest.fixture
def small_export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, lines in EXPORT.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def small_feeds(small_export: Path, tmp_path: Path) -> Path:
    out = tmp_path / "feeds"
    synthea.connect(small_export, out)
    return out


def test_preventive_code_follows_age_and_earlier_visits(small_feeds: Path, read):
    codes = read(small_feeds / "medical_claims" / "*.csv").project("claim_id, hcpcs_code").order("claim_id")
    assert codes.fetchall() == [
        ("a1", "99386"),
        ("a2", "99396"),
        ("a3", None),
        ("a4", None),
        ("b1", "99383"),
        ("b2", None),
        ("b3", None),
        ("b4", None),
    ]


def test_disposition_tells_death_and_nursing_home(small_feeds: Path, read):
    rows = read(small_feeds / "medical_claims" / "*.csv").filter("discharge_disposition_code is not null")
    assert sorted(rows.project("claim_id, discharge_disposition_code").fetchall()) == [("a3", "20"), ("b3", "03")]


def test_dates_are_local_to_the_organisation(small_feeds: Path, read):
    rows = read(small_feeds / "medical_claims" / "*.csv").filter("claim_id = 'a1'")
    assert rows.project("claim_start_date, paid_date").fetchall() == [("2020-01-31", "2020-01-31")]


def test_reason_is_the_first_diagnosis(small_feeds: Path, read):
    rows = read(small_feeds / "medical_claims" / "*.csv").filter("claim_id = 'a3'")
    names = "diagnosis_code_type, diagnosis_code_1, diagnosis_code_2, diagnosis_code_3"
    assert rows.project(names).fetchall() == [("snomed", "22298006", "123", None)]


def test_coverage_in_whole_years_or_in_instants(small_feeds: Path, read):
    rows = read(small_feeds / "eligibility" / "*.csv").order("person_id")
    assert rows.project("person_id, member_id, enrollment_start_date, enrollment_end_date, lob").fetchall() == [
        ("ann", "ann", "2018-01-01", "2020-12-31", "medicaid"),
        ("bob", "card", "2019-01-01", "2019-12-31", "medicaid"),
    ]


def test_names_and_race(small_feeds: Path, read):
    names = read(small_feeds / "providers" / "*.csv").project("first_name, last_name").fetchall()
    assert names == [("Ana María", "Roe")]
    race = read(small_feeds / "members" / "*.csv").order("person_id").project("race_ethnicity, race_ethnicity_source")
    assert race.fetchall() == [("hispanic|black", "unknown"), ("unknown", "unknown")]


def test_an_assignment_ends_with_death(small_feeds: Path, read):
    spans = read(small_feeds / "pcp_assignments" / "*.csv").order("person_id")
    shown = "person_id, assignment_start_date, assignment_end_date, change_type"
    assert spans.project(shown).fetchall() == [
        ("ann", "2021-01-01", "2021-03-09", "termination"),
        ("bob", "2021-01-01", None, "initial"),
    ]


def test_the_date_in_the_names_is_the_last_day_of_an_encounter(small_feeds: Path):
    assert (small_feeds / "members" / "members_20210316.csv").exists()


def test_a_missing_column_is_named(small_export: Path, tmp_path: Path):
    path = small_export / "providers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("SPECIALITY", "TRADE"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"providers\.csv: column SPECIALITY is missing"):
        synthea.connect(small_export, tmp_path / "out")


def test_a_row_that_points_nowhere_is_refused(small_export: Path, tmp_path: Path):
    path = small_export / "organizations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("clinic,Clinic", "other,Clinic"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"encounters\.csv: column ORGANIZATION of 8 rows is not in organizations\.csv"):
        synthea.connect(small_export, tmp_path / "out")


def test_an_unreadable_date_is_bad_input(small_export: Path, tmp_path: Path):
    path = small_export / "encounters.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2020-02-01T02:00:00Z", "yesterday"), encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be read"):
        synthea.connect(small_export, tmp_path / "out")


def test_empty_feeds_are_not_written(small_feeds: Path):
    assert not (small_feeds / "pharmacy_claims").exists()
