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


def test_a_practice_without_an_appointment_feed_has_no_appointment_metric(warehouse):
    """Not a bad one: nothing measured, no score, no verdict. Extended hours fall back on claims, which give no verdict either."""
    silent, judged, measured = warehouse.execute("""
        select
            count(distinct result.practice_id),
            count(*) filter (result.status not in ('not_applicable', 'insufficient')),
            count(*) filter (
                result.metric_id <> 'extended_hours_visit_share'
                and (
                    result.status <> 'not_applicable'
                    or result.value is not null
                    or result.score_0_100 is not null
                )
            )
        from marts.metric_result as result
        inner join reference.ref_metric as metric
            on result.metric_id = metric.metric_id and metric.required_feeds = 'appointments'
        where result.practice_id not in (
            select location_id from staging.stg_appointments where location_id is not null
        )
    """).fetchone()
    assert silent > 0
    assert (judged, measured) == (0, 0)


def test_a_late_claim_changes_a_later_date_and_not_an_earlier_one(warehouse):
    """Paid after an as-of date: unseen on that date, though the service lies before it, and seen on the next."""
    seen_early, seen_later = warehouse.execute("""
        with steps as (
            select as_of_date, lead(as_of_date) over (order by as_of_date) as next_date from intermediate.int_as_of
        ),
        late as (
            select steps.as_of_date, steps.next_date, line.claim_id
            from steps
            inner join staging.stg_medical_claims as line
                on line.claim_start_date <= steps.as_of_date and line.known_from <= steps.next_date
            group by all
            having min(line.known_from) > steps.as_of_date
        )
        select
            count(*) filter (service.as_of_date = late.as_of_date),
            count(*) filter (service.as_of_date = late.next_date)
        from late
        inner join intermediate.int_visit_service as service
            on late.claim_id = service.claim_id and service.as_of_date in (late.as_of_date, late.next_date)
    """).fetchone()
    assert seen_later > 100
    assert seen_early == 0
