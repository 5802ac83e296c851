"""Training, gate, registry and scoring on the fabricated warehouse."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest
import skops.io

from ml import dataset, promotion, record, registry, scoring, training
from ml.candidates import Linear
from ml.registry import Tracking
from tests.conftest import ROOT
from tests.ml.conftest import Plan


@pytest.fixture
def home(trained, tmp_path):
    """A private copy of a trained home's warehouse and store."""
    warehouse, tracking, _ = trained
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(warehouse, folder / "w.duckdb")
    database = Path(tracking.uri.removeprefix("sqlite:///"))
    shutil.copy(database, folder / "mlflow.db")
    return folder / "w.duckdb", Tracking(f"sqlite:///{folder / 'mlflow.db'}", tracking.artifact_root)


def rows(warehouse, query):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchdf()


def test_the_first_model_is_promoted_and_recorded(trained):
    _, tracking, result = trained
    assert (result.status, result.model_version, result.promoted) == ("trained", 1, True)
    champion = registry.by_alias(tracking)
    assert champion.number == registry.by_alias(tracking, registry.CHALLENGER).number == 1
    mlflow = registry.mlflow_for(tracking)
    runs = mlflow.search_runs(experiment_names=[registry.NAME], output_format="list")
    parent = next(run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    assert len(runs) > 10  # a child a candidate
    assert {"model_auc", "persistence_auc", "noise_ceiling_auc", "wave_model_auc"} <= parent.data.metrics.keys()
    files = {f.path for f in mlflow.MlflowClient().list_artifacts(parent.info.run_id)}
    assert {"model_card.md", "figures.json", "drift.json", "plots", "decisions"} <= files
    card = mlflow.artifacts.load_text(f"runs:/{parent.info.run_id}/model_card.md")
    assert "oracle" in card
    assert not any(practice in card for practice in ("P000", "P001"))
    assert parent.inputs.dataset_inputs[0].dataset.digest == champion.tags["digest"]


def test_the_same_data_keeps_its_version(home):
    warehouse, tracking = home
    assert training.train(warehouse, tracking).status == "not_due"
    again = training.train(warehouse, tracking, force=True)
    assert (again.status, again.model_version) == ("unchanged", 1)
    assert len(registry.versions(tracking)) == 1


def test_every_active_practice_is_scored_and_traced(home):
    warehouse, tracking = home
    assert scoring.score(warehouse, tracking) == (60, registry.NAME, 1)
    risk = rows(warehouse, "select * from marts.practice_risk")
    assert risk["practice_id"].is_unique
    assert ((risk["risk_low"] <= risk["risk"]) & (risk["risk"] <= risk["risk_high"])).all()
    assert set(risk["path"]) == {"history"}
    assert set(risk["model_version"]) == {1}
    parts = rows(
        warehouse,
        """select risk, sum(contribution) as logit from marts.practice_contribution
        inner join marts.practice_risk using (practice_id) group by practice_id, risk""",
    )
    assert (1 / (1 + np.exp(-parts["logit"])) - parts["risk"]).abs().max() < 1e-6


def test_scores_are_the_same_in_a_fresh_process(home):
    warehouse, tracking = home
    scoring.score(warehouse, tracking)
    before = rows(warehouse, "select * from marts.practice_risk")
    code = (
        "import sys; from pathlib import Path; from ml import registry, scoring;"
        "scoring.score(Path(sys.argv[1]), registry.Tracking(sys.argv[2], Path(sys.argv[3])))"
    )
    arguments = [sys.executable, "-c", code, warehouse, tracking.uri, tracking.artifact_root]
    subprocess.run(list(map(str, arguments)), check=True, cwd=ROOT, capture_output=True)
    assert rows(warehouse, "select * from marts.practice_risk").equals(before)


def test_without_a_champion_there_is_no_risk(fabricated, store, tmp_path):
    copy = tmp_path / "w.duckdb"
    shutil.copy(fabricated, copy)
    database = tmp_path / "mlflow.db"
    empty = Tracking(f"sqlite:///{database}", tmp_path / "mlartifacts")
    assert scoring.score(copy, empty) == (60, None, None)
    risk = rows(copy, "select * from public.practice_risk")
    assert risk["risk"].isna().all()
    assert set(risk["path"]) == {"no_model"}


def test_too_few_labels_train_nothing(store, tmp_path):
    warehouse = Plan(practices=20, respondents=12).write(tmp_path / "w.duckdb")
    result = training.train(warehouse, store)
    assert (result.status, result.model_version) == ("too_few_labels", None)


def test_a_plan_without_surveys_has_practices_without_risk(tmp_path):
    warehouse = Plan(practices=15, waves=[]).write(tmp_path / "w.duckdb")
    empty = Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path / "mlartifacts")
    assert training.train(warehouse, empty).status == "too_few_labels"
    assert scoring.score(warehouse, empty).practices == 15
    assert len(rows(warehouse, "select * from marts.practice_label")) == 0


