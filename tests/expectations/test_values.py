"""Single values: types, clocks, keys, and text that is nothing but text."""

from datetime import date, datetime

import duckdb
import pytest

from expectations import gate
from tests.expectations import small_plan

# P1 is in New York, P2 in Chicago. Clocks go forward on 2026-03-08 and back on 2026-11-01.
CLOCKS = [
    ("P1", "2026-01-15T14:00:00Z", datetime(2026, 1, 15, 9)),
    ("P2", "2026-01-15T14:00:00Z", datetime(2026, 1, 15, 8)),
    ("P1", "2026-03-08T06:59:00Z", datetime(2026, 3, 8, 1, 59)),
    ("P1", "2026-03-08T07:00:00Z", datetime(2026, 3, 8, 3)),
    ("P1", "2026-11-01T05:30:00Z", datetime(2026, 11, 1, 1, 30)),
    ("P1", "2026-11-01T06:30:00Z", datetime(2026, 11, 1, 1, 30)),
    ("P2", "2026-07-01T09:00:00-04:00", datetime(2026, 7, 1, 8)),
    ("P2", "2026-07-01 09:00:00.5+0530", datetime(2026, 6, 30, 22, 30, 0, 500000)),
    ("P2", "2026-07-01T09:00", datetime(2026, 7, 1, 9)),
    ("P1", "2026-03-08T02:30:00", datetime(2026, 3, 8, 2, 30)),
]


def test_times_become_the_practice_s_local_time(plan):
    rows = [
        small_plan.row("interpreter_requests", request_id=f"{i:02}", practice_id=p, requested_datetime=text)
        for i, (p, text, _) in enumerate(CLOCKS)
    ]
    small_plan.write_csv(plan.feeds, "interpreter_requests", rows)
    plan.check()
    found = plan.accepted("interpreter_requests", "request_id, requested_datetime")
    assert [when for _, when in found] == [when for *_, when in CLOCKS]


def test_a_practice_without_a_zone_has_the_plan_s(plan):
    small_plan.write_csv(
        plan.feeds,
        "practices",
        [small_plan.row("practices", practice_id="P1", time_zone="Mars/Olympus")],
    )
    changed = {"requested_datetime": "2026-01-15T14:00:00Z"}
    small_plan.write_csv(plan.feeds, "interpreter_requests", [small_plan.row("interpreter_requests", **changed)])
    assert plan.check(default_time_zone="America/Denver").verdict == "accept"
    assert plan.accepted("practices", "time_zone") == [(None,)]
    assert plan.accepted("interpreter_requests", "requested_datetime") == [(datetime(2026, 1, 15, 7),)]


def test_parquet_and_csv_give_the_same_rows(plan, tmp_path):
    other = tmp_path / "other"
    small_plan.write_practices(other)
    rows = [
        small_plan.row("appointments", location_id=p, start_datetime=f"2026-07-0{d}T15:00:00Z", duration="15.5")
        for d in (1, 2)
        for p in ("P1", "P2")
    ]
    csv = small_plan.write_csv(plan.feeds, "appointments", rows)
    (other / "appointments").mkdir()
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"""
            copy (
                select * replace (
                    cast(start_datetime as timestamptz) at time zone 'UTC' as start_datetime,
                    cast(duration as double) as duration,
                    cast(reminder_sent_flag as boolean) as reminder_sent_flag,
                    ['phone', 'text'] as confirmation_channels,
                    cast(practitioner_id as bigint) as practitioner_id
                )
                from read_csv('{csv}', all_varchar = true)
            ) to '{other}/appointments/appointments_20260630.parquet'
        """)
    csv.write_text(csv.read_text().replace(",phone,medicaid", ",phone|text,medicaid"))
    by_csv, by_parquet = plan.check(), gate.check(other, tmp_path / "o2", default_time_zone="America/New_York")
    columns = "appointment_id, start_datetime, duration, reminder_sent_flag, confirmation_channels, practitioner_id"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {columns} from '{tmp_path}/o2/accepted/appointments/*.parquet' order by 1"
        ).fetchall()
    assert found == plan.accepted("appointments", columns)
    assert found[0][1:5] == (datetime(2026, 7, 1, 11), 15.5, 1, "phone|text")
    assert by_csv.feeds["appointments"].accepted == by_parquet.feeds["appointments"].accepted == 4


