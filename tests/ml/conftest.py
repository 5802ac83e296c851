"""A fabricated warehouse with the columns the model room reads, so that its tests need no dbt."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from ml import dataset, survey_scores
from ml.registry import Tracking

WAVES = ["2023H1", "2023H2", "2024H1", "2024H2", "2025H1", "2025H2"]
STARTS = pd.to_datetime(["2023-01-01", "2023-07-01", "2024-01-01", "2024-07-01", "2025-01-01", "2025-07-01"])
ENDS = pd.to_datetime(["2023-06-30", "2023-12-31", "2024-06-30", "2024-12-31", "2025-06-30", "2025-12-31"])
METRICS = {"access_rate": ("EASE", "higher"), "wait_days": ("EASE", "lower"), "noise_rate": ("FOLLOW-UP", "higher")}
ITEMS = {"needed_care": ["easy_get_care"], "quick_care": ["routine_care_soon", "urgent_care_soon"], "rating": ["rate"]}


@dataclass
class Plan:
    """Practices with a hidden quality that metrics and surveys both show, with noise."""

    practices: int = 60
    respondents: int = 45
    seed: int = 1
    waves: list[str] = field(default_factory=lambda: list(WAVES))

    def write(self, path: Path) -> Path:
        random = np.random.default_rng(self.seed)
        quality = random.normal(0, 8, self.practices)
        ids = [f"P{i:03d}" for i in range(self.practices)]
        with duckdb.connect(str(path)) as connection:
            for schema in ("marts", "public", "survey", "reference"):
                connection.execute(f"create schema if not exists {schema}")
            for name, frame in {
                "reference.ref_survey_wave": pd.DataFrame(
                    {"wave_id": WAVES, "start_on": STARTS, "end_on": ENDS, "results_on": ENDS}
                ),
                "reference.ref_survey_composite": composites(),
                "reference.ref_metric": pd.DataFrame(
                    [(m, s, d, 1) for m, (s, d) in METRICS.items()],
                    columns=["metric_id", "step_code", "direction", "is_public"],
                ),
                "survey.survey_answer": answers(random, ids, quality, self.respondents, self.waves),
                "marts.practice_features": features(random, ids, quality),
                "marts.metric_result": results(random, ids, quality),
                "marts.dim_practice": places(ids),
            }.items():
                connection.register("frame", frame)
                connection.execute(f"create table {name} as select * from frame")
                connection.unregister("frame")
            connection.execute(SHARES)
        survey_scores.write_adjusted_scores(path)
        return path


def composites() -> pd.DataFrame:
    rows = [("pooled", composite, item, 1) for composite, items in ITEMS.items() for item in items]
    return pd.DataFrame(rows, columns=["instrument", "composite", "item_id", "in_pe_index"])


def answers(random, ids, quality, respondents, waves) -> pd.DataFrame:
    rows = []
    for wave in waves:
        for practice, good in zip(ids, quality, strict=True):
            for i in range(respondents):
                age, health = random.integers(0, 3), random.integers(1, 4)
                person = random.normal(0, 12)
                for items in ITEMS.values():
                    for item in items:
                        score = 70 + good - 4 * age + 3 * health + person + random.normal(0, 10)
                        rows.append((f"{wave}{practice}{i}", wave, practice, item, score, 1.0, f"{age}", health))
    frame = pd.DataFrame(
        rows,
        columns=["response_id", "wave_id", "practice_id", "item_id", "score", "weight", "age_band", "general_health"],
    )
    return frame.assign(education_band=1, mental_health=2, proxy_flag=0)


def _long(random, ids, quality):
    for as_of, wave in zip([*(STARTS - pd.Timedelta(days=1)), ENDS[-1]], [*WAVES, None], strict=True):
        for practice, good in zip(ids, quality, strict=True):
            yield as_of, wave, practice, good


def features(random, ids, quality) -> pd.DataFrame:
    columns = [*dataset.CONTEXT, *dataset.TRENDS, *dataset.TOUCHPOINTS]
    rows = [
        {"as_of_date": as_of, "practice_id": practice, "wave_id": wave, "practice_type": "private", "state": "OH"}
        | dict.fromkeys(columns, np.nan)
        | {"members": 100.0 + len(practice), "data_gap_count": float(random.integers(0, 9))}
        for as_of, wave, practice, _ in _long(random, ids, quality)
    ]
    return pd.DataFrame(rows)


def results(random, ids, quality) -> pd.DataFrame:
    rows = []
    for as_of, _, practice, good in _long(random, ids, quality):
        values = {"access_rate": 0.6 + 0.01 * good, "wait_days": 9 - 0.2 * good, "noise_rate": 0.5}
        for metric, value in values.items():
            known = random.random() > 0.1
            shown = value + random.normal(0, 0.08) if known else None
            rows.append((as_of, "practice", "all", practice, metric, shown, 100.0))
        for lob, months in (("all", 100.0), ("medicaid", float(int(practice[1:]) % 100))):
            rows.append((as_of, "practice", lob, practice, dataset.EXPOSURE, None, months))
    return pd.DataFrame(
        rows, columns=["as_of_date", "level", "lob", "practice_id", "metric_id", "value_shrunk", "denominator"]
    )


def places(ids) -> pd.DataFrame:
    """Every tenth practice is a rural health clinic; P001 and P002 are alone in their counties."""
    rows = [
        (practice, "rhc" if i % 10 == 0 else "private", f"3900{i}" if i in (1, 2) else "39049")
        for i, practice in enumerate(ids)
    ]
    return pd.DataFrame(rows, columns=["practice_id", "practice_type", "county_fips"])


SHARES = """create table survey.survey_composite_item as
with items as (
    select practice_id, wave_id, composite, item_id, sum(weight * score) / sum(weight) as score
    from survey.survey_answer inner join reference.ref_survey_composite using (item_id) group by all
)
select practice_id, wave_id, 'pooled' as instrument, 'all' as lob, composite, item_id,
    1 / count(*) over (partition by practice_id, wave_id, composite)::double as share, score
from items
union all
select practice_id, wave_id, 'pooled', 'all', 'pe_index', item_id,
    1 / (3 * count(*) over (partition by practice_id, wave_id, composite))::double, score
from items"""


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small fits: threads only get into each other's way."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def fabricated(tmp_path_factory) -> Path:
    """A finished warehouse; read it only."""
    return Plan().write(tmp_path_factory.mktemp("warehouse") / "w.duckdb")


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Tracking:
    """An empty tracking store whose tables exist; copy it (they take seconds to make)."""
    from ml import registry

    folder = tmp_path_factory.mktemp("store")
    tracking = Tracking(f"sqlite:///{folder / 'mlflow.db'}", folder / "mlartifacts")
    registry.mlflow_for(tracking).MlflowClient().search_experiments()
    return tracking


@pytest.fixture(scope="session")
def trained(fabricated, store):
    """(warehouse, tracking, result) after one training."""
    from ml import training

    return fabricated, store, training.train(fabricated, store, seed=7)


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
