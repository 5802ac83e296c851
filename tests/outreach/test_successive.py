"""Lists that follow one another: no difference of what they show is a count of 1 to 10 people."""

import random
from datetime import date, timedelta
from itertools import combinations

import duckdb
import pytest

from outreach.successive import hold_back

LISTS = 8
TABLES = ("dim_practice", "practice_scorecard", "practice_features", "metric_result", "companion_result")


def public(members: int) -> int | None:
    """As dbt hands a number over: 1 to 10 are hidden already."""
    return None if 1 <= members <= 10 else members


@pytest.fixture(scope="module")
def releases(marts_of, tmp_path_factory):
    """Eight lists of thirty practices, two of each date, whose panels and counts wander; and what is true at each."""
    folder, dice = tmp_path_factory.mktemp("lists"), random.Random(3)
    panels = {f"P{n:02}": dice.randint(0, 60) for n in range(30)}
    hits = {practice: dice.randint(11, 30) for practice in panels}
    made = []
    for week in range(LISTS):
        as_of = date(2026, 1, 31) + timedelta(days=7 * (week // 2))
        tables = {name: [] for name in TABLES}
        for practice in panels:
            earlier = public(panels[practice])
            panels[practice] = max(0, panels[practice] + dice.randint(-9, 9))
            hits[practice] = max(11, hits[practice] + dice.randint(-4, 4))
            members = public(panels[practice])
            tables["dim_practice"].append({"practice_id": practice, "members": members})
            for day, number in ((as_of - timedelta(days=7), earlier), (as_of, members)):
                on = {"practice_id": practice, "as_of_date": day, "members": number}
                tables["practice_scorecard"].append(on)
                tables["practice_features"].append(on)
            counts = {
                "as_of_date": as_of,
                "practice_id": practice,
                "numerator": hits[practice],
                "denominator": 2.0 * hits[practice] + week,
            }
            result = {"metric_id": "people", "level": "practice", "entity_id": practice, "lob": "all", "value": 0.5}
            tables["metric_result"] += [counts | result, counts | result | {"metric_id": "calls", "n_observations": 40}]
            tables["companion_result"].append(
                counts | {"companion_id": "part", "parent_metric_id": "people", "value": 0.5}
            )
        marts = marts_of(folder / str(week), tables)
        hold_back(marts, as_of, [path for path, *_ in made])
        made.append((marts, as_of, dict(panels)))
    return made


def rows(marts, query: str) -> list[tuple]:
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"create view {table} as select * from '{marts / table}.parquet'")
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("table", ["dim_practice", "practice_scorecard", "practice_features"])
def test_numbers_of_members_never_differ_by_one_to_ten(releases, table):
    told: dict[str, set[int]] = {}
    for marts, _, truth in releases:
        for practice, members in rows(marts, f"select practice_id, members from {table} where members is not null"):
            told.setdefault(practice, set()).add(members)
            assert abs(members - truth[practice]) <= 10
    assert not [1 for seen in told.values() for a, b in combinations(seen, 2) if abs(a - b) <= 10]
    assert any(len(seen) > 1 for seen in told.values())  # they do move


def test_only_the_lists_own_date_has_members(releases):
    for marts, as_of, _ in releases:
        dates = rows(marts, "select distinct as_of_date from practice_scorecard where members is not null")
        assert dates == [(as_of,)]


@pytest.mark.parametrize(("table", "which"), [("metric_result", "metric_id = 'people'"), ("companion_result", "true")])
def test_counts_of_people_never_differ_by_one_to_ten(releases, table, which):
    told: dict[str, list[tuple[float, float]]] = {}
    for marts, *_ in releases:
        query = f"select practice_id, numerator, denominator, value from {table} where {which}"
        for practice, hits, people, value in rows(marts, query):
            assert value == 0.5
            assert (hits is None) == (people is None)
            if hits is not None:
                told.setdefault(practice, []).append((hits, people, people - hits))
    differences = [
        abs(x - y) for seen in told.values() for a, b in combinations(seen, 2) for x, y in zip(a, b, strict=True)
    ]
    assert not [d for d in differences if 1 <= d <= 10]
    assert len(told) == 30


def test_what_counts_no_people_stays(releases):
    for marts, *_ in releases:
        assert rows(marts, "select count(numerator) from metric_result where metric_id = 'calls'") == [(30,)]