@pytest.mark.parametrize(
    ("text", "whole", "day"),
    [
        ("3", 3, None),
        ("3.0", 3, None),
        ("3.5", None, None),
        ("1e400", None, None),
        ("2026-02-28", None, date(2026, 2, 28)),
        ("2026-02-30", None, None),
        ("02/28/2026", None, None),
        ("2026-2-28", None, None),
        ("infinity", None, None),
    ],
)
def test_numbers_and_dates_are_strict(plan, text, whole, day):
    changed = {"severity_level": text, "resolved_date": text}
    small_plan.write_csv(
        plan.feeds, "grievances", [small_plan.row("grievances", received_date="2026-01-01", **changed)]
    )
    plan.check()
    assert plan.accepted("grievances", "severity_level, resolved_date") == [(whole, day)]


def test_unknown_practice_goes_to_quarantine_and_an_empty_one_stays(plan):
    rows = [small_plan.row("referrals") for _ in range(20)]
    rows[4]["practice_id"], rows[7]["practice_id"] = "P404", ""
    small_plan.write_csv(plan.feeds, "referrals", rows)
    assert plan.check().verdict == "accept"
    assert plan.quarantined("referrals") == [(5, "practice_id.known")]
    assert plan.accepted("referrals", "count(*)", order="1") == [(19,)]


def test_too_few_known_members_are_a_warning_only(plan):
    small_plan.write_csv(plan.feeds, "members", [small_plan.row("members", person_id=f"M{i}") for i in (1, 2, 3)])
    rows = [small_plan.row("referrals", person_id=f"M{i % 4}") for i in range(20)]
    small_plan.write_csv(plan.feeds, "referrals", rows)
    result = plan.check()
    assert result.feeds["referrals"].accepted == 20
    assert result.warnings == ("referrals: only 75.0% of rows have a known person_id, 98% are asked for",)


NASTY = ["../../etc/passwd", "=HYPERLINK(1)", "<script>alert(1)</script>", "O'Brien; drop table x", "P|1", "a\tb"]


def test_names_and_ids_are_text_whatever_they_look_like(plan):
    rows = [small_plan.row("practices", practice_id=text, practice_name=text) for text in NASTY]
    small_plan.write_csv(plan.feeds, "practices", [*rows, small_plan.row("practices", practice_id="P1")])
    small_plan.write_csv(plan.feeds, "referrals", [small_plan.row("referrals", practice_id=text) for text in NASTY])
    assert plan.check().verdict == "accept"
    assert sorted(plan.accepted("referrals", "practice_id")) == sorted((text,) for text in NASTY)
    page = (plan.out / "gate.html").read_text() + (plan.out / "gate.json").read_text()
    assert not any(text in page for text in NASTY)
    assert sorted(p.name for p in plan.out.rglob("*.parquet"))[0] == "access_audits.parquet"


def test_lists_lose_their_bad_items_and_case_is_folded(plan):
    changed = {"practice_id": "P3", "scheduling_channels": "Phone | fax| WEBSITE", "practice_type": "FQHC"}
    small_plan.write_csv(plan.feeds, "practices", [small_plan.row("practices", **changed)])
    plan.check()
    assert plan.accepted("practices", "scheduling_channels, practice_type") == [("phone|website", "fqhc")]


def test_free_text_never_lands(plan):
    small_plan.write_csv(
        plan.feeds, "appointments", [small_plan.row("appointments", reason="my knee, since the accident")]
    )
    plan.check()
    assert plan.accepted("appointments", "reason") == [(None,)]


def test_adjusters_of_small_survey_groups_are_dropped(plan):
    few = [small_plan.row("survey_responses", practice_id="P1", education_band="3") for _ in range(10)]
    many = [small_plan.row("survey_responses", practice_id="P2", education_band="3") for _ in range(11)]
    small_plan.write_csv(plan.feeds, "survey_responses", few + many)
    plan.check()
    found = plan.accepted("survey_responses", "distinct practice_id, education_band, age_band")
    assert found == [("P1", None, "18-24"), ("P2", 3, "18-24")]


def test_common_columns_are_filled_but_never_from_the_clock(plan):
    small_plan.write_csv(plan.feeds, "grievances", [small_plan.row("grievances")], file_date="20260131")
    small_plan.write_csv(plan.feeds, "referrals", [small_plan.row("referrals")], name="referrals.csv")
    plan.check()
    common = "data_source, file_name, file_date, ingest_datetime"
    assert plan.accepted("grievances", common) == [
        ("plan", "grievances_20260131.csv", date(2026, 1, 31), datetime(2026, 1, 31))
    ]
    assert plan.accepted("referrals", common) == [("plan", "referrals.csv", None, None)]
