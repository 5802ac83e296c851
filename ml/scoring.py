"""A risk for every practice, by the registered champion, with its interval and what it is made of; and what the watch
sees of the model."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from ml import dataset, explanation, registry, watch
from ml.record import as_expected
from ml.registry import Tracking
from ml.survey_scores import open_warehouse

DECIMALS = 9
MANY_GAPS = 0.5  # share of metrics without a result from which a practice without surveys is audited first
SEED = 7  # of the bootstraps that judge earlier lists


class ScoringResult(NamedTuple):
    """Rows written, and the registered version that gave the risks (None where no model could be trained)."""

    practices: int
    model_name: str | None
    model_version: int | None


def score(warehouse: Path, tracking: Tracking, past_lists: Iterable[Path] = ()) -> ScoringResult:
    """Write practice_risk (practice, at the run's as-of date), model_figure (what the backtest says of the model) and
    model_watch (drift, results by kind of practice, how earlier lists did) into marts and public, and, in marts only,
    practice_contribution (practice x feature). The watch is logged on the run of the champion, too.

    past_lists: practice_risk files of earlier releases. Without a champion every row has path `no_model` and no risk. A
    practice that neither surveys nor metrics say anything of has path `no_data` and no risk either: the model's answer
    would be about its blanks.
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
    parts, figures, watched = (pd.DataFrame(columns=columns) for columns in (CONTRIBUTION, FIGURE, WATCH))
    if champion:
        model = registry.load(tracking, champion)
        seen = as_expected(model, features)
        risks = risks.assign(
            **_risks(model, seen, is_blank(features, list(table.steps))),
            model_name=registry.NAME,
            model_version=champion.number,
        )
        parts = explained(model, keys, seen, table.steps)
        figures = _figures(registry.recorded(tracking, champion, "figures.json"))
        watched = _watched(
            _drift(model, table, seen, now),
            pd.DataFrame(registry.recorded(tracking, champion, "served.json")),
            watch.past_lists(_published(past_lists, table.as_of), table, SEED),
        )
        registry.log_watch(tracking, champion, str(table.as_of.date()), watched.to_dict("records"))
    with open_warehouse(warehouse) as connection:
        _write(connection, risks, parts, figures, watched)
    return ScoringResult(len(risks), registry.NAME if champion else None, champion.number if champion else None)


CONTRIBUTION = ["practice_id", "as_of_date", "step", "feature", "value", "contribution", "is_known"]
FIGURE = ["outcome", "subject", "figure", "value", "low", "high"]
WATCH = ["kind", "subject", "figure", "value", "low", "high", "alert"]


def _risks(model, features: pd.DataFrame, blank: np.ndarray) -> dict[str, np.ndarray]:
    interval = model.risk_interval(features)
    risk = {"risk": model.predict_proba(features)[:, 1], "risk_low": interval[:, 0], "risk_high": interval[:, 1]}
    path = np.where(model.has_history(features), "history", "no_history")
    return {name: np.where(blank, np.nan, values) for name, values in risk.items()} | {
        "path": np.where(blank, "no_data", path)
    }


def _drift(model, table: dataset.Table, seen: pd.DataFrame, now: np.ndarray) -> pd.DataFrame:
    """Drift of features and of the risk itself against all earlier as-of dates."""
    earlier = as_expected(model, table.examples.features[~now])
    if not len(earlier):
        return pd.DataFrame()
    return watch.drift(
        earlier.assign(risk=model.predict_proba(earlier)[:, 1]), seen.assign(risk=model.predict_proba(seen)[:, 1])
    )


def _published(files: Iterable[Path], as_of) -> pd.DataFrame:
    """The risks of earlier releases before this as-of date; of one date's several lists the one that comes first."""
    lists = [duckdb.read_parquet(str(path)).fetchdf() for path in files]
    columns = ["practice_id", "as_of_date", "risk", "model_version"]
    risks = pd.concat([one[columns] for one in lists]) if lists else pd.DataFrame(columns=columns)
    risks["as_of_date"] = pd.to_datetime(risks["as_of_date"])
    return risks[risks["as_of_date"] < as_of].drop_duplicates(["practice_id", "as_of_date"])


def _figures(recorded: dict) -> pd.DataFrame:
    """Backtest figures as rows: of the model and what it must beat, of the differences, and the noise ceiling."""
    rows = []
    for outcome, figures in (("pe_index", recorded), ("access", recorded["access"] or {})):
        subjects = dict(figures.get("intervals", {}))
        subjects |= {f"model less {rival}": gaps for rival, gaps in figures.get("against", {}).items()}
        rows += [
            (outcome, name, key, *figure.values()) for name, row in subjects.items() for key, figure in row.items()
        ]
        ceiling = figures.get("noise_ceiling")
        if ceiling:
            rows.append((outcome, "noise ceiling", "auc", ceiling["auc"], ceiling["low"], ceiling["high"]))
    return pd.DataFrame(rows, columns=FIGURE)


def _watched(drifted: pd.DataFrame, served: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """All that the watch sees as rows. low and high are an interval; for drift, low is the share missing before, and
    high the limit that no change would pass in 95 of 100 cases. `alert` says what is wrong, else it is empty."""
    rows = []
    for row in drifted.to_dict("records"):
        rows.append(
            ("drift", row["feature"], "psi", row["psi"], None, row["psi_limit"], "drift" if row["alert"] else "")
        )
        missing = "missing more often" if row["missing_alert"] else ""
        rows.append(("drift", row["feature"], "missing", row["missing_after"], row["missing_before"], None, missing))
    for row in served.to_dict("records"):
        subject = f"{row['stratum']}: {row['value']}"
        for figure, name in SERVED.items():
            ends = (row[f"{figure}{end}"] for end in ("", "_low", "_high"))
            rows.append(("served", subject, figure, *ends, name if name in row["alert"].split(", ") else ""))
    for row in lists.to_dict("records"):
        subject = f"{row['as_of_date']:%Y-%m-%d} for {row['wave_id']}, version {row['model_version']}"
        rows.append(("list", subject, "auc", row["auc"], row["auc_low"], row["auc_high"], ""))
        for figure in ("precision_at_10pct", "recall_at_10pct", "brier", "ece", "mean_risk", "low_share"):
            rows.append(("list", subject, figure, row[figure], None, None, ""))
    return pd.DataFrame(rows, columns=WATCH)


SERVED = {"recall": "recall", "false_positive_rate": "false positives", "calibration_gap": "calibration"}


def explained(model, keys: pd.DataFrame, features: pd.DataFrame, steps: dict[str, str]) -> pd.DataFrame:
    """Practice x feature: its exact contribution to the logit against the median practice; step is HISTORY for
    earlier surveys, CONTEXT for size and gaps, MEDIAN for the median practice's own logit (so that a practice's rows
    add up to its score)."""
    parts, start = explanation.contributions(model, features)
    practices, columns = len(features), list(features.columns)
    groups = [explanation.group_of(column, steps, tuple(model.history)) for column in columns]
    values = features.astype("float64").to_numpy()
    long = pd.DataFrame(
        {
            "practice_id": np.repeat(keys["practice_id"].to_numpy(), len(columns)),
            "step": np.tile(np.array(groups, object), practices),
            "feature": np.tile(np.array(columns, object), practices),
            "value": values.ravel(),
            "contribution": parts.to_numpy().ravel(),
            "is_known": ~np.isnan(values).ravel(),
        }
    )
    median = keys[["practice_id"]].assign(step="MEDIAN", feature="", value=np.nan, contribution=start, is_known=True)
    return pd.concat([long, median], ignore_index=True).assign(as_of_date=keys["as_of_date"].max())[CONTRIBUTION]


def is_blank(features: pd.DataFrame, metrics: list[str]) -> np.ndarray:
    """True where neither a survey nor a single metric says anything of the practice."""
    return features[[*metrics, dataset.HISTORY[0]]].isna().all(axis=1).to_numpy()


def lanes(features: pd.DataFrame, metrics: list[str]) -> np.ndarray:
    """`audit_first` where neither surveys nor most metrics say anything, else `ranked`."""
    unknown = features[metrics].isna().mean(axis=1) > MANY_GAPS
    unsurveyed = features[dataset.HISTORY[0]].isna()
    return np.where(unknown & unsurveyed, "audit_first", "ranked")


def _write(connection, risks: pd.DataFrame, parts: pd.DataFrame, figures: pd.DataFrame, watched: pd.DataFrame) -> None:
    def number(name: str) -> str:
        return f"case when {name} = {name} then round(cast({name} as double), {DECIMALS}) end as {name}"

    for name, frame in {"scored": risks, "part": parts, "figured": figures, "watched": watched}.items():
        connection.register(name, frame)
    for schema in ("marts", "public"):
        connection.execute(
            f"""create or replace table {schema}.practice_risk as
            select cast(practice_id as varchar) as practice_id, cast(as_of_date as date) as as_of_date,
                {number("risk")}, {number("risk_low")}, {number("risk_high")},
                cast(path as varchar) as path, cast(model_name as varchar) as model_name,
                cast(model_version as integer) as model_version, cast(lane as varchar) as lane
            from scored order by practice_id"""
        )
        connection.execute(
            f"""create or replace table {schema}.model_figure as
            select cast(outcome as varchar) as outcome, cast(subject as varchar) as subject,
                cast(figure as varchar) as figure, {number("value")}, {number("low")}, {number("high")}
            from figured order by outcome, subject, figure"""
        )
        connection.execute(
            f"""create or replace table {schema}.model_watch as
            select cast(kind as varchar) as kind, cast(subject as varchar) as subject, cast(figure as varchar) as figure,
                {number("value")}, {number("low")}, {number("high")}, cast(alert as varchar) as alert
            from watched order by kind, subject, figure"""
        )
    connection.execute(
        f"""create or replace table marts.practice_contribution as
        select cast(practice_id as varchar) as practice_id, cast(as_of_date as date) as as_of_date,
            cast(step as varchar) as step, cast(feature as varchar) as feature,
            case when is_known then round(value, {DECIMALS}) end as value, round(contribution, {DECIMALS}) as contribution,
            cast(is_known as boolean) as is_known
        from part order by practice_id, step, feature"""
    )
    for name in ("scored", "part", "figured", "watched"):
        connection.unregister(name)
