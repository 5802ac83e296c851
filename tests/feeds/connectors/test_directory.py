"""The listing of 39,143 primary-care organisations arrives whole, mess included."""

from pathlib import Path

import pytest

from expectations import BadInput
from feeds.connectors import directory

HEADER = "provider_num,npi,name,address,city,state,zip,fips_county,phone"


@pytest.fixture(scope="module")
def listing(shared_data: Path, tmp_path_factory) -> tuple[Path, Path]:
    """(source file, feeds folder)."""
    out = tmp_path_factory.mktemp("directory")
    directory.connect(shared_data / "directory", out)
    return shared_data / "directory" / directory.FILE_NAME, out


def count(rows, what: str = "*") -> int:
    return rows.aggregate(f"count({what})").fetchall()[0][0]


def test_no_listing_is_lost(listing, read):
    source, out = listing
    rows = count(read(source))
    assert rows == 39_143
    assert count(read(out / "practices" / "practices_20260630.csv")) == rows
    assert count(read(out / "provider_affiliations" / "provider_affiliations_20260630.csv")) == rows


def test_one_provider_an_npi(listing, read):
    source, out = listing
    providers = read(out / "providers" / "providers_20260630.csv")
    assert count(providers) == count(providers, "distinct npi") == count(read(source), "distinct npi")


def test_only_rows_alike_in_every_column_share_a_practice_id(listing, read):
    source, out = listing
    practices = read(out / "practices" / "practices_20260630.csv")
    different = len(set(read(source).fetchall()))
    assert count(practices, "distinct practice_id") == different == 39_000
    assert count(practices.distinct()) == different


def test_values_are_handed_on_as_they_are(listing, read):
    source, out = listing
    for theirs, ours in (("zip", "zip_code"), ("phone", "phone"), ("city", "city"), ("address", "address")):
        before = read(source).project(theirs).order(theirs).fetchall()
        after = read(out / "practices" / "practices_20260630.csv").project(ours).order(ours).fetchall()
        assert before == after, theirs


def test_every_state_has_a_time_zone(listing, read):
    assert count(read(listing[1] / "practices" / "practices_20260630.csv").filter("time_zone is null")) == 0


@pytest.fixture
def small(tmp_path: Path):
    """Connect a listing of the given lines and return the feeds folder."""

    def connect(*lines: str) -> Path:
        source = tmp_path / "listing.csv"
        source.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        directory.connect(source, tmp_path / "out")
        return tmp_path / "out"

    return connect


def test_practice_id_is_the_provider_number_where_that_names_one_listing(small, read):
    out = small(
        "100001,1234567893,Alone,1 Elm,Troy,NY,12180,083,5185550100",
        "100002,1234567893,Shared,1 Oak,Troy,NY,12180,,5185550101",
        "100002,1234567893,Shared,2 Oak,Troy,NY,12180,,5185550102",
        ",1992995120,Unnumbered,1 Ash,El Paso,TX,799010000,,(915) 555-0100",
    )
    ids = [row[0] for row in read(out / "practices" / "practices_20260630.csv").project("practice_id").fetchall()]
    assert ids[0] == "100001"
    assert ids[-1] == "NPI1992995120"
    assert all(name.startswith("100002-") and len(name) == 15 for name in ids[1:3])
    assert len(set(ids)) == 4


def test_county_and_time_zone_come_from_the_state(small, read):
    out = small("1,1234567893,A,1 Elm,Troy,NY,12180,083,5185550100", "2,1992995120,B,1 Ash,El Paso,TX,79901,,")
    rows = read(out / "practices" / "practices_20260630.csv").project("county_fips, time_zone").fetchall()
    assert rows == [("36083", "America/New_York"), (None, "America/Chicago")]


def test_a_provider_has_the_name_it_is_listed_with_most(small, read):
    out = small(
        "1,1234567893,Old Name,1 Elm,Troy,NY,12180,,",
        "2,1234567893,New Name,2 Elm,Troy,NY,12180,,",
        "3,1234567893,Old Name,3 Elm,Troy,NY,12180,,",
    )
    rows = read(out / "providers" / "providers_20260630.csv").project("npi, last_name, entity_type").fetchall()
    assert rows == [("1234567893", "Old Name", "2")]


def test_a_missing_column_is_named(tmp_path: Path):
    source = tmp_path / "listing.csv"
    source.write_text("provider_num,npi,name\n1,1234567893,A\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"listing\.csv: column address, city, state, zip, fips_county, phone is"):
        directory.connect(source, tmp_path / "out")
