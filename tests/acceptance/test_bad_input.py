"""Every broken input ends in one clear line and exit 2, or in quarantine with counts that add up."""

import gzip
import json

import pytest

PRACTICES = """practice_id,practice_name,time_zone,state,active_start_date
P1,North Street Family Care,America/New_York,OH,2020-01-01
P2,Lakeside Pediatrics,America/New_York,OH,2020-01-01
"""
SURVEYS = """response_id,instrument,wave_id,response_month,practice_id,lob,item_id,response_code
R1,touchpoint,2026H1,2026-03-01,P1,medicaid,tp1,4
R2,touchpoint,2026H1,2026-03-01,P2,medicaid,tp2,5
"""


def missing_column(folder):
    path = folder / "practices_20260630.csv"
    path.write_text(PRACTICES.replace("practice_id", "practice"))


def forbidden_column(folder):
    lines = SURVEYS.splitlines()
    text = "\n".join([lines[0] + ",person_id", *(line + ",X1" for line in lines[1:])])
    (folder / "survey_responses_20260630.csv").write_text(text + "\n")


def wrong_delimiter(folder):
    (folder / "practices_20260630.csv").write_text(PRACTICES.replace(",", ";"))


def truncated_gzip(folder):
    path = folder / "practices_20260630.csv"
    path.unlink()
    packed = gzip.compress(PRACTICES.encode() * 200)
    (folder / "practices_20260630.csv.gz").write_bytes(packed[: len(packed) // 2])


def utf16(folder):
    (folder / "practices_20260630.csv").write_bytes(PRACTICES.encode("utf-16"))


def empty_file(folder):
    (folder / "practices_20260630.csv").write_bytes(b"")


def not_parquet(folder):
    (folder / "practices_20260630.csv").unlink()
    (folder / "practices_20260630.parquet").write_bytes(b"PAR1 not really")


def all_rows_bad(folder):
    (folder / "survey_responses_20260630.csv").write_text(SURVEYS.replace("P1", "P8").replace("P2", "P9"))


def no_practices(folder):
    (folder / "practices_20260630.csv").unlink()
    (folder / "survey_responses_20260630.csv").write_text(SURVEYS)


BROKEN = [
    missing_column,
    forbidden_column,
    wrong_delimiter,
    truncated_gzip,
    utf16,
    empty_file,
    not_parquet,
    all_rows_bad,
    no_practices,
]


@pytest.fixture
def feeds(tmp_path):
    """A plan of two practices, one folder a feed."""
    folder = tmp_path / "feeds"
    for feed in ("practices", "survey_responses"):
        (folder / feed).mkdir(parents=True)
    (folder / "practices" / "practices_20260630.csv").write_text(PRACTICES)
    return folder


def flat(folder, breaking):
    """Let a breaker see both feeds' files in one folder, then put them where they belong."""
    scratch = folder.parent / "scratch"
    scratch.mkdir()
    (folder / "practices" / "practices_20260630.csv").rename(scratch / "practices_20260630.csv")
    breaking(scratch)
    for path in scratch.iterdir():
        path.rename(folder / path.name.rsplit("_", 1)[0] / path.name)


@pytest.mark.parametrize(
    ("command", "breaking"),
    [("check", missing_column), *(("run", breaking) for breaking in BROKEN)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_wrong_file_is_one_clear_line(feeds, pulse, tmp_path, breaking, command):
    flat(feeds, breaking)
    home = tmp_path / "home"
    done = pulse(command, "--feeds", feeds, "--home", home)
    assert done.code == 2, (done.out, done.err)
    lines = done.err.strip().splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("pulse: ")
    assert "Traceback" not in done.err + done.out
    assert not (home / "CURRENT").exists()
    assert not list(home.glob("releases/*"))


def test_a_bad_row_is_quarantined_and_the_counts_add_up(feeds, pulse, tmp_path):
    rows = "".join(f"R{n},touchpoint,2026H1,2026-03-01,P1,medicaid,tp1,4\n" for n in range(10, 60))
    stray = "R9,touchpoint,2026H1,2026-03-01,P77,medicaid,tp1,4\n"
    (feeds / "survey_responses" / "survey_responses_20260630.csv").write_text(SURVEYS + rows + stray)
    done = pulse("check", "--feeds", feeds, "--json", tmp_path / "gate.json", "--home", tmp_path / "home")
    assert done.code == 0, done.err
    report = json.loads((tmp_path / "gate.json").read_text())
    assert report["verdict"] == "accept"
    surveys = report["feeds"]["survey_responses"]
    assert (surveys["landed"], surveys["accepted"], surveys["quarantined"]) == (53, 52, 1)
    assert all(rule["rows"] == rule["gx_rows"] for feed in report["feeds"].values() for rule in feed["rules"].values())


def test_wrong_calls_are_one_line_too(pulse, tmp_path):
    for arguments in (
        ["run", "--feeds", tmp_path / "nowhere"],
        ["run", "--as-of", "yesterday"],
        ["run", "--target", "abacus"],
        ["connect", "synthea", tmp_path / "nowhere", "--out", tmp_path / "out"],
        ["connect", "fax", tmp_path, "--out", tmp_path / "out"],
        ["sample", "--out", tmp_path / "s", "--practices", "0"],
        ["evaluate", "--panel", tmp_path / "nowhere.csv"],
        ["verify", "nope"],
        ["frobnicate"],
    ):
        home = [] if arguments[0] in ("connect", "sample", "evaluate", "frobnicate") else ["--home", tmp_path / "home"]
        done = pulse(*arguments, *home)
        assert done.code == 2, (arguments, done.err)
        assert len(done.err.strip().splitlines()) == 1, (arguments, done.err)
