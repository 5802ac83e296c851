from pathlib import Path

from orchestration.metric_union import OBSERVATION_COLUMNS, metric_union_sql

DBT = Path(__file__).parents[3] / "dbt"


def registry(folder: Path, *metric_ids: str) -> Path:
    path = folder / "ref_metric.csv"
    path.write_text("metric_id,name\n" + "".join(f"{metric_id},any\n" for metric_id in metric_ids))
    return path


def test_union_names_each_metric_once_with_all_columns(tmp_path):
    sql = metric_union_sql(registry(tmp_path, "b_rate", "a_rate"))
    assert sql.count("union all") == 1
    assert sql.index("ref('a_rate')") < sql.index("ref('b_rate')")
    assert all(sql.count(f"    {column}") == 2 for column in OBSERVATION_COLUMNS)


def test_union_does_not_depend_on_the_order_of_the_registry(tmp_path):
    forward = metric_union_sql(registry(tmp_path, "a_rate", "b_rate"))
    assert forward == metric_union_sql(registry(tmp_path, "b_rate", "a_rate"))


def test_committed_union_is_the_generated_one():
    committed = (DBT / "models" / "intermediate" / "int_observation.sql").read_text()
    assert committed == metric_union_sql(DBT / "seeds" / "ref_metric.csv")
