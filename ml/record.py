"""What a training leaves in MLflow: a parent run, a child a candidate, figures, plots, a card, a registered version.

Aggregates only: no practice is named, nothing of a person is there to name.
"""

import json
import platform
from importlib.metadata import version as installed
from typing import NamedTuple

import pandas as pd

from ml import card, explanation, plots, registry, watch
from ml.candidates import TwoPaths
from ml.registry import Tracking, Version

LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "skops", "duckdb")


class MissingFeature(RuntimeError):
    """A warehouse lacks a column that a model was fitted on."""


class Log(NamedTuple):
    """All that is recorded of a training.

    table, fitted, figures (assessment.assess, with `access`), kinds (watch.strata of the judged rows), challenger
    (assessment.held_out), digest (training.fingerprint), code (training.code_digest), seed, source (id of the run whose
    warehouse was learned from)
    """

    table: object
    fitted: object
    figures: dict
    kinds: pd.DataFrame
    challenger: dict
    digest: str
    code: str
    seed: int
    source: str


def register(tracking: Tracking, log: Log) -> Version:
    """Log everything that is known before the gate, and register the model as challenger."""
    mlflow = registry.mlflow_for(tracking)
    experiment = registry.experiment_id(tracking)
    table, fitted, figures = log.table, log.fitted, log.figures
    newest = table.labelled_waves[-1]
    features = as_expected(fitted.model, table.examples.features)
    learned = table.examples.take(table.examples.is_learnable)
    drifted, served = watched(log)
    with mlflow.start_run(experiment_id=experiment, run_name=f"train-{newest}", log_system_metrics=False) as run:
        mlflow.set_tags({"newest_wave": newest, "digest": log.digest, "chosen": fitted.chosen, "source": log.source})
        mlflow.log_params(
            {
                "seed": log.seed,
                "waves": len(table.labelled_waves),
                "labels": fitted.labels,
                "chosen": fitted.chosen,
                "no_history_chosen": fitted.no_history_chosen,
                "features": features.shape[1],
                "data": table.digest(),
                "code": log.code,
                **libraries(),
            }
        )
        mlflow.log_input(_described(mlflow, learned.features, table.digest(), log.source), context="training")
        _log_figures(mlflow, figures)
        for name, candidate in figures["candidates"].items():
            with mlflow.start_run(experiment_id=experiment, run_name=name, nested=True, log_system_metrics=False):
                mlflow.log_params({"candidate": name, "labels": fitted.labels, "seed": log.seed})
                mlflow.log_metrics(_known(candidate, ("auc", "brier", "rows")))
                for step, by_wave in enumerate(candidate["waves"].values()):
                    mlflow.log_metrics({f"wave_{key}": v for key, v in _known(by_wave).items()}, step=step)
        mlflow.log_dict(figures, "figures.json")
        mlflow.log_dict(_records(drifted), "drift.json")
        mlflow.log_dict(_records(served), "served.json")
        for name, figure in plots.draw(fitted, figures, _importance(fitted, table), drifted):
            mlflow.log_figure(figure, f"plots/{name}.png")
            plots.close(figure)
        info = mlflow.sklearn.log_model(
            fitted.model,
            name="risk",
            serialization_format="skops",
            skops_trusted_types=registry.untrusted_types(fitted.model),
            signature=mlflow.models.infer_signature(features, fitted.model.predict_proba(features)),
            pyfunc_predict_fn="predict_proba",
            pip_requirements=[f"{name}=={installed(name)}" for name in ("scikit-learn", "skops", "pandas", "scipy")],
        )
    tags = {
        "digest": log.digest,
        "data": table.digest(),
        "code": log.code,
        "source": log.source,
        "newest_wave": newest,
        "chosen": fitted.chosen,
        "features": json.dumps(list(features.columns)),
        "held_out": json.dumps(log.challenger),
        "calibration_error": repr(figures["pooled"]["model"]["ece"]),
    }
    return registry.register(tracking, info, run.info.run_id, tags)


