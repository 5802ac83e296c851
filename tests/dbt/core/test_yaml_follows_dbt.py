"""dbt accepts a misspelt key of a YAML in silence on DuckDB; its own JSON schema does not."""

from pathlib import Path

import pytest
import yaml
from dbt.jsonschemas.jsonschemas import CustomDraft7Validator, project_schema, resources_schema

DBT = Path(__file__).parents[3] / "dbt"
PROPERTIES = sorted(path for room in ("models", "seeds") for path in (DBT / room).rglob("*.yml"))


def complaints(schema: dict, content: dict) -> list[str]:
    errors = CustomDraft7Validator(schema).iter_errors(content)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors]


def test_properties_are_valid():
    schema = resources_schema()
    found = [
        f"{path.relative_to(DBT)}: {complaint}"
        for path in PROPERTIES
        for complaint in complaints(schema, yaml.safe_load(path.read_text("utf-8")))
    ]
    assert len(PROPERTIES) > 100
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "model",
    [
        {"name": "a", "grain": "one row per practice"},
        {"name": "a", "columns": [{"name": "b", "data_tets": ["not_null"]}]},
        {"name": "a", "config": {"materialised": "table"}},
    ],
)
def test_a_misspelt_key_is_found(model):
    assert complaints(resources_schema(), {"version": 2, "models": [model]})


def test_the_project_file_is_valid():
    content = yaml.safe_load((DBT / "dbt_project.yml").read_text("utf-8"))
    assert not complaints(project_schema(), content)
