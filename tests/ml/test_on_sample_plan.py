"""The model on a generated plan, against the truth that the pipeline never reads. `-s` prints the figures."""

import time

import duckdb
import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from ml import dataset, training
from ml.judgement import auc, drawn
from ml.registry import Tracking

pytestmark = pytest.mark.warehouse


def against_oracle(warehouse, truth, seed: int = 7) -> dict[str, dict]:
    """AUC, with its 95% interval, of the model, its rivals, and those who know true scores; on judged practices that
    were surveyed before. `way`: of the way from raw persistence to an oracle, the share that the model goes."""
    table = dataset.read(warehouse)
    with threadpool_limits(1):
        fitted = training.fit(table, seed)
    true = pd.read_csv(truth / "practice_wave.csv").set_index(["practice_id", "wave_id"])["pe_index"]
    before = dict(zip(list(table.starts)[1:], table.starts, strict=False))
    keys = table.keys.iloc[fitted.rows]
    now, last = (
        np.array(
            [
                true.get((practice, name(wave)), np.nan)
                for practice, wave in zip(keys["practice_id"], keys["wave_id"], strict=True)
            ]
        )
        for name in (lambda wave: wave, before.get)
    )
    surveyed = table.examples.has_history[fitted.rows] & ~np.isnan(now) & ~np.isnan(last)
    rivals = ("persistence", "shrunk_persistence", "prevalence", "no_history", "model")
    risks = {name: fitted.risks[name][surveyed] for name in rivals}
    risks |= {"true_score_of_last_wave": -last[surveyed], "oracle": -now[surveyed]}
    made = drawn({"auc": auc}, fitted.low[surveyed], risks, fitted.group[surveyed], seed)
    figures = {name: row["auc"].interval() for name, row in made.items()}
    figures["model_less_persistence"] = made["model"]["auc"].minus(made["persistence"]["auc"])
    gained = figures["model_less_persistence"]["value"]
    figures["way"] = {
        "to_oracle": gained / (figures["oracle"]["value"] - figures["persistence"]["value"]),
        "to_true_score_of_last_wave": gained
        / (figures["true_score_of_last_wave"]["value"] - figures["persistence"]["value"]),
        "chosen": fitted.chosen,
        "rows": int(surveyed.sum()),
    }
    return figures


def shown(figures: dict) -> str:
    """As docs/model.md has them."""
    lines = [
        f"{name:24} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        for name, row in figures.items()
        if "value" in row
    ]
    return "\n".join([*lines, str(figures["way"])])


def test_the_model_lies_between_persistence_and_the_oracle(plan, built_run):
    figures = against_oracle(built_run / "warehouse.duckdb", plan.truth)
    print(shown(figures))
    assert figures["persistence"]["value"] - 0.02 <= figures["model"]["value"] < figures["oracle"]["value"]
    assert figures["true_score_of_last_wave"]["value"] < figures["oracle"]["value"]
    assert figures["no_history"]["value"] > 0.6


@pytest.mark.slow
def test_figures_of_the_generated_plan(tmp_path, pulse):
    """The plan that `./pulse run` makes by itself: the figures of docs/model.md, and the time that training may take."""
    assert pulse("run", "--home", tmp_path).code == 0
    run = tmp_path / "runs" / (tmp_path / "LATEST").read_text().strip()
    figures = against_oracle(run / "warehouse.duckdb", tmp_path / "sample" / "truth")
    print(shown(figures))
    assert figures["model_less_persistence"]["low"] > 0
    assert figures["way"]["to_true_score_of_last_wave"] > 0.5
    started = time.process_time()
    empty = Tracking(f"sqlite:///{tmp_path / 'fresh.db'}", tmp_path / "fresh")
    assert training.train(run / "warehouse.duckdb", empty).status == "trained"
    assert time.process_time() - started < 60


def test_every_practice_has_a_risk_inside_its_interval(built_run):
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        strays = connection.execute(
            """select count(*) from public.practice_risk
            where not (risk_low <= risk and risk <= risk_high and risk between 0 and 1)
                or (risk is null) <> (path = 'no_data')"""
        ).fetchone()[0]
        practices, scored = connection.execute(
            """select (select count(*) from marts.dim_practice where is_active), count(*)
            from marts.practice_risk inner join marts.dim_practice using (practice_id) where is_active"""
        ).fetchone()
    assert strays == 0
    assert practices == scored


def test_labels_agree_with_the_unadjusted_marts(built_run):
    with duckdb.connect(str(built_run / "warehouse.duckdb"), read_only=True) as connection:
        apart, rows = connection.execute(
            """select max(abs(adjusted.score_raw - plain.score_raw)), count(*)
            from marts.survey_practice_score_adjusted as adjusted
            inner join marts.survey_practice_score as plain
                on adjusted.practice_id = plain.practice_id and adjusted.wave_id = plain.wave_id
                and adjusted.composite = plain.composite and plain.instrument = 'pooled' and plain.lob = 'all'"""
        ).fetchone()
    assert rows > 100
    assert apart < 1e-6
