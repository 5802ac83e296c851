"""The generated plan: same bytes, right columns, sound keys and references, honest history, anonymous surveys."""

from __future__ import annotations

import hashlib
import time
from datetime import date
from pathlib import Path

import pytest

from expectations import BadInput
from expectations.contract import Contract, load_contracts
from feeds.sample_plan import generate, page
from feeds.sample_plan.identifiers import npi

CONTRACTS = load_contracts()
TINY = {"practices": 1, "members": 50, "months": 12}


def digest(home: Path) -> dict[str, str]:
    """sha256 of every file by its path inside the plan."""
    files = sorted(f for f in home.rglob("*") if f.is_file())
    return {str(f.relative_to(home)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_same_arguments_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        generate(tmp_path / name, practices=12, members=400, months=14, dirt=0.05)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_another_seed_gives_another_plan(tmp_path):
    for name, seed in (("one", 1), ("two", 2)):
        generate(tmp_path / name, **TINY, seed=seed)
    assert digest(tmp_path / "one") != digest(tmp_path / "two")


def test_every_contract_has_its_feed(clean_plan):
    assert {f.name for f in (clean_plan.home / "feeds").iterdir()} == set(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_columns_are_those_of_the_contract(clean_plan, contract: Contract):
    columns = [row[0] for row in clean_plan.rows(f"describe select * from {{{contract.feed}}}")]
    assert columns == [c.name for c in contract.columns if not c.filled_by_loader]


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_keys_are_unique(clean_plan, contract: Contract):
    """Claims repeat a key for each version, told apart by paid_date."""
    key = [c.name for c in contract.columns if c.key_position and not c.filled_by_loader]
    key += ["paid_date"] if contract.feed == "medical_claims" else []
    rows, distinct = clean_plan.rows(f"select count(*), count(distinct ({', '.join(key)})) from {{{contract.feed}}}")[0]
    assert rows == distinct > 0


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_references_are_known(clean_plan, contract: Contract):
    for column in contract.columns:
        if column.foreign_key:
            target = column.foreign_key
            unknown = clean_plan.value(
                f"select count(*) from {{{contract.feed}}} where {column.name} is not null and "
                f"cast({column.name} as varchar) not in (select cast({target.column} as varchar) from {{{target.feed}}})"
            )
            assert unknown == 0, f"{contract.feed}.{column.name}"


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_values_are_allowed(clean_plan, contract: Contract):
    for column in contract.columns:
        if column.allowed and not column.is_list:
            allowed = ", ".join(f"'{value}'" for value in column.allowed)
            wrong = clean_plan.value(
                f"select count(*) from {{{contract.feed}}} where cast({column.name} as varchar) not in ({allowed})"
            )
            assert wrong == 0, f"{contract.feed}.{column.name}"


# What may lie ahead: what is planned, and spans that are open.
MAY_LIE_AHEAD = {
    ("appointments", "start_datetime"),
    ("appointments", "end_datetime"),
    ("appointments", "first_offered_datetime"),
    ("access_audits", "earliest_offered_date"),
    ("eligibility", "enrollment_end_date"),
    ("outreach_log", "follow_up_due_date"),
    ("pcp_assignments", "emergency_coverage_end_date"),
    ("referrals", "scheduled_visit_date"),
}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_nothing_is_known_before_it_happens(clean_plan, contract: Contract):
    for column in contract.columns:
        timed = column.logical_type in ("date", "timestamp") and not column.filled_by_loader
        if timed and (contract.feed, column.name) not in MAY_LIE_AHEAD:
            latest = clean_plan.value(f"select max(cast({column.name} as timestamp)) from {{{contract.feed}}}")
            # A UTC time may run into the next day.
            assert latest is None or latest.date() <= date(2026, 7, 1), f"{contract.feed}.{column.name}"


def test_claims_are_paid_after_five_to_two_hundred_days_and_never_after_the_end(clean_plan):
    first, last, latest = clean_plan.rows(
        "select min(paid_date - claim_end_date), max(paid_date - claim_end_date), max(paid_date) from {medical_claims}"
    )[0]
    assert first >= 5
    assert 60 < last <= 200  # adjusted versions are paid later than first ones
    assert latest <= date(2026, 6, 30)


def test_timestamps_in_parquet_are_utc(clean_plan):
    """Offices open at 08:00 local time, which is never before 11:00 UTC where the plan works."""
    kinds = dict(clean_plan.rows("select column_name, column_type from (describe select * from {appointments})"))
    assert kinds["start_datetime"] == "TIMESTAMP WITH TIME ZONE"
    assert clean_plan.value("select min(hour(start_datetime)) from {appointments} where modality = 'in_person'") >= 0
    night = clean_plan.value("select count(*) from {appointments} where hour(start_datetime) between 2 and 9")
    assert night == 0


def test_surveys_carry_nothing_about_persons(clean_plan):
    contract = CONTRACTS["survey_responses"]
    columns = {row[0] for row in clean_plan.rows("describe select * from {survey_responses}")}
    assert contract.feed == "survey_responses"
    assert not columns & {"person_id", "member_id", "name", "phone", "email", "address", "zip", "birth_date"}
    # The id says nothing of its wave's other ids: file order is id order, and ids spread over the whole range.
    low, high = clean_plan.rows(
        "select min(split_part(response_id, '-', 2)), max(split_part(response_id, '-', 2)) from {survey_responses}"
    )[0]
    assert low < "02"
    assert high > "0f"
    assert (
        clean_plan.value(
            "select max(n) from (select count(distinct wave_id) n from {survey_responses} group by response_id)"
        )
        == 1
    )
    assert clean_plan.value("select count(*) from {survey_responses} where day(response_month) <> 1") == 0


def test_surveys_end_with_the_last_finished_wave(clean_plan):
    waves = [row[0] for row in clean_plan.rows("select distinct wave_id from {survey_responses} order by 1")]
    assert waves == ["2024H2", "2025H1", "2025H2", "2026H1"]
    assert clean_plan.value("select max(wave_id) from {truth_practice_wave}") == "2026H2"


def test_npis_pass_the_check_digit(clean_plan):
    """Luhn over 80840 + NPI, done here digit by digit."""
    for (number,) in clean_plan.rows("select cast(npi as varchar) from {providers}"):
        digits = [int(d) for d in f"80840{number}"]
        doubled = [d if k % 2 == 0 else 2 * d - 9 * (d > 4) for k, d in enumerate(reversed(digits))]
        assert sum(doubled) % 10 == 0
    assert npi([3_456_789]).tolist()[0] // 10 == 103_456_789


def test_phones_are_from_the_range_kept_for_fiction(clean_plan):
    phones = [str(row[0]) for row in clean_plan.rows("select phone from {practices}")]
    assert phones
    assert all(len(p) == 10 and p[3:8] == "55501" for p in phones)


def test_assignments_of_a_person_do_not_overlap(clean_plan):
    overlapping = clean_plan.value(
        "select count(*) from {pcp_assignments} a join {pcp_assignments} b on a.person_id = b.person_id "
        "and a.assignment_id < b.assignment_id and a.assignment_start_date <= coalesce(b.assignment_end_date, '9999-12-31') "
        "and b.assignment_start_date <= coalesce(a.assignment_end_date, '9999-12-31')"
    )
    assert overlapping == 0


def test_claims_fall_into_coverage(clean_plan):
    """Late ends of services and follow-up visits may leave the span; nearly all lines start inside one."""
    share = clean_plan.value(
        "select avg((exists (select 1 from {eligibility} e where e.person_id = c.person_id and c.claim_start_date "
        "between e.enrollment_start_date and coalesce(e.enrollment_end_date, '9999-12-31')))::int) "
        "from {medical_claims} c"
    )
    assert share > 0.97


def test_no_dirt_means_nothing_counted(clean_plan):
    assert clean_plan.value("select sum(rows) from {truth_dirt}") == 0


def test_a_tiny_plan_works(tmp_path):
    generate(tmp_path, **TINY)
    assert (tmp_path / "truth" / "practice_wave.csv").exists()
    assert len(list((tmp_path / "feeds").iterdir())) == len(CONTRACTS)


@pytest.mark.timeout(60)
def test_a_small_plan_takes_seconds(tmp_path):
    started = time.process_time()
    generate(tmp_path, practices=40, members=3_000, months=24)
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("practices", 0),
        ("members", 10),
        ("months", 11),
        ("months", 1000),
        ("end", date(1999, 1, 1)),
        ("seed", -1),
        ("dirt", -0.01),
        ("dirt", 0.21),
        ("dirt", float("nan")),
    ],
)
def test_a_call_that_makes_no_plan_is_refused_in_one_line(tmp_path, argument, value):
    with pytest.raises(BadInput) as refusal:
        generate(tmp_path, **{"practices": 20, "members": 100, argument: value})
    assert f"--{argument}" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not list(tmp_path.iterdir())


def test_the_page_says_what_the_parameters_say():
    text = page.PAGE.read_text("utf-8")
    assert page.rendered(text) == text
    assert all(f"<!-- begin {name} -->" in text for name in page.tables())
