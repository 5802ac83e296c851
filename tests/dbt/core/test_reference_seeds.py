"""The seeds that everything else leans on, compared with sources that know better."""

import csv
import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from pandas.tseries.holiday import USFederalHolidayCalendar

from expectations.contract import load_contracts

SEEDS = Path(__file__).parents[3] / "dbt" / "seeds"
# How staging spells the codes of each system.
SPELLING = {
    "hcpcs": r"[0-9A-Z]{4}[0-9A-Z]",
    "icd-10-cm": r"[A-Z][0-9A-Z]{0,6}",
    "revenue": r"[0-9]{4}",
    "bill_type": r"0[0-9]{2}",
    "pos": r"[0-9]{2}",
    "modifier": r"[0-9A-Z]{2}",
    "drg": r"[0-9]{3}",
    "cvx": r"[0-9]{2,3}",
    "discharge_disposition": r"[0-9]{2}",
    "taxonomy": r"[0-9A-Z]{4}([0-9A-Z]{5}X)?",
    "ncpdp_reject": r"[0-9A-Z]{2,3}",
}


def rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_calendar_has_every_day_and_the_observed_federal_holidays():
    calendar = rows("ref_calendar")
    days = [date.fromisoformat(row["date_day"]) for row in calendar]
    assert days == [date.fromordinal(n) for n in range(days[0].toordinal(), days[-1].toordinal() + 1)]
    # pandas forgets the New Year's Day that is observed on the last day of the year before: look one week further.
    until = date.fromordinal(days[-1].toordinal() + 7)
    observed = {day.date() for day in USFederalHolidayCalendar().holidays(days[0], until)}
    assert [row["date_day"] for row in calendar if row["is_federal_holiday"] == "true"] == [
        day.isoformat() for day in days if day in observed
    ]


def test_business_day_number_counts_the_business_days():
    count = 0
    for row in rows("ref_calendar"):
        working = date.fromisoformat(row["date_day"]).isoweekday() < 6 and row["is_federal_holiday"] == "false"
        count += working
        assert row["is_business_day"] == str(working).lower()
        assert int(row["business_day_number"]) == count


def test_codes_are_spelt_as_staging_spells_them():
    wrong = [row for row in rows("ref_code_sets") if not re.fullmatch(SPELLING[row["code_system"]], row["code"])]
    assert not wrong


def test_no_code_is_in_a_set_both_by_itself_and_by_a_prefix():
    prefixes = {
        (row["code_set"], row["code_system"], row["code"]) for row in rows("ref_code_sets") if row["match"] == "prefix"
    }
    for row in rows("ref_code_sets"):
        shorter = [row["code"][:length] for length in range(1, len(row["code"]))]
        assert not prefixes & {(row["code_set"], row["code_system"], code) for code in shorter}, row


def test_every_code_set_is_described():
    described = (SEEDS / "ref_code_sets.yml").read_text("utf-8")
    for name in sorted({row["code_set"] for row in rows("ref_code_sets")}):
        assert name in described or f"_{name.split('_', 2)[2]}" in described, name


def test_synonyms_cover_the_domains_the_contracts_name():
    named = {
        column.synonym_domain
        for contract in load_contracts().values()
        for column in contract.columns
        if column.synonym_domain
    }
    assert {row["domain"] for row in rows("ref_synonym")} == named


def test_synonyms_are_written_as_they_are_looked_up():
    for row in rows("ref_synonym"):
        assert row["raw"] == row["raw"].strip().lower()
        assert not re.search(r"[|/,;]", row["raw"]), row


def test_waves_follow_each_other():
    for earlier, later in pairwise(rows("ref_survey_wave")):
        assert date.fromisoformat(later["start_on"]) - date.fromisoformat(earlier["end_on"]) == timedelta(days=1)