def conclude(tracking: Tracking, version: Version, log: Log, decision: dict) -> None:
    """Record the gate's decision and carry it out; the card, which tells it, comes last."""
    registry.conclude(tracking, version, decision)
    text = card.write(log.table, log.fitted, log.figures, decision, *watched(log))
    registry.mlflow_for(tracking).MlflowClient().log_text(version.run_id, text, "model_card.md")


def watched(log: Log) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(drift of the newest as-of date against what was learned from, results by kind of practice)."""
    learned = log.table.examples.take(log.table.examples.is_learnable)
    fitted = log.fitted
    return (
        watch.drift(learned.features, _newest(log.table)),
        watch.by_stratum(fitted.low, fitted.risks["model"], fitted.group, log.kinds, log.seed),
    )


def parameters(tracking: Tracking, version: Version) -> dict[str, str]:
    """What the run that made a version was given: seed, data and code digests, libraries, choices."""
    return dict(registry.mlflow_for(tracking).MlflowClient().get_run(version.run_id).data.params)


def libraries() -> dict[str, str]:
    """Versions that a fit depends on."""
    return {"python": platform.python_version(), **{name: installed(name) for name in LIBRARIES}}


def as_expected(model: TwoPaths, features: pd.DataFrame) -> pd.DataFrame:
    """The columns a model was fitted on, in its order; MissingFeature names the first that is not there."""
    wanted = list(model.columns)
    missing = [column for column in wanted if column not in features]
    if missing:
        raise MissingFeature(f"feature '{missing[0]}' that the model needs is missing; train again on this warehouse")
    return features[wanted]


def _log_figures(mlflow, figures: dict) -> None:
    """Metrics as MLflow compares and draws them: pooled, with the ends of their intervals, and a step a wave."""
    for name, row in figures["intervals"].items():
        for key, figure in row.items():
            mlflow.log_metrics(_known({f"{name}_{key}": figure["value"]}))
            mlflow.log_metrics(_known({f"{name}_{key}_{end}": figure[end] for end in ("low", "high")}))
    for rival, row in figures["against"].items():
        for key, gap in row.items():
            mlflow.log_metrics(_known({f"{key}_over_{rival}_{end}": value for end, value in gap.items()}))
    for name, benefit in figures["net_benefit"].items():
        mlflow.log_metrics(_known({f"net_benefit_of_{name}": benefit["value"]}))
    for step, (_, by_name) in enumerate(sorted(figures["by_wave"].items())):
        for name, by_wave in by_name.items():
            mlflow.log_metrics(_known({f"wave_{name}_{key}": value for key, value in by_wave.items()}), step=step)
    if figures["noise_ceiling"]:
        mlflow.log_metrics({f"noise_ceiling_{key}": value for key, value in figures["noise_ceiling"].items()})
    if figures["access"]:
        for name, row in figures["access"]["pooled"].items():
            mlflow.log_metrics(_known({f"access_{name}_{key}": value for key, value in row.items()}))
        if figures["access"]["noise_ceiling"]:
            ends = figures["access"]["noise_ceiling"].items()
            mlflow.log_metrics({f"access_noise_ceiling_{key}": value for key, value in ends})


def _known(figures: dict, keys: tuple[str, ...] | None = None) -> dict:
    return {key: value for key, value in figures.items() if value is not None and (keys is None or key in keys)}


def _newest(table) -> pd.DataFrame:
    return table.examples.features[(table.keys["as_of_date"] == table.as_of).to_numpy()]


def _importance(fitted, table) -> pd.Series:
    """Mean absolute contribution of each feature to the newest as-of date's scores, largest first."""
    parts, _ = explanation.contributions(fitted.model, _newest(table).reset_index(drop=True))
    return parts.abs().mean().sort_values(ascending=False, kind="stable")


def _described(mlflow, features: pd.DataFrame, digest: str, source: str):
    from mlflow.data.code_dataset_source import CodeDatasetSource

    return mlflow.data.from_pandas(
        features, source=CodeDatasetSource(tags={"run": source}), name="practice_waves", digest=digest
    )


def _records(frame: pd.DataFrame) -> list[dict]:
    return json.loads(frame.to_json(orient="records"))
