"""Anonymous answers have one way out: the models that aggregate them."""

import re
from pathlib import Path

import yaml

MODELS = Path(__file__).parents[3] / "dbt" / "models"
SURVEY = MODELS / "survey"


def readers_of(name: str) -> set[str]:
    """Models whose SQL refers to a model or to a feed."""
    pattern = re.compile(rf"""(ref\(|source\('feeds',\s*)['"]{name}['"]\)""")
    return {path.stem for path in MODELS.rglob("*.sql") if pattern.search(path.read_text())}


def test_responses_are_read_by_the_scored_answers_alone():
    assert readers_of("survey_responses") == {"stg_survey_responses"}
    assert readers_of("stg_survey_responses") == {"survey_answer"}


def test_answers_are_read_by_aggregating_models_alone():
    inside = {path.stem for path in SURVEY.glob("*.sql")}
    for name in inside:
        assert readers_of(name) <= inside | {"survey_practice_score"}


def test_dbt_keeps_others_out():
    for path in SURVEY.glob("*.sql"):
        (model,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
        assert (model["config"]["group"], model["config"]["access"]) == ("survey", "private")
