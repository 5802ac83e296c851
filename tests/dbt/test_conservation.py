"""What must hold of any plan's results: nothing is counted twice, lost, or known before its time."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.warehouse

# Sums of parts can be compared for metrics that are sums: not for medians and means.
SUMS = "select metric_id from reference.ref_metric where aggregation = 'ratio'"
PROPORTIONS = "select metric_id from reference.ref_metric where unit = 'proportion'"


@pytest.fixture(scope="module")
def warehouse(built_run: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def counted(warehouse, query: str) -> int:
    return warehouse.execute(query).fetchone()[0]


def test_lines_of_business_add_up_to_no_more_than_all(warehouse):
    """Less is right: where the line of business is unknown, a row counts in `all` alone."""
    parts = f"""
        select
            sum(numerator) filter (lob <> 'all') as part_numerator, sum(numerator) filter (lob = 'all') as numerator,
            sum(denominator) filter (lob <> 'all') as part_denominator, sum(denominator) filter (lob = 'all') as denominator
        from marts.metric_result
        where metric_id in ({SUMS})
        group by as_of_date, metric_id, level, entity_id, practice_id
    """
    assert counted(warehouse, f"select count(*) from ({parts}) where part_denominator > 0") > 1000
    too_many = "part_numerator > numerator + 1e-6 or part_denominator > denominator + 1e-6"
    assert counted(warehouse, f"select count(*) from ({parts}) where {too_many}") == 0


def test_a_practice_is_its_clinicians_and_what_names_none(warehouse):
    """Practice sums are the sums of its clinicians plus those of the observations without one."""
    differing = f"""
        with practices as (
            select as_of_date, metric_id, practice_id, numerator, denominator
            from marts.metric_result
            where level = 'practice' and lob = 'all'
        ),
        clinicians as (
            select as_of_date, metric_id, practice_id, sum(numerator) as numerator, sum(denominator) as denominator
            from marts.metric_result
            where level = 'provider' and lob = 'all'
            group by all
        ),
        without as (
            select as_of_date, metric_id, practice_id, sum(numerator) as numerator, sum(denominator) as denominator
            from intermediate.int_observation
            where npi is null
            group by all
        )
        select
            count(*) as compared,
            count(*) filter (
                abs(practices.numerator - clinicians.numerator - coalesce(without.numerator, 0)) > 1e-6
                or abs(practices.denominator - clinicians.denominator - coalesce(without.denominator, 0)) > 1e-6
            ) as differing
        from practices
        inner join clinicians using (as_of_date, metric_id, practice_id)
        left join without using (as_of_date, metric_id, practice_id)
        where metric_id in ({SUMS}) and metric_id in (select metric_id from reference.ref_metric where level = 'both')
    """
    compared, wrong = warehouse.execute(differing).fetchone()
    assert compared > 1000
    assert wrong == 0


@pytest.mark.parametrize("relation", ["intermediate.int_observation", "marts.metric_result"])
def test_a_proportion_is_a_part_of_a_whole(warehouse, relation):
    rows = f"from {relation} where metric_id in ({PROPORTIONS})"
    assert counted(warehouse, f"select count(*) {rows} and numerator > 0") > 1000
    assert counted(warehouse, f"select count(*) {rows} and (numerator < 0 or numerator > denominator)") == 0


def test_what_is_excluded_counts_nowhere(warehouse):
    excluded = "from intermediate.int_observation where excluded"
    assert counted(warehouse, f"select count(*) {excluded}") > 100
    assert counted(warehouse, f"select count(*) {excluded} and (numerator <> 0 or denominator <> 0)") == 0


def test_a_known_claim_stays_known_unless_it_is_replaced(warehouse):
    """A later as-of date knows every claim line of an earlier one, in the same or in a newer version."""
    lost = """
        with known as (
            select distinct dates.as_of_date, line.claim_id, line.claim_line_number, line.data_source
            from intermediate.int_as_of as dates
            inner join staging.stg_medical_claims as line
                on line.known_from <= dates.as_of_date
                and (line.known_until is null or line.known_until > dates.as_of_date)
        ),
        steps as (
            select as_of_date, lead(as_of_date) over (order by as_of_date) as next_date from intermediate.int_as_of
        )
        select count(*) as kept_or_lost, count(*) filter (later.claim_id is null) as lost
        from known
        inner join steps on known.as_of_date = steps.as_of_date and steps.next_date is not null
        left join known as later
            on later.as_of_date = steps.next_date
            and later.claim_id = known.claim_id
            and later.claim_line_number = known.claim_line_number
            and later.data_source is not distinct from known.data_source
    """
    compared, missing = warehouse.execute(lost).fetchone()
    assert compared > 1000
    assert missing == 0
