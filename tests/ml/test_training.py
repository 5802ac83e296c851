"""Training, gate, registry and scoring on the fabricated warehouse."""

import copy
import hashlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import skops.io

from ml import (
    assessment,
    backtest,
    candidates,
    card,
    dataset,
    promotion,
    record,
    registry,
    scoring,
    succession,
    training,
    watch,
)
from ml.candidates import Calibrated, Linear, TwoPaths
from ml.judgement import auc_difference
from ml.registry import Tracking
from tests.conftest import ROOT
from tests.ml.conftest import Plan

FIGURES_LOGGED = {
    f"{name}_{figure}{end}"
    for name in ("model", "persistence", "shrunk_persistence", "prevalence", "no_history")
    for figure in ("auc", "average_precision", "precision_at_10pct", "recall_at_10pct", "lift_at_10pct", "brier")
    for end in ("", "_low", "_high")
} | {
    "model_brier_skill",
    "model_ece",
    "model_calibration_slope",
    "model_net_benefit_low",
    "net_benefit_of_contact_all",
    "net_benefit_of_contact_none",
    "auc_over_persistence_low",
    "brier_over_shrunk_persistence_high",
    "noise_ceiling_auc",
    "access_model_auc",
    "access_persistence_auc",
    "access_noise_ceiling_auc",
    "wave_model_auc",
}


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
    assert parent.data.metrics.keys() >= FIGURES_LOGGED
    for run in runs:
        if run is not parent:
            assert {"auc", "brier", "wave_auc"} <= run.data.metrics.keys()
            assert run.data.params["candidate"] == run.info.run_name
    client = mlflow.MlflowClient()
    assert len(client.get_metric_history(parent.info.run_id, "wave_model_auc")) == 4  # a step a foretold wave
    plots = {Path(f.path).stem for f in client.list_artifacts(parent.info.run_id, "plots")}
    assert plots == {"calibration", "gains", "net_benefit", "contributions", "drift"}
    files = {f.path for f in client.list_artifacts(parent.info.run_id)}
    assert {"model_card.md", "figures.json", "drift.json", "plots", "decisions"} <= files
    card = mlflow.artifacts.load_text(f"runs:/{parent.info.run_id}/model_card.md")
    assert "oracle" in card
    assert not any(practice in card for practice in ("P000", "P001"))
    for heading in (
        "**Use.**",
        "**Data.**",
        "## Figures",
        "## Calibration",
        "## Access",
        "## Whom it serves",
        "## Limits",
    ):
        assert heading in card
    assert "generated plan describe generated data" in card
    data = parent.inputs.dataset_inputs[0].dataset
    assert data.digest == champion.tags["data"]
    assert "access_rate" in data.schema
    assert registry.columns(tracking, champion) == json.loads(champion.tags["features"])


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
    kinds = watch.strata(table.keys).iloc[fitted.rows].reset_index(drop=True)
    figures = training._on_held_out_wave(tracking, older, table, fitted, kinds, seed=7)
    assert figures["wave"] == "2025H2"
    assert 0.5 < figures["auc"] <= 1
    recorded = training._on_held_out_wave(tracking, champion, table, fitted, kinds, seed=7)
    assert recorded == succession.judged(champion)


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


def test_a_challenger_is_refused_or_takes_over(home, monkeypatch):
    warehouse, tracking = home
    champion = registry.by_alias(tracking)
    for accepted, number in ((False, 2), (True, 3)):
        monkeypatch.setattr(
            promotion,
            "decide",
            lambda c, rival, e, f, yes=accepted: {"promoted": yes, "reasons": ["x"], "challenger": c},
        )
        result = training.train(warehouse, tracking, seed=number, force=True)
        assert (result.model_version, result.promoted) == (number, accepted)
        assert registry.by_alias(tracking, registry.CHALLENGER).number == number
        assert registry.by_alias(tracking).number == (number if accepted else champion.number)


def test_a_file_that_scores_otherwise_is_a_fault(home, monkeypatch):
    warehouse, tracking = home
    champion, table = registry.by_alias(tracking), dataset.read(warehouse)
    model = registry.load(tracking, champion)
    assert training.faults_of_file(tracking, champion, model, table) == []
    shifted = copy.deepcopy(model)
    shifted.with_history.intercept += 1e-12
    assert "other scores" in training.faults_of_file(tracking, champion, shifted, table)[0]
    narrower = replace(
        table, examples=replace(table.examples, features=table.examples.features.drop(columns="wait_days"))
    )
    assert "columns" in training.faults_of_file(tracking, champion, model, narrower)[0]
    monkeypatch.setattr(registry, "_sha256", lambda path: "0")
    assert "not the one that was registered" in training.faults_of_file(tracking, champion, model, table)[0]


