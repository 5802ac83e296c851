"""The SQL of six metrics against a second implementation, observation by observation, on the sample plan."""

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.dbt.claims_metrics.plain_metrics import PLAIN_METRICS, ClaimsEvidence
from tests.dbt.event_metrics.plain_metrics import Observation

COLUMNS = ", ".join(Observation._fields)


@pytest.fixture(scope="module")
def warehouse(built_run: Path):
    with duckdb.connect(built_run / "warehouse.duckdb", read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module", params=["newest", "oldest"])
def evidence(request, built_run: Path, warehouse) -> ClaimsEvidence:
    """What was known on the run's as-of date, and years before."""
    which = "max" if request.param == "newest" else "min"
    (as_of,) = warehouse.execute(f"select {which}(as_of_date) from intermediate.int_as_of").fetchone()
    return ClaimsEvidence(built_run / "accepted", as_of)


@pytest.mark.warehouse
@pytest.mark.parametrize("metric", PLAIN_METRICS, ids=lambda metric: metric.__name__)
def test_sql_and_plain_python_see_the_same(metric, evidence: ClaimsEvidence, warehouse):
    rows = warehouse.execute(
        f"select {COLUMNS} from metrics.{metric.__name__} where as_of_date = ?", [evidence.as_of]
    ).fetchall()
    built, plain = Counter(map(tuple, rows)), Counter(map(tuple, metric(evidence)))
    assert built, "the sample plan has rows of every one of these metrics"
    # Differences are shown without the person: no key of a member in a log.
    missing, surplus = ([(*r[:2], *r[3:]) for r in rest] for rest in (plain - built, built - plain))
    assert (missing[:5], surplus[:5]) == ([], [])
