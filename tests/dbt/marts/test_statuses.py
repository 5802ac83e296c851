"""A verdict that is the same for everybody helps nobody: what docs/dbt.md says of the statuses on the sample plan."""

from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.warehouse


@pytest.fixture(scope="module")
def statuses(built_run: Path) -> dict[str, tuple[str, int, float, set[str]]]:
    """Tier, census, minimum and the statuses that practices have, by metric, on the run's own as-of date."""
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("""
            select r.metric_id, m.tier, m.census, m.min_denominator, list(distinct r.status)
            from marts.metric_result as r
            inner join marts.ref_metric as m on r.metric_id = m.metric_id
            inner join intermediate.int_as_of as a on r.as_of_date = a.as_of_date and a.is_run_as_of
            where r.level = 'practice' and r.lob = 'all'
            group by all
        """).fetchall()
    return {metric: (tier, census, minimum, set(seen)) for metric, tier, census, minimum, seen in rows}


def test_every_core_metric_tells_practices_apart(statuses):
    few = {m: sorted(seen) for m, (tier, _, _, seen) in statuses.items() if tier == "core" and len(seen) < 3}
    assert len(statuses) == 49
    assert few == {}


def test_a_duty_that_is_judged_from_its_first_case_is_never_in_doubt(statuses):
    """No interval, hence never uncertain; a minimum of one, hence hardly ever insufficient."""
    single = [seen for _, census, minimum, seen in statuses.values() if census == 1 and minimum == 1]
    assert len(single) == 5
    assert all("uncertain" not in seen for seen in single)