def test_a_version_can_be_reproduced_from_its_record(home):
    warehouse, tracking = home
    version = registry.by_alias(tracking)
    said = record.parameters(tracking, version)
    assert said["seed"] == "7"
    assert said.keys() >= {"data", "code", "python", "scikit-learn", "numpy", "labels", "chosen"}
    assert set(training.reproduce(warehouse, tracking, version).values()) == {True}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update marts.metric_result set value_shrunk = value_shrunk * 1.1 where practice_id = 'P003'"
        )
        connection.execute("update marts.practice_label set pe_index_adjusted = 20 where practice_id = 'P003'")
    changed = training.reproduce(warehouse, tracking, version)
    assert (changed["same_data"], changed["same_code"], changed["same_scores"]) == (False, True, False)


FIGURES = {"wave": "2025H2", "auc": 0.8, "brier": 0.15, "net_benefit_at_10pct": 0.05, "recall": {"kind=fqhc": 0.4}}


@pytest.mark.parametrize(
    ("challenger", "error", "says"),
    [
        ({"brier": 0.14}, 0.05, None),
        ({"brier": 0.15}, 0.05, "Brier"),
        ({"brier": 0.14, "auc": 0.7}, 0.05, "AUC"),
        ({"brier": 0.14, "wave": "2025H1"}, 0.05, "judged on"),
        ({"brier": 0.14}, 0.2, "calibration"),
        ({"brier": 0.14, "net_benefit_at_10pct": 0.035}, 0.05, "net benefit"),
        ({"brier": 0.14, "recall": {"kind=fqhc": 0.29}}, 0.05, "recall of kind=fqhc"),
        ({"brier": 0.14, "recall": {"kind=fqhc": 0.31, "kind=rhc": 0.0}}, 0.05, None),
    ],
)
def test_the_gate(challenger, error, says):
    decision = promotion.decide(FIGURES | challenger, FIGURES, error)
    assert decision["promoted"] == (says is None)
    assert says is None or says in decision["reasons"][0]


def test_a_faulty_file_is_refused_even_as_the_first():
    decision = promotion.decide(FIGURES, None, 0.05, ["the model read back from its file gives other scores"])
    assert not decision["promoted"]
    assert promotion.decide(FIGURES, None, 0.05)["reasons"] == ["first model"]


@pytest.mark.parametrize(("better", "kept"), [(0.0, "persistence"), (9.0, "other")])
def test_where_nothing_beats_persistence_by_more_than_chance_it_is_the_model(fabricated, better, kept):
    table = dataset.read(fabricated)
    rows = np.flatnonzero(~np.isnan(table.examples.score) & table.examples.has_history)
    surveyed = table.examples.take(rows)
    surveyed = surveyed.with_cut(dataset.cuts(surveyed, table.teachers))
    pool = [candidates.Candidate("persistence", Linear(1.0, columns=["last_score"]))]
    folds = dataset.forward_folds(surveyed.wave, table.teachers)
    plain = backtest.select(surveyed, pool, folds, 7, dataset.teach_soft)
    last = plain.logits["persistence"]
    lucky = last + np.random.default_rng(0).normal(0, 0.3, len(rows)) + better * np.nan_to_num(surveyed.low)
    made = replace(plain, chosen="other", logits=plain.logits | {"other": lucky})
    earned = training._earned(surveyed, pool, made, table.teachers, 7, dataset.teach_soft)
    assert earned.chosen == kept
    if kept == "persistence":
        assert earned.model.model.columns == ["last_score"]


def test_the_card_says_so_where_persistence_is_the_model():
    figures = {"chosen": "persistence", "against": {"persistence": {"auc": {"low": 0.0}}}}
    assert "last wave's score itself is the model" in card._verdict(figures)
    figures["chosen"] = "logistic"
    assert "does not beat" in card._verdict(figures)
    figures["against"]["persistence"]["auc"]["low"] = 0.01
    assert card._verdict(figures) == "It beats last wave's score by more than chance."