def test_a_tampered_model_file_is_not_loaded(home, tmp_path, monkeypatch):
    _, tracking = home
    champion = registry.by_alias(tracking)
    tampered = tmp_path / "model.skops"
    tampered.write_bytes(registry._model_file(tracking, champion.source).read_bytes() + b" ")
    monkeypatch.setattr(registry, "_model_file", lambda *_: tampered)
    with pytest.raises(registry.UntrustedModel, match="not the one that was registered"):
        registry.load(tracking, champion)


def test_a_champion_that_saw_no_newer_wave_is_judged_on_it(trained, home):
    warehouse, tracking = home
    champion = registry.by_alias(tracking)
    older = registry.Version(1, champion.run_id, champion.source, champion.tags | {"newest_wave": "2025H1"})
    table = dataset.read(warehouse)
    fitted = training.fit(table, seed=7)
    figures = training._on_held_out_wave(tracking, older, table, fitted, seed=7)
    assert figures["wave"] == "2025H2"
    assert 0.5 < figures["auc"] <= 1
    recorded = training._on_held_out_wave(tracking, champion, table, fitted, seed=7)
    assert recorded == record.held_out_figures(champion)


class Foreign(Linear):
    """A model type that nobody allowed."""


def test_a_foreign_type_is_neither_registered_nor_loaded():
    with pytest.raises(registry.UntrustedModel, match="Foreign"):
        registry.untrusted_types(Foreign(1.0))


def test_a_foreign_type_is_not_loaded_even_with_the_right_checksum(home, tmp_path, monkeypatch):
    _, tracking = home
    crafted = tmp_path / "model.skops"
    skops.io.dump(Foreign(1.0), crafted)
    checksum = hashlib.sha256(crafted.read_bytes()).hexdigest()
    monkeypatch.setattr(registry, "_model_file", lambda *_: crafted)
    with pytest.raises(registry.UntrustedModel, match="Foreign"):
        registry.load(tracking, registry.Version(1, "run", "source", {"sha256": checksum}))


def test_a_missing_feature_is_named(home):
    warehouse, tracking = home
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from reference.ref_metric where metric_id = 'wait_days'")
    with pytest.raises(record.MissingFeature, match="wait_days"):
        scoring.score(warehouse, tracking)


def test_a_challenger_is_refused_and_the_champion_can_be_rolled_back(home, monkeypatch):
    warehouse, tracking = home
    champion = registry.by_alias(tracking)
    for accepted, number in ((False, 2), (True, 3)):
        monkeypatch.setattr(
            promotion, "decide", lambda c, rival, e, yes=accepted: {"promoted": yes, "reasons": ["x"], "challenger": c}
        )
        result = training.train(warehouse, tracking, seed=number, force=True)
        assert (result.model_version, result.promoted) == (number, accepted)
        assert registry.by_alias(tracking, registry.CHALLENGER).number == number
        assert registry.by_alias(tracking).number == (number if accepted else champion.number)
    assert registry.roll_back(tracking, 1).number == registry.by_alias(tracking).number == 1
    with pytest.raises(ValueError, match="no version 9"):
        registry.roll_back(tracking, 9)


FIGURES = {"wave": "2025H2", "auc": 0.8, "brier": 0.15, "ece": 0.05}


@pytest.mark.parametrize(
    ("challenger", "error", "says"),
    [
        ({"brier": 0.14}, 0.05, None),
        ({"brier": 0.15}, 0.05, "Brier"),
        ({"brier": 0.14, "auc": 0.7}, 0.05, "AUC"),
        ({"brier": 0.14, "wave": "2025H1"}, 0.05, "judged on"),
        ({"brier": 0.14}, 0.2, "calibration"),
    ],
)
def test_the_gate(challenger, error, says):
    decision = promotion.decide(FIGURES | challenger, FIGURES, error)
    assert decision["promoted"] == (says is None)
    assert says is None or says in decision["reasons"][0]


def test_too_good_to_be_true_is_leakage():
    figures = {"noise_ceiling": {"auc": 0.9, "low": 0.85, "high": 0.94}, "pooled": {"model": {"auc": 0.95}}}
    with pytest.raises(training.Leakage, match="tells the answer"):
        training._refuse_leakage(figures)


def test_the_card_shows_the_ceiling_above_the_model(trained):
    warehouse, tracking, _ = trained
    figures = registry.mlflow_for(tracking).search_runs(experiment_names=[registry.NAME], output_format="list")
    metrics = next(run.data.metrics for run in figures if "model_auc" in run.data.metrics)
    assert metrics["model_auc"] <= metrics["noise_ceiling_high"]
    assert metrics["model_auc"] > 0.7
    assert dataset.read(warehouse).labelled_waves[-1] == record.held_out_figures(registry.by_alias(tracking))["wave"]
