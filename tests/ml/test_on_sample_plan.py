"""The model on a generated plan, against the truth that the pipeline never reads. `-s` prints the figures."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from ml import dataset, training
from ml.judgement import auc

pytestmark = pytest.mark.warehouse


def against_oracle(warehouse, truth) -> dict[str, float]:
    """AUC of the model, raw persistence and an oracle of the true score, on judged practices surveyed before."""
    table = dataset.read(warehouse)
    with threadpool_limits(1):
        fitted = training.fit(table, seed=7)
    keys = table.keys.iloc[fitted.rows][["practice_id", "wave_id"]].reset_index(drop=True)
    known = pd.read_csv(truth / "practice_wave.csv")[["practice_id", "wave_id", "pe_index"]]
    true = keys.merge(known, on=["practice_id", "wave_id"], how="left", validate="1:1")["pe_index"].to_numpy()
    surveyed = table.examples.has_history[fitted.rows] & ~np.isnan(true)
    low = fitted.low[surveyed]
    figures = {name: auc(low, fitted.risks[name][surveyed]) for name in ("persistence", "shrunk_persistence", "model")}
    figures["oracle"] = auc(low, -true[surveyed])
    figures["no_history"] = auc(low, fitted.risks["no_history"][surveyed])
    figures["way"] = (figures["model"] - figures["persistence"]) / (figures["oracle"] - figures["persistence"])
    return figures


def test_the_model_lies_between_persistence_and_the_oracle(plan, built_run):
    figures = against_oracle(built_run / "warehouse.duckdb", plan.truth)
    print({name: round(value, 3) for name, value in figures.items()})
    assert figures["persistence"] - 0.02 <= figures["model"] < figures["oracle"]
    assert figures["no_history"] > 0.6


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