def test_the_choice_gives_way_unless_its_interval_is_above_persistence(fabricated):
    table = dataset.read(fabricated)
    fitted = training.fit(table, seed=7)
    figures = assessment.assess(fitted, seed=7)
    surveyed = table.examples.has_history[fitted.rows]
    gap = auc_difference(
        fitted.low[surveyed],
        fitted.risks["model"][surveyed],
        fitted.risks["persistence"][surveyed],
        fitted.group[surveyed],
        seed=7,
    )
    assert (fitted.chosen == "persistence") != (gap["low"] > 0)
    assert set(figures["against"]) == {"persistence", "shrunk_persistence", "prevalence"}
    assert figures["net_benefit"]["contact_none"]["value"] == 0
    assert figures["net_benefit"]["model"]["value"] > figures["net_benefit"]["contact_all"]["value"]


def test_too_good_to_be_true_is_leakage():
    figures = {"noise_ceiling": {"auc": 0.9, "low": 0.85, "high": 0.94}, "pooled": {"model": {"auc": 0.95}}}
    with pytest.raises(assessment.Leakage, match="tells the answer"):
        assessment.refuse_leakage(figures)


def test_the_card_shows_the_ceiling_above_the_model(trained):
    warehouse, tracking, _ = trained
    figures = registry.mlflow_for(tracking).search_runs(experiment_names=[registry.NAME], output_format="list")
    metrics = next(run.data.metrics for run in figures if "model_auc" in run.data.metrics)
    for outcome in ("", "access_"):
        assert 0.7 < metrics[f"{outcome}model_auc"] <= metrics[f"{outcome}noise_ceiling_high"]
    assert dataset.read(warehouse).labelled_waves[-1] == succession.judged(registry.by_alias(tracking))["wave"]


def test_what_is_known_of_the_model_is_public_and_names_nobody(home):
    warehouse, tracking = home
    scoring.score(warehouse, tracking)
    figures = rows(warehouse, "select * from public.model_figure")
    assert {"model", "persistence", "model less persistence", "noise ceiling"} <= set(figures["subject"])
    assert set(figures["outcome"]) == {"pe_index", "access"}
    watched = rows(warehouse, "select * from public.model_watch")
    assert {"risk", "wait_days"} <= set(watched.loc[watched["kind"] == "drift", "subject"])
    assert "served" in set(watched["kind"])
    for table in (figures, watched):
        assert not table.astype(str).apply(lambda column: column.str.contains(r"\bP0\d\d\b")).to_numpy().any()
    as_of = str(dataset.read(warehouse).as_of.date())
    logged = registry.recorded(tracking, registry.by_alias(tracking), f"watch/{as_of}.json")
    assert len(logged["rows"]) == len(watched)


def test_earlier_releases_lists_are_judged(home, tmp_path):
    warehouse, tracking = home
    path = tmp_path / "practice_risk.parquet"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"""copy (select practice_id, date '2025-06-30' as as_of_date, (100 - pe_index_adjusted) / 100 as risk,
                1 as model_version from marts.practice_label where wave_id = '2025H2') to '{path}' (format parquet)"""
        )
    scoring.score(warehouse, tracking, [path])
    lists = rows(warehouse, "select * from marts.model_watch where kind = 'list'").set_index("figure")
    assert set(lists["subject"]) == {"2025-06-30 for 2025H2, version 1"}
    assert lists.loc["auc", "value"] == 1.0


@pytest.mark.slow
def test_ten_thousand_practices_are_scored_in_two_seconds(home):
    """Risk, interval and explanation of the costliest candidate; processor time, which a busy machine does not stretch."""
    table = dataset.read(home[0])
    learned = table.examples.take(table.examples.is_learnable & table.examples.has_history)
    bare = learned.without_history()
    model = TwoPaths(
        Calibrated(
            backtest.fit("blend_history", candidates.with_history(learned, 7), learned), 1.0, 0.0, np.zeros(900)
        ),
        Calibrated(backtest.fit("blend", candidates.no_history(bare, 7), bare), 1.0, 0.0, np.zeros(900)),
        dataset.HISTORY,
    )
    random = np.random.default_rng(0)
    rows_drawn = random.integers(0, len(learned), 10_000)
    features = learned.features.iloc[rows_drawn].reset_index(drop=True)
    features += random.normal(0, 0.01, features.shape)  # no two alike
    keys = pd.DataFrame({"practice_id": np.arange(10_000).astype(str), "as_of_date": table.as_of})
    started = time.process_time()
    risk, interval = model.predict_proba(features)[:, 1], model.risk_interval(features)
    parts = scoring.explained(model, keys, features, table.steps)
    assert time.process_time() - started < 2.0
    assert ((interval[:, 0] <= risk) & (risk <= interval[:, 1])).all()
    assert len(parts) == 10_000 * (features.shape[1] + 1)
