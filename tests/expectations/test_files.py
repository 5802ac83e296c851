"""Whole files: what is taken, what is refused, and that the refusal is one line that helps."""

import gzip
import shutil

import duckdb
import pytest

from expectations import BadInput, gate
from tests.expectations import small_plan

NAME = "grievances_20260630.csv"
SECRET = "Elvira Quisenberry"


def grievances(**changed):
    return small_plan.row("grievances", **changed)


def write(plan, rows):
    return small_plan.write_csv(plan.feeds, "grievances", rows)


def edited(change):
    """A breaker that rewrites the bytes of the good file."""
    return lambda path: path.write_bytes(change(path.read_bytes()))


def cut_gzip(path):
    packed = gzip.compress(path.read_bytes() * 50)
    path.with_suffix(".csv.gz").write_bytes(packed[: len(packed) // 2])
    path.unlink()


def not_gzip(path):
    path.rename(path.with_suffix(".csv.gz"))


def broken_parquet(path):
    path.unlink()
    path.with_suffix(".parquet").write_bytes(b"PAR1 no footer")


def without_column(path):
    path.write_text(path.read_text().replace("received_date", "received_on"))


def open_quote(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], '"' + lines[2], *lines[3:]]))


WRONG_FILES = {
    "missing column": (without_column, "required column received_date missing"),
    "wrong delimiter": (edited(lambda b: b.replace(b",", b";")), "separated by ';'"),
    "forbidden column": (edited(lambda b: b.replace(b"subcategory", b"narrative")), "'narrative' is forbidden"),
    "social security number": (edited(lambda b: b.replace(b"subcategory", b"ssn")), "'ssn' is forbidden"),
    "column twice": (edited(lambda b: b.replace(b"subcategory", b"category")), "'category' stands twice"),
    "UTF-16": (edited(lambda b: b.decode().encode("utf-16")), "save it as UTF-8"),
    "empty": (edited(lambda b: b""), "not even a header"),
    "cut gzip": (cut_gzip, "cut off"),
    "no gzip": (not_gzip, "cannot be unpacked"),
    "broken Parquet": (broken_parquet, "cannot be read as Parquet"),
    "open quote": (open_quote, "line 3: a quote is opened and never closed"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_wrong_file_rejects_its_feed_in_one_line(plan, case):
    break_it, expected = WRONG_FILES[case]
    break_it(write(plan, [grievances(subcategory=SECRET) for _ in range(5)]))
    result = plan.check()
    feed = result.feeds["grievances"]
    assert result.verdict == "reject"
    assert expected in feed.reason
    assert feed.reason.startswith("grievances/grievances_20260630.")
    assert "\n" not in feed.reason
    assert SECRET not in feed.reason
    assert feed.accepted == 0 == len(plan.accepted("grievances"))
    assert feed.landed == feed.quarantined == len(plan.quarantined("grievances"))


def test_rows_of_a_rejected_feed_are_all_in_quarantine(plan):
    write(plan, [grievances(received_date="") for _ in range(2)] + [grievances() for _ in range(8)])
    feed = plan.check().feeds["grievances"]
    assert feed.reason == (
        "grievances: 2 of 10 rows are bad, more than the 10% its contract allows (mostly rule "
        "received_date.required: received_date is given); correct and deliver again"
    )
    assert (feed.landed, feed.accepted, feed.quarantined) == (10, 0, 10)
    ids = [rule_ids for _, rule_ids in plan.quarantined("grievances")]
    assert ids == ["received_date.required"] * 2 + ["feed_rejected"] * 8


def test_a_share_at_the_limit_is_accepted(plan):
    write(plan, [grievances(received_date="")] + [grievances() for _ in range(9)])
    assert plan.check().verdict == "accept"


def test_bad_lines_are_set_apart_with_their_row_number(plan):
    path = write(plan, [grievances() for _ in range(60)])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = b"one,two\n"
    lines[3] = lines[3].replace(b"\n", b",more,fields\n")
    lines[5] = lines[5].replace(b",grievance,", b',"griev"ance,', 1)
    lines[7] = lines[7].replace(b"text", "Zo\xeb".encode("latin-1"), 1)
    lines[9] = lines[9].replace(b",2026-01-01,", b",yesterday,", 1)
    path.write_bytes(b"".join(lines))
    feed = plan.check().feeds["grievances"]
    assert plan.quarantined("grievances") == [
        (2, "line_readable"),
        (3, "line_readable"),
        (5, "line_readable"),
        (7, "line_readable"),
        (9, "received_date.type"),
    ]
    assert feed.landed == 60 == feed.accepted + feed.quarantined


def test_what_csv_may_look_like(plan):
    path = write(plan, [grievances(subcategory='two\nlines, "quoted"') for _ in range(3)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    feed = plan.check().feeds["grievances"]
    assert (feed.reason, feed.accepted) == (None, 3)


def test_mixed_line_ends_are_read(plan):
    path = write(plan, [grievances() for _ in range(4)])
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\r\n".join(lines[:3]) + b"\n" + b"\n".join(lines[3:]) + b"\n")
    assert plan.check().feeds["grievances"].accepted == 4


def test_every_place_and_format_of_a_feed(plan):
    packed = write(plan, [grievances()])
    packed.with_name("grievances_2026-07-31.csv.gz").write_bytes(gzip.compress(packed.read_bytes()))
    with duckdb.connect() as connection:
        source = f"read_csv('{packed}', all_varchar = true)"
        connection.execute(f"copy (from {source}) to '{packed.with_suffix('.parquet')}'")
    shutil.copy(packed, plan.feeds / "grievances.csv")
    feed = plan.check().feeds["grievances"]
    assert [(f.name, f.rows, str(f.file_date)) for f in feed.files] == [
        ("grievances.csv", 1, "None"),
        (NAME, 1, "2026-06-30"),
        ("grievances_20260630.parquet", 1, "2026-06-30"),
        ("grievances_2026-07-31.csv.gz", 1, "2026-07-31"),
    ]
    assert str(feed.file_date) == "2026-07-31"


def test_names_that_look_like_patterns_are_names(plan):
    write(plan, [grievances()]).rename(plan.feeds / "grievances" / "g[1]*?'x'.csv")
    assert plan.check().feeds["grievances"].accepted == 1


def test_the_row_delivered_twice_is_no_conflict_but_another_content_is(plan):
    same = grievances()
    twice = grievances()
    rest = [grievances() for _ in range(20)]
    write(plan, [same, same, twice, {**twice, "category": "other"}, *rest])
    feed = plan.check().feeds["grievances"]
    assert plan.quarantined("grievances") == [(3, "key_conflict")]
    assert feed.accepted == 23


def test_a_later_file_may_change_a_row(plan):
    first = grievances()
    small_plan.write_csv(plan.feeds, "grievances", [first])
    small_plan.write_csv(plan.feeds, "grievances", [{**first, "category": "other"}], file_date="20260731")
    assert plan.check().feeds["grievances"].accepted == 2


def test_an_empty_feed_is_accepted_only_where_none_was_before(plan):
    path = write(plan, [grievances()])
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert plan.check().verdict == "accept"
    result = plan.check(previously_delivered={"grievances": 7})
    assert result.feeds["grievances"].reason.startswith("grievances: empty although the last release had 7 rows")


def test_practices_are_required(plan):
    shutil.rmtree(plan.feeds / "practices")
    result = plan.check()
    assert result.verdict == "reject"
    assert result.feeds["practices"].reason.startswith("practices: no file")


def test_absent_feeds_leave_an_empty_file_and_are_not_present(plan):
    plan.check()
    assert plan.accepted("medical_claims") == []
    rows = dict(plan.accepted("feed_delivery", "feed, present"))
    assert (rows["medical_claims"], rows["practices"], len(rows)) == (False, True, 22)


def test_strangers_are_named_once_and_ignored(plan):
    (plan.feeds / "grievance").mkdir()
    (plan.feeds / "grievance" / "a.csv").write_text("x\n1\n")
    (plan.feeds / "weather.csv").write_text("x\n1\n")
    (plan.feeds / "practices" / "notes.txt").write_text("hello")
    path = plan.feeds / "practices" / "practices_20260630.csv"
    path.write_text(path.read_text().replace("website_url", "favourite_colour"))
    result = plan.check()
    assert result.verdict == "accept"
    assert sorted(result.warnings) == [
        "grievance: no contract of that name; ignored",
        "practices/notes.txt: neither .csv, .csv.gz nor .parquet; ignored",
        "practices/practices_20260630.csv: column 'favourite_colour' is not in the contract; ignored",
        "weather.csv: no contract of that name; ignored",
    ]


def test_wrong_calls_raise_one_line(plan, tmp_path):
    with pytest.raises(BadInput, match="no such folder"):
        gate.check(tmp_path / "nowhere", plan.out, default_time_zone="UTC")
    with pytest.raises(BadInput, match="time zone 'Mars' is unknown"):
        plan.check(default_time_zone="Mars")


def test_nothing_is_left_behind(plan):
    plan.check()
    assert sorted(p.name for p in plan.out.iterdir()) == ["accepted", "gate.html", "gate.json", "quarantine"]


def test_the_same_feeds_give_the_same_bytes(plan):
    write(plan, [grievances(npi="1") for _ in range(2)] + [grievances() for _ in range(300)])
    digests = []
    for _ in range(2):
        plan.check()
        digests.append({p.relative_to(plan.out): p.read_bytes() for p in plan.out.rglob("*") if p.is_file()})
    assert digests[0] == digests[1]
