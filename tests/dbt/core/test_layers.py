"""Which layer may read which, what its models are called, and what each must say of itself."""

import re
from pathlib import Path

import pytest

DBT = Path(__file__).parents[3] / "dbt"

# The spine of dates, who delivered what, and the run's own date: facts about a run, not about care.
RUN = "run"
MAY_READ = {
    "staging": {"feeds", RUN, "seeds"},  # of the seeds: synonyms, which normalise
    "intermediate": {
        "staging",
        "intermediate",
        "metrics",
        RUN,
        "seeds",
    },  # metrics: what turns observations into results
    "metrics": {"staging", "intermediate", "seeds"},
    "survey": {"staging", "survey", "intermediate", "seeds"},
    "marts": {"intermediate", "survey", "marts", "seeds"},
    "public": {"marts", "public", "intermediate", "seeds"},  # of the intermediate: see PUBLIC_READS_INSIDE
}
# What is read against the rule, and why.
ALLOWED = {
    ("int_step_score", "metric_result"): "both scorecards are made of it, and it of results",
    (
        "int_survey_as_known",
        "survey_practice_score",
    ): "features and survey results by as-of date are made of published means",
    ("outreach_contact", "stg_outreach_log"): "one feed, one mart: a model between them would copy it",
}
# Aggregates without any key to a person, which suppression needs before it can hide.
PUBLIC_READS_INSIDE = {"int_as_of", "int_step_score"}
NAMES = {
    "staging": r"stg_[a-z_]+",
    "intermediate": r"int_[a-z_]+",
    "metrics": r"[a-z][a-z0-9_]+",
    "survey": r"survey_[a-z_]+",
    "marts": r"[a-z][a-z_]+",
    "public": r"public_[a-z_]+",
}


def layer_of(node: dict) -> str:
    """Folder of a model, name of a source, `seeds` for a seed."""
    match node["resource_type"]:
        case "source":
            return node["source_name"]
        case "seed":
            return "seeds"
        case _:
            return Path(node["path"]).parts[0]


def in_layer(manifest, layer: str) -> dict[str, dict]:
    return {name: node for name, node in manifest.models.items() if layer_of(node) == layer}


def reads(manifest) -> list[tuple[dict, dict]]:
    """Every pair of a model and a node that it reads."""
    nodes = manifest.content["nodes"] | manifest.content["sources"]
    return [(model, nodes[read]) for model in manifest.models.values() for read in model["depends_on"]["nodes"]]


def test_layers_read_downwards(manifest):
    wrong = {
        (model["name"], read["name"])
        for model, read in reads(manifest)
        if layer_of(read) not in MAY_READ[layer_of(model)] and model["name"] != f"{read['name']}_companions"
    }
    assert wrong == set(ALLOWED)  # an exception that is no longer needed has to go, too


def test_staging_reads_the_feed_of_its_name(manifest):
    for name, node in in_layer(manifest, "staging").items():
        feeds = {
            f"stg_{read['name']}" for model, read in reads(manifest) if model is node and layer_of(read) == "feeds"
        }
        # A register row of a member is known from the first enrolment on.
        assert feeds == {name} | ({"stg_eligibility"} if name == "stg_members" else set())


def test_observations_are_read_by_results_alone(manifest):
    """Only generated unions read metrics, so that adding one edits nothing; companions may look at their own metric."""
    readers = {model["name"] for model, read in reads(manifest) if layer_of(read) == "metrics"}
    assert {reader for reader in readers if not reader.endswith(("_observation", "_companions"))} == set()


def test_public_reads_no_person(manifest):
    inside = {
        read["name"]
        for model, read in reads(manifest)
        if (layer_of(model), layer_of(read)) == ("public", "intermediate")
    }
    assert inside <= PUBLIC_READS_INSIDE
    assert not {name for name in inside if "person_key" in manifest.columns_of(name)}


@pytest.mark.parametrize("layer", NAMES)
def test_names_and_schemas_say_the_layer(manifest, layer):
    models = in_layer(manifest, layer)
    assert models
    # The survey's staging lives with the survey: its rows are private to that group.
    assert {node["schema"] for name, node in models.items() if name != "stg_survey_responses"} == {layer}
    assert all(re.fullmatch(NAMES[layer], name) for name in models)


def test_a_public_model_is_named_after_its_mart(manifest):
    for name, node in in_layer(manifest, "public").items():
        assert node["alias"] == name.removeprefix("public_")


def test_every_model_and_every_column_is_described(manifest):
    wrong = []
    for name, node in manifest.models.items():
        described = {column for column, about in node["columns"].items() if about["description"].strip()}
        if not node["description"].strip() or described != manifest.columns_of(name):
            wrong.append(f"{name}: {sorted(described ^ manifest.columns_of(name))}")
    assert not wrong, "\n".join(wrong)


def test_marts_and_public_models_have_owners_and_contracts(manifest):
    groups = {group["name"] for group in manifest.content["groups"].values()}
    for layer in ("marts", "public"):
        for name, node in in_layer(manifest, layer).items():
            assert node["config"]["group"] in groups, name
            assert node["config"]["contract"]["enforced"], name


def test_every_metric_has_a_contract_and_a_unit_test(manifest):
    tested = {test["model"] for test in manifest.content["unit_tests"].values()}
    for name, node in in_layer(manifest, "metrics").items():
        assert node["config"]["contract"]["enforced"], name
        assert name in tested, name


def test_every_feed_says_how_fresh_it_should_be(manifest):
    for source in manifest.content["sources"].values():
        if source["source_name"] == "feeds":
            assert source["loaded_at_field"], source["name"]
            assert source["freshness"]["warn_after"]["count"], source["name"]


def test_every_parameter_has_its_value_in_the_project_file_alone():
    with_a_default = re.compile(r"""\bvar\(\s*['"]\w+['"]\s*,""")
    for path in sorted((DBT / "models").rglob("*.sql")) + sorted((DBT / "macros").rglob("*.sql")):
        assert not with_a_default.search(path.read_text("utf-8")), path


def test_the_docs_open_with_our_own_page(manifest):
    assert "Practice Pulse" in manifest.content["docs"]["doc.practice_pulse.__overview__"]["block_contents"]


def test_list_page_and_model_are_exposures_of_owners(manifest):
    exposures = {node["name"]: node for node in manifest.content["exposures"].values()}
    assert {"outreach_list", "outreach_page", "low_cahps_risk_model"} <= set(exposures)
    for name, node in exposures.items():
        assert node["owner"]["name"], name
        assert node["depends_on"]["nodes"], name
