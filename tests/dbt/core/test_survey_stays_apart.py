"""No path leads from a survey answer to a person, neither by what dbt lets a model read nor by what is read today."""

from pathlib import Path

import pytest

WAY_OUT = "survey_practice_score"  # means of groups; its YAML says how large they have to be
# The spine of dates: it looks at the feeds for how far back evidence goes and hands on nothing but dates and waves.
KNOWS_NOBODY = {"int_as_of": {"as_of_date", "is_run_as_of", "wave_id"}}

JOINS_ANSWERS_TO_MEMBERS = """\
select
    answers.response_code,
    members.person_key
from {{ ref('stg_survey_responses') }} as answers
inner join {{ ref('stg_members') }} as members
    on answers.age_band = members.gender
"""


def test_dbt_refuses_a_model_that_joins_answers_to_members(project: Path, dbt):
    model = project / "models" / "intermediate" / "int_who_answered.sql"
    model.write_text(JOINS_ANSWERS_TO_MEMBERS, encoding="utf-8")
    done = dbt("parse", project=project)
    assert done.code != 0
    assert "int_who_answered" in done.out
    assert "stg_survey_responses" in done.out
    assert "not allowed because the referenced node is private to the 'survey' group" in " ".join(done.out.split())


@pytest.fixture(scope="module")
def people(manifest) -> set[str]:
    """Models with a key to a person."""
    return {model for model in manifest.models if "person_key" in manifest.columns_of(model)}


@pytest.fixture(scope="module")
def survey(manifest) -> set[str]:
    """Models of the group survey: answers, and what is computed from them before it leaves the group."""
    return {name for name, node in manifest.models.items() if node["config"]["group"] == "survey"}


def everything_read_by(manifest, models: set[str], stop_at: set[str] = frozenset()) -> set[str]:
    """The models themselves and all that they read, directly or not; nothing beyond `stop_at`."""
    found, ahead = set(), set(models)
    while ahead:
        model = ahead.pop()
        found.add(model)
        ahead |= manifest.parents_of(model) - found - stop_at
    return found


def test_every_model_that_reads_answers_is_in_the_group(manifest, survey):
    assert {"stg_survey_responses", "survey_answer"} <= survey
    inside = {name for name, node in manifest.models.items() if node["schema"] == "survey"}
    assert survey == inside | {WAY_OUT}
    assert {name for name in survey if manifest.models[name]["access"] != "private"} == {WAY_OUT}


def test_nothing_about_a_person_reaches_the_survey_models(manifest, people, survey):
    assert len(people) > 50  # the check would hold of an empty set
    assert not everything_read_by(manifest, survey, stop_at=set(KNOWS_NOBODY)) & people


def test_no_answer_reaches_a_model_with_people(manifest, people, survey):
    assert not {model for model in people if everything_read_by(manifest, {model}) & survey}


def test_the_shared_spine_of_dates_holds_nothing_but_dates(manifest):
    for model, columns in KNOWS_NOBODY.items():
        assert manifest.columns_of(model) == columns
