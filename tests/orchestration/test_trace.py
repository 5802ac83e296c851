"""Every item of the plan's documents leads to something that is measured, or says why not."""

import duckdb
import pytest

from orchestration.trace import METRICS, read_seed

TRACE = read_seed("ref_trace")
KNOWN = (
    {row["metric_id"] for row in read_seed("ref_metric")}
    | {row["item_id"] for row in read_seed("ref_survey_item")}
    | {"compliance_index"}
)


def test_rows_are_whole():
    assert len(TRACE) > 150
    for row in TRACE:
        measures = [m for m in row["measured_by"].split(";") if m]
        assert set(measures) <= KNOWN, row
        assert bool(measures) == (row["status"] != "context"), row
        assert bool(row["note"]) == (row["status"] != "covered"), row


def test_every_metric_and_survey_item_stands_for_something():
    used = {m for row in TRACE for m in row["measured_by"].split(";")}
    assert {row["metric_id"] for row in read_seed("ref_metric")} - used == set()


def test_every_metric_has_a_model_with_a_unit_test():
    for row in read_seed("ref_metric"):
        text = next(METRICS.glob(f"*/{row['metric_id']}.yml")).read_text("utf-8")
        assert "unit_tests:" in text, row["metric_id"]


@pytest.mark.warehouse
def test_what_is_not_context_has_data_in_the_sample_plan(built_run):
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        measured = connection.execute(
            """
            select distinct metric_id from marts.metric_result where denominator > 0
            union select distinct item_id from survey.survey_answer where score is not null
            union select 'compliance_index' from marts.practice_scorecard where compliance_index is not null
            """
        ).fetchall()
    measured = {measure for (measure,) in measured}
    empty = [
        row["trace_id"]
        for row in TRACE
        if row["status"] != "context" and measured.isdisjoint(row["measured_by"].split(";"))
    ]
    assert empty == []
