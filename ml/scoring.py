"""A risk for every practice, by the registered champion, with its interval and what it is made of."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ml import dataset, explanation, registry, watch
from ml.record import as_expected
from ml.registry import Tracking
from ml.survey_scores import open_warehouse

DECIMALS = 9
MANY_GAPS = 0.5  # share of metrics without a result from which a practice without surveys is audited first


class ScoringResult(NamedTuple):
    """Rows written, and the registered version that gave the risks (None where no model could be trained)."""

    practices: int
    model_name: str | None
    model_version: int | None


def score(warehouse: Path, tracking: Tracking) -> ScoringResult:
    """Write practice_risk (practice, at the run's as-of date) into marts and public, and beside it, in marts only,
    practice_contribution (practice x feature) and model_watch (feature).

    Without a champion every row has path `no_model` and no risk. A practice that neither surveys nor metrics say anything
    of has path `no_data` and no risk either: the model's answer would be about its blanks.
    """
    table = dataset.read(Path(warehouse))
    now = (table.keys["as_of_date"] == table.as_of).to_numpy()
    keys, features = table.keys[now].reset_index(drop=True), table.examples.features[now].reset_index(drop=True)
    champion = registry.by_alias(tracking) if len(keys) else None
    risks = keys[["practice_id", "as_of_date"]].assign(
        risk=np.nan,
        risk_low=np.nan,
        risk_high=np.nan,
        path="no_model",
        model_name=None,
        model_version=None,
        lane=lanes(features, list(table.steps)),
    )
    parts = pd.DataFrame(columns=CONTRIBUTION)
    watched = pd.DataFrame(columns=["feature", "missing_before", "missing_after", "psi", "psi_limit", "alert"])
    if champion:
        model = registry.load(tracking, champion)
        seen = as_expected(model, features)
        interval = model.risk_interval(seen)
        risks = risks.assign(
            risk=model.predict_proba(seen)[:, 1],
            risk_low=interval[:, 0],
            risk_high=interval[:, 1],
            path=np.where(model.has_history(seen), "history", "no_history"),
            model_name=registry.NAME,
            model_version=champion.number,
        )
        blank = is_blank(features, list(table.steps))
        risks.loc[blank, ["risk", "risk_low", "risk_high"]] = np.nan
        risks.loc[blank, "path"] = "no_data"
        parts = explained(model, keys, seen, table.steps)
        earlier = table.examples.features[~now]
        if len(earlier):
            watched = watch.drift(earlier, features)
    with open_warehouse(warehouse) as connection:
        _write(connection, risks, parts, watched)
    return ScoringResult(len(risks), registry.NAME if champion else None, champion.number if champion else None)


CONTRIBUTION = ["practice_id", "as_of_date", "step", "feature", "value", "contribution", "is_known"]


def explained(model, keys: pd.DataFrame, features: pd.DataFrame, steps: dict[str, str]) -> pd.DataFrame:
    """Practice x feature: its exact contribution to the logit against the median practice; step is HISTORY for
    earlier surveys, CONTEXT for size and gaps, MEDIAN for the median practice's own logit (so that a practice's rows
    add up to its score)."""
    parts, start = explanation.contributions(model, features)
    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "practice_id": keys["practice_id"],
                    "as_of_date": keys["as_of_date"],
                    "step": explanation.group_of(column, steps, tuple(model.history)),
                    "feature": column,
                    "value": features[column].astype("float64"),
                    "contribution": parts[column],
                    "is_known": features[column].notna(),
                }
            )
            for column in features
        ]
        + [keys[["practice_id", "as_of_date"]].assign(step="MEDIAN", feature="", contribution=start, is_known=True)]
    )
    return long[CONTRIBUTION]


def is_blank(features: pd.DataFrame, metrics: list[str]) -> np.ndarray:
    """True where neither a survey nor a single metric says anything of the practice."""
    return features[[*metrics, dataset.HISTORY[0]]].isna().all(axis=1).to_numpy()


def lanes(features: pd.DataFrame, metrics: list[str]) -> np.ndarray:
    """`audit_first` where neither surveys nor most metrics say anything, else `ranked`."""
    unknown = features[metrics].isna().mean(axis=1) > MANY_GAPS
    unsurveyed = features[dataset.HISTORY[0]].isna()
    return np.where(unknown & unsurveyed, "audit_first", "ranked")


def _write(connection, risks: pd.DataFrame, parts: pd.DataFrame, watched: pd.DataFrame) -> None:
    r = f"round(cast({{}} as double), {DECIMALS})".format
    connection.register("scored", risks)
    connection.execute(
        f"""create or replace table marts.practice_risk as
        select cast(practice_id as varchar) as practice_id, cast(as_of_date as date) as as_of_date,
            case when risk = risk then {r("risk")} end as risk,
            case when risk_low = risk_low then {r("risk_low")} end as risk_low,
            case when risk_high = risk_high then {r("risk_high")} end as risk_high,
            cast(path as varchar) as path, cast(model_name as varchar) as model_name,
            cast(model_version as integer) as model_version, cast(lane as varchar) as lane
        from scored order by practice_id"""
    )
    connection.execute("create or replace table public.practice_risk as select * from marts.practice_risk")
    connection.register("part", parts)
    connection.execute(
        f"""create or replace table marts.practice_contribution as
        select cast(practice_id as varchar) as practice_id, cast(as_of_date as date) as as_of_date,
            cast(step as varchar) as step, cast(feature as varchar) as feature,
            case when is_known then {r("value")} end as value, {r("contribution")} as contribution,
            cast(is_known as boolean) as is_known
        from part order by practice_id, step, feature"""
    )
    connection.register("watched", watched)
    connection.execute(
        f"""create or replace table marts.model_watch as
        select cast(feature as varchar) as feature, {r("missing_before")} as missing_before,
            {r("missing_after")} as missing_after, {r("psi")} as psi, {r("psi_limit")} as psi_limit,
            cast(alert as boolean) as alert
        from watched order by feature"""
    )
    for name in ("scored", "part", "watched"):
        connection.unregister(name)
