"""Every rule of every feed, broken on purpose: both engines count the same, and nothing gets lost."""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import gate
from expectations.contract import load_contracts
from expectations.references import load_references
from expectations.rules import rules_of
from tests.expectations import small_plan

FEEDS = sorted(load_contracts())


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    """All feeds with at least one broken row a rule among enough good ones; the gate's result and folder."""
    feeds, out = tmp_path_factory.mktemp("feeds"), tmp_path_factory.mktemp("out")
    with duckdb.connect() as connection:
        references = load_references(connection, frozenset(FEEDS))
    for feed, contract in load_contracts().items():
        rules = [rule for rule in rules_of(contract, references) if rule.layer != "line"]
        bad = [row for rule in rules for row in small_plan.breaking_rows(feed, rule)]
        good = [small_plan.row(feed) for _ in range(20 * len(bad))]
        path = small_plan.write_csv(feeds, feed, base_rows(feed) + bad + good)
        with path.open("a") as file:
            file.write("one field only\n")
    result = gate.check(feeds, out, default_time_zone="America/New_York", chunk_rows=700)
    return result, out


def base_rows(feed):
    """Rows that the others refer to."""
    if feed == "practices":
        return [small_plan.row(feed, practice_id="P1")]
    if feed == "providers":
        return [small_plan.row(feed, npi=small_plan.npi(0))]
    if feed == "members":
        return [small_plan.row(feed, person_id=f"M{i}") for i in (1, 2)]
    return []


@pytest.mark.parametrize("feed", FEEDS)
def test_every_rule_is_broken_and_counted_alike(dirty, feed):
    result = dirty[0].feeds[feed]
    assert not result.rejected, result.reason
    assert {r.rule.id: r.rows for r in result.rules if r.rows != r.gx_rows} == {}
    assert [r.rule.id for r in result.rules if r.rows == 0] == []


@pytest.mark.parametrize("feed", FEEDS)
def test_landed_is_accepted_plus_quarantined(dirty, feed):
    result, out = dirty
    stored = {
        kind: duckdb.sql(f"select count(*) from '{out}/{kind}/{feed}{inner}.parquet'").fetchall()[0][0]
        for kind, inner in (("accepted", f"/{feed}"), ("quarantine", ""))
    }
    assert stored == {"accepted": result.feeds[feed].accepted, "quarantine": result.feeds[feed].quarantined}
    assert result.feeds[feed].landed == sum(stored.values())
    assert result.feeds[feed].quarantined > 0


@pytest.mark.parametrize("feed", FEEDS)
def test_accepted_parquet_has_the_contract_s_columns_and_types(dirty, feed):
    described = duckdb.sql(f"describe select * from '{dirty[1]}/accepted/{feed}/{feed}.parquet'").fetchall()
    wanted = [(column.name, column.physical_type) for column in load_contracts()[feed].columns]
    assert [(name, kind) for name, kind, *_ in described] == wanted


@pytest.mark.parametrize("feed", FEEDS)
def test_only_error_rules_quarantine(dirty, feed):
    errors = {r.rule.id for r in dirty[0].feeds[feed].rules if r.rule.severity == "error"}
    found = duckdb.sql(
        f"select distinct unnest(string_split(rule_ids, '|')) from '{dirty[1]}/quarantine/{feed}.parquet'"
    ).fetchall()
    assert {rule_id for (rule_id,) in found} == errors


def test_a_cleared_value_is_null_and_its_row_stays(dirty):
    accepted = f"'{dirty[1]}/accepted/appointments/appointments.parquet'"
    assert duckdb.sql(
        f"select count(*) from {accepted} where provider_seen_datetime < checkin_datetime"
    ).fetchall() == [(0,)]
    assert duckdb.sql(f"select count(*) from {accepted} where provider_seen_datetime is null").fetchall()[0][0] > 0


survey_rows = st.lists(
    st.fixed_dictionaries(
        {
            "practice_id": st.sampled_from(["P1", "P2", "P9", "", " P1 "]),
            "response_code": st.sampled_from(["1", "10", "11", "Always", "", "1.0", "nan"]),
            "item_id": st.sampled_from(["tp1", "tp2", "tp99", ""]),
            "response_id": st.sampled_from(["A", "B", "C"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=survey_rows, ragged=st.integers(0, 3))
def test_whatever_arrives_is_accounted_for(rows, ragged, tmp_path_factory):
    feeds, out = tmp_path_factory.mktemp("feeds"), tmp_path_factory.mktemp("out")
    small_plan.write_practices(feeds)
    made = [small_plan.row("survey_responses", **changes) for changes in rows]
    path = small_plan.write_csv(feeds, "survey_responses", made)
    with path.open("a") as file:
        file.write("x,y\n" * ragged)
    feed = gate.check(feeds, out, default_time_zone="America/New_York").feeds["survey_responses"]
    assert feed.landed == len(rows) + ragged == feed.accepted + feed.quarantined
    assert all(r.rows == r.gx_rows for r in feed.rules)
    stored = duckdb.sql(f"select count(*) from '{out}/accepted/survey_responses/*.parquet'").fetchall()[0][0]
    assert stored == feed.accepted == (0 if feed.rejected else feed.accepted)
