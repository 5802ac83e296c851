"""What a training leaves in MLflow: a parent run, a child a candidate, figures, plots, a card, a registered version.

Aggregates only: no practice is named, nothing of a person is there to name.
"""

import json

import numpy as np
import pandas as pd

from ml import card, explanation, plots, registry, watch
from ml.candidates import TwoPaths
from ml.registry import Tracking, Version

HELD_OUT = ("wave", "auc", "brier")


class MissingFeature(RuntimeError):
    """A warehouse lacks a column that a model was fitted on."""


def register(tracking: Tracking, table, fitted, figures: dict, decision: dict, digest: str, seed: int) -> Version:
    """Log everything about a training, register its model as challenger, and carry out the decision."""
    mlflow = registry.mlflow_for(tracking)
    experiment = registry.experiment_id(tracking)
    newest = table.labelled_waves[-1]
    features = as_expected(fitted.model, table.examples.features)
    learned = table.examples.take(table.examples.is_learnable)
    drifted = watch.drift(learned.features, _newest(table))
    served = watch.by_stratum(
        fitted.low, fitted.risks["model"], fitted.group, watch.strata(_rows(table.keys, fitted.rows)), seed
    )
    text = card.write(table, fitted, figures, decision, drifted, served)
    with mlflow.start_run(experiment_id=experiment, run_name=f"train-{newest}", log_system_metrics=False) as run:
        mlflow.set_tags({"newest_wave": newest, "digest": digest, "chosen": fitted.chosen})
        mlflow.log_params(
            {
                "seed": seed,
                "waves": len(table.labelled_waves),
                "labels": fitted.labels,
                "chosen": fitted.chosen,
                "no_history_chosen": fitted.no_history_chosen,
                "features": features.shape[1],
            }
        )
        mlflow.log_input(_described(mlflow, learned.features, digest), context="training")
        for name, pooled in figures["pooled"].items():
            mlflow.log_metrics({f"{name}_{key}": value for key, value in pooled.items() if value is not None})
        for step, (_, by_name) in enumerate(sorted(figures["by_wave"].items())):
            for name, by_wave in by_name.items():
                known = {f"wave_{name}_{key}": value for key, value in by_wave.items() if value is not None}
                mlflow.log_metrics(known, step=step)
        for name, figure in figures["intervals"].items():
            mlflow.log_metrics({f"model_{name}_low": figure["low"], f"model_{name}_high": figure["high"]})
        if figures["noise_ceiling"]:
            mlflow.log_metrics({f"noise_ceiling_{key}": value for key, value in figures["noise_ceiling"].items()})
        for name, candidate in figures["candidates"].items():
            with mlflow.start_run(experiment_id=experiment, run_name=name, nested=True, log_system_metrics=False):
                mlflow.log_params({"candidate": name, "labels": fitted.labels})
                mlflow.log_metrics({key: value for key, value in candidate.items() if value is not None})
        mlflow.log_dict(figures, "figures.json")
        mlflow.log_dict(_records(drifted), "drift.json")
        mlflow.log_dict(_records(served), "served.json")
        mlflow.log_text(text, "model_card.md")
        for name, figure in plots.draw(fitted, _importance(fitted, table), drifted):
            mlflow.log_figure(figure, f"plots/{name}.png")
            plots.close(figure)
        info = mlflow.sklearn.log_model(
            fitted.model,
            name="risk",
            serialization_format="skops",
            skops_trusted_types=registry.untrusted_types(fitted.model),
            signature=mlflow.models.infer_signature(features, fitted.model.predict_proba(features)),
            pyfunc_predict_fn="predict_proba",
            pip_requirements=["scikit-learn", "skops", "pandas", "scipy"],
        )
    tags = {
        "digest": digest,
        "newest_wave": newest,
        "chosen": fitted.chosen,
        "features": json.dumps(list(features.columns)),
        "held_out": json.dumps({key: decision["challenger"][key] for key in HELD_OUT}),
    }
    version = registry.register(tracking, info, run.info.run_id, tags)
    registry.promote(tracking, version, decision)
    return version


def held_out_figures(version: Version) -> dict:
    """A version's recorded figures on the newest wave that was not learned from when they were made."""
    return json.loads(version.tags["held_out"])


def as_expected(model: TwoPaths, features: pd.DataFrame) -> pd.DataFrame:
    """The columns a model was fitted on, in its order; MissingFeature names the first that is not there."""
    wanted = list(model.columns)
    missing = [column for column in wanted if column not in features]
    if missing:
        raise MissingFeature(f"feature '{missing[0]}' that the model needs is missing; train again on this warehouse")
    return features[wanted]


def _newest(table) -> pd.DataFrame:
    return table.examples.features[(table.keys["as_of_date"] == table.as_of).to_numpy()]


def _rows(keys: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return keys.iloc[rows].reset_index(drop=True)


def _importance(fitted, table) -> pd.Series:
    """Mean absolute contribution of each feature to the newest as-of date's scores, largest first."""
    parts, _ = explanation.contributions(fitted.model, _newest(table).reset_index(drop=True))
    return parts.abs().mean().sort_values(ascending=False, kind="stable")


def _described(mlflow, features: pd.DataFrame, digest: str):
    from mlflow.data.code_dataset_source import CodeDatasetSource

    return mlflow.data.from_pandas(features, source=CodeDatasetSource(tags={}), name="practice_waves", digest=digest)


def _records(frame: pd.DataFrame) -> list[dict]:
    return json.loads(frame.to_json(orient="records"))
