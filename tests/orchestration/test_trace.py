"""Every item of the plan's documents leads to something that is measured, or says why not."""

from collections import Counter

import duckdb
import pytest

from orchestration.trace import METRICS, read_seed

TRACE = read_seed("ref_trace")
KNOWN = (
    {row["metric_id"] for row in read_seed("ref_metric")}
    | {row["companion_id"] for row in read_seed("ref_companion")}
    | {row["item_id"] for row in read_seed("ref_survey_item")}
    | {"compliance_index"}
)


# Items of the catalogue's part A: general statements, responsibilities, duties, culture, steps, touchpoints, questions, systems.
ITEMS = {"G": 3, "R": 10, "P": 12, "C": 13, "S": 63, "T": 7, "Q": 20, "Y": 27}


def test_no_item_is_left_out():
    assert Counter(row["trace_id"][0] for row in TRACE) == ITEMS
    assert len({row["trace_id"] for row in TRACE}) == len(TRACE)
    for family in "GCTQY":
        assert {f"{family}{n}" for n in range(1, ITEMS[family] + 1)} <= {row["trace_id"] for row in TRACE}


def test_rows_are_whole():
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
            union select distinct companion_id from marts.companion_result where denominator > 0
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
