"""Models and their record, in MLflow: what is registered, which version is champion, and how one is loaded safely.

MLflow reads the list of types to trust from the model itself, so a crafted model would be trusted. Here a model file
is loaded only when its checksum is the registered one and it holds no type outside our own list.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from expectations import BadInput

NAME = "low-cahps-risk"
CHAMPION, CHALLENGER = "champion", "challenger"

# Types that skops does not trust by itself and that our candidates consist of.
ALLOWED_TYPES = frozenset(
    {
        "functools.partial",
        "ml.candidates.AdditiveBoosting",
        "ml.candidates.Blend",
        "ml.candidates.Calibrated",
        "ml.candidates.Linear",
        "ml.candidates.NormalScores",
        "ml.candidates.Prevalence",
        "ml.candidates.QuantileBins",
        "ml.candidates.ScoreCurves",
        "ml.candidates.TwoPaths",
        "ml.candidates.UsableColumns",
        "numpy.dtype",
        "scipy._lib.array_api_compat.numpy._aliases.asarray",  # part of every fitted BSpline
        "scipy.interpolate._bsplines.BSpline",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    }
)


class UntrustedModel(RuntimeError):
    """A registered model file is not the one that was registered, or holds types we do not load."""


@dataclass(frozen=True)
class Tracking:
    """Where runs and versions are recorded (uri) and where files go (artifact_root)."""

    uri: str
    artifact_root: Path


@dataclass(frozen=True)
class Version:
    """A registered version: its number, the run that made it, and what was noted about it."""

    number: int
    run_id: str
    source: str
    tags: dict[str, str]


def mlflow_for(tracking: Tracking):
    """The mlflow module, pointed at the store. Its telemetry is off before it is imported."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"  # a job that goes well says nothing on stderr
    import mlflow

    mlflow.set_tracking_uri(tracking.uri)
    mlflow.set_registry_uri(tracking.uri)
    return mlflow


def experiment_id(tracking: Tracking) -> str:
    """The experiment, made on first use with its artifacts below the home."""
    mlflow = mlflow_for(tracking)
    found = mlflow.get_experiment_by_name(NAME)
    if found:
        return found.experiment_id
    Path(tracking.artifact_root).mkdir(parents=True, exist_ok=True)
    return mlflow.create_experiment(NAME, artifact_location=Path(tracking.artifact_root).absolute().as_uri())


def untrusted_types(model) -> list[str]:
    """Types in the model that skops does not trust by itself; UntrustedModel when one is not on our list."""
    import skops.io

    found = skops.io.get_untrusted_types(data=skops.io.dumps(model))
    _refuse_foreign(found, "this model")
    return sorted(found)


def register(tracking: Tracking, info, run_id: str, tags: dict[str, str]) -> Version:
    """Make a logged model a version, with the checksum of its file and `tags`, and alias it challenger."""
    mlflow = mlflow_for(tracking)
    checksum = _sha256(_model_file(tracking, info.model_uri))
    client = mlflow.MlflowClient()
    if not client.search_registered_models(f"name = '{NAME}'"):
        client.create_registered_model(NAME)
    made = client.create_model_version(
        NAME, info.model_uri, run_id, tags={**tags, "sha256": checksum}, model_id=info.model_id
    )
    client.set_registered_model_alias(NAME, CHALLENGER, made.version)
    return Version(int(made.version), run_id, info.model_uri, {**tags, "sha256": checksum})


def versions(tracking: Tracking) -> list[Version]:
    """All registered versions, oldest first."""
    client = mlflow_for(tracking).MlflowClient()
    found = client.search_model_versions(f"name = '{NAME}'")
    return sorted((_version(item) for item in found), key=lambda version: version.number)


def by_alias(tracking: Tracking, alias: str = CHAMPION) -> Version | None:
    """The version an alias points at, or None."""
    mlflow = mlflow_for(tracking)
    try:
        return _version(mlflow.MlflowClient().get_model_version_by_alias(NAME, alias))
    except mlflow.exceptions.MlflowException:
        return None


def by_digest(tracking: Tracking, digest: str) -> Version | None:
    """The oldest version made of the same data, code and seed, or None."""
    return next((version for version in versions(tracking) if version.tags.get("digest") == digest), None)


def find(tracking: Tracking, number: int) -> Version:
    """The version of that number; BadInput where there is none."""
    for version in (known := versions(tracking)):
        if version.number == number:
            return version
    there = f"there are {', '.join(str(v.number) for v in known)}" if known else "none is registered yet"
    raise BadInput(f"{NAME} has no version {number}; {there}")


def conclude(tracking: Tracking, version: Version, decision: dict) -> None:
    """Record a decision (artifact of the version's run, tag of the version) and, where it says so, move `champion`.

    Every decision stays: decisions/<n>-version-<number>.json in the order they were taken.
    """
    client = mlflow_for(tracking).MlflowClient()
    taken = len(client.list_artifacts(version.run_id, "decisions"))
    client.log_dict(version.run_id, decision, f"decisions/{taken + 1:03d}-version-{version.number}.json")
    tags = {"decision": json.dumps(decision, sort_keys=True)[:4000]}
    if decision["promoted"]:
        tags["was_champion"] = "true"
        client.set_registered_model_alias(NAME, CHAMPION, version.number)
    for key, value in tags.items():
        client.set_model_version_tag(NAME, version.number, key, value)


def recorded(tracking: Tracking, version: Version, name: str) -> dict | list:
    """A JSON artifact of the run that made a version."""
    return mlflow_for(tracking).artifacts.load_dict(f"runs:/{version.run_id}/{name}")


def log_watch(tracking: Tracking, version: Version, as_of: str, rows: list[dict]) -> None:
    """Keep what the watch saw on an as-of date on the run of the version that scored it."""
    mlflow_for(tracking).MlflowClient().log_dict(version.run_id, {"as_of": as_of, "rows": rows}, f"watch/{as_of}.json")


def columns(tracking: Tracking, version: Version) -> list[str]:
    """The columns of a version's signature."""
    return mlflow_for(tracking).models.get_model_info(version.source).signature.inputs.input_names()


def load(tracking: Tracking, version: Version):
    """The model of a version, after both checks. Raises UntrustedModel and loads nothing when one fails."""
    import skops.io

    path = _model_file(tracking, version.source)
    if _sha256(path) != version.tags.get("sha256"):
        raise UntrustedModel(f"{NAME} version {version.number}: the model file is not the one that was registered")
    _refuse_foreign(skops.io.get_untrusted_types(file=path), f"{NAME} version {version.number}")
    return skops.io.load(path, trusted=sorted(ALLOWED_TYPES))


def _refuse_foreign(found: Iterable[str], what: str) -> None:
    foreign = sorted(set(found) - ALLOWED_TYPES)
    if foreign:
        raise UntrustedModel(f"{what} holds a type that may not be loaded: {foreign[0]}")


def _version(item) -> Version:
    return Version(int(item.version), item.run_id, item.source, dict(item.tags))


def _model_file(tracking: Tracking, source: str) -> Path:
    folder = Path(mlflow_for(tracking).artifacts.download_artifacts(source))
    return next(folder.rglob("*.skops"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
