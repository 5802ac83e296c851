"""The SQL of seven metrics against a second implementation, observation by observation, on the sample plan."""

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt.event_metrics.plain_metrics import PLAIN_METRICS, Evidence, Observation, business_days

COLUMNS = ", ".join(Observation._fields)


@pytest.fixture(scope="module")
def warehouse(built_run: Path):
    with duckdb.connect(built_run / "warehouse.duckdb", read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module", params=["newest", "oldest"])
def evidence(request, built_run: Path, warehouse) -> Evidence:
    """What was known on the run's as-of date, and years before."""
    which = "max" if request.param == "newest" else "min"
    (as_of,) = warehouse.execute(f"select {which}(as_of_date) from intermediate.int_as_of").fetchone()
    return Evidence(built_run / "accepted", as_of)


@pytest.mark.warehouse
@pytest.mark.parametrize("metric", PLAIN_METRICS, ids=lambda metric: metric.__name__)
def test_sql_and_plain_python_see_the_same(metric, evidence: Evidence, warehouse):
    rows = warehouse.execute(
        f"select {COLUMNS} from metrics.{metric.__name__} where as_of_date = ?", [evidence.as_of]
    ).fetchall()
    built, plain = Counter(map(tuple, rows)), Counter(map(tuple, metric(evidence)))
    assert built, "the sample plan has rows of every one of these metrics"
    # Differences are shown without the person: no key of a member in a log.
    missing, surplus = ([(r[0], *r[3:]) for r in rest] for rest in (plain - built, built - plain))
    assert (missing[:5], surplus[:5]) == ([], [])


@pytest.mark.warehouse
def test_calendar_agrees_with_the_holiday_rules(warehouse):
    numbers = dict(warehouse.execute("select date_day, business_day_number from reference.ref_calendar").fetchall())
    first, last = min(numbers), max(numbers)
    assert business_days(first, last) == numbers[last] - numbers[first]
    # Worked case 5: called on a Friday before a Monday holiday.
    assert numbers[date(2026, 2, 9)] - numbers[date(2026, 1, 16)] == 15
    assert business_days(date(2026, 1, 16), date(2026, 2, 10)) == 16
