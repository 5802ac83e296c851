"""From a run's marts to a registered model: choose, judge, gate, record.

The judgement is forward-chained over waves: each wave is foretold by what could be learned before it. The shipped
model is the same choice, fitted on all labelled waves.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from ml import backtest, candidates, dataset, promotion, record, registry
from ml.candidates import TwoPaths
from ml.dataset import Table
from ml.examples import Examples
from ml.judgement import (
    CAPACITY,
    at_capacity,
    auc,
    auc_difference,
    average_precision,
    brier_skill,
    calibration_error,
    calibration_line,
    metrics,
    net_benefit,
    noise_ceiling,
    with_interval,
)
from ml.registry import Tracking

INTERVALS = {
    "average_precision": average_precision,
    "precision_at_10pct": lambda low, risk: at_capacity(low, risk, CAPACITY)["precision"],
    "recall_at_10pct": lambda low, risk: at_capacity(low, risk, CAPACITY)["recall"],
    "lift_at_10pct": lambda low, risk: at_capacity(low, risk, CAPACITY)["lift"],
    "brier": lambda low, risk: float(np.mean((risk - low) ** 2)),
    "brier_skill": brier_skill,
    "ece": calibration_error,
    "calibration_slope": lambda low, risk: calibration_line(low, candidates.logit(risk))[0],
}
MIN_WAVES, MIN_JUDGED = 2, 30
LABELS = {"soft": dataset.teach_soft, "weighted": dataset.teach_weighted}


class Leakage(RuntimeError):
    """The model ranks better than the surveys' reliability lets anybody rank: it has seen the answer."""


class TrainingResult(NamedTuple):
    """What happened: status is trained, unchanged (same digest), not_due (no newer wave) or too_few_labels."""

    status: str
    model_name: str | None
    model_version: int | None
    chosen: str | None
    promoted: bool
    reason: str


@dataclass(frozen=True)
class Fitted:
    """The choice for both paths, its model, and out-of-fold risks of the judged rows.

    rows      positions of the judged rows in the table; `low`, `group`, `wave` and each of `risks` are of these
    risks     name -> risk: 'model', 'no_history' (as if nobody had been surveyed), and the baselines
    """

    model: TwoPaths
    chosen: str
    no_history_chosen: str
    labels: str
    candidates: dict[str, dict]
    rows: np.ndarray
    low: np.ndarray
    group: np.ndarray
    wave: np.ndarray
    risks: dict[str, np.ndarray]
    ceiling: dict[str, float] | None


def train(warehouse: Path, tracking: Tracking, seed: int = 7, force: bool = False) -> TrainingResult:
    """Train when a wave has been labelled since the champion was made, or when forced; register; maybe promote.

    The same data, code and seed keep their registered version. Raises Leakage rather than ship a model that is too
    good to be true.
    """
    table = dataset.read(Path(warehouse))
    waves = table.labelled_waves
    judged = int(table.examples.is_judged.sum())
    if len(waves) < MIN_WAVES or judged < MIN_JUDGED:
        return TrainingResult(
            "too_few_labels", None, None, None, False, f"{len(waves)} labelled waves with {judged} judged practices"
        )
    champion = registry.by_alias(tracking)
    if champion and not force and champion.tags["newest_wave"] >= waves[-1]:
        return _kept("not_due", champion, f"no wave newer than {waves[-1]} has labels")
    digest = fingerprint(table, seed)
    known = registry.by_digest(tracking, digest)
    if known:
        return _kept("unchanged", known, "same data, code and seed as this version")

    with threadpool_limits(1):  # small fits: threads only get into each other's way
        fitted = fit(table, seed)
        figures = judge(fitted, seed)
        _refuse_leakage(figures)
        rival = None if champion is None else _on_held_out_wave(tracking, champion, table, fitted, seed)
    decision = promotion.decide(held_out(fitted, fitted.risks["model"], seed), rival, figures["pooled"]["model"]["ece"])
    version = record.register(tracking, table, fitted, figures, decision, digest, seed)
    return TrainingResult(
        "trained",
        registry.NAME,
        version.number,
        f"{fitted.chosen}, without history {fitted.no_history_chosen}",
        decision["promoted"],
        "; ".join(decision["reasons"]),
    )


def fingerprint(table: Table, seed: int) -> str:
    """Digest of what shapes a model: data, this room's code, seed."""
    content = hashlib.sha256(f"{table.digest()} {seed}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()[:32]


def fit(table: Table, seed: int) -> Fitted:
    """Choose candidates, and the way to use labels, by forward chaining; fit the choice on all labelled waves."""
    order = table.labelled_waves
    rows = np.flatnonzero(~np.isnan(table.examples.score))
    examples = dataset.judged_by_the_past(table.examples.take(rows), order)
    known = np.flatnonzero(examples.has_history)
    surveyed, bare = examples.take(known), examples.without_history()
    labels, history = _best_labels(surveyed, candidates.with_history(surveyed, seed), order, seed)
    pool = candidates.no_history(bare, seed)
    folds = backtest.wave_folds(bare.wave, order)
    fresh = backtest.select(bare, pool, folds, seed, LABELS[labels])

    foretold = ~np.isnan(fresh.logits["prevalence"])
    risks = {
        "no_history": _risk(fresh, fresh.chosen),
        "prevalence": np.where(foretold, dataset.LOW_QUANTILE, np.nan),
    }
    for name, candidate in (
        ("model", history.chosen),
        ("persistence", "persistence"),
        ("shrunk_persistence", "shrunk_persistence"),
    ):
        unsurveyed = "no_history" if name == "model" else "prevalence"
        risks[name] = risks[unsurveyed].copy()
        risks[name][known] = _risk(history, candidate)
    tested = examples.is_judged & foretold & ~np.isnan(risks["model"])
    return Fitted(
        model=TwoPaths(history.model, fresh.model, dataset.HISTORY, list(examples.features.columns)),
        chosen=history.chosen,
        no_history_chosen=fresh.chosen,
        labels=labels,
        candidates=_candidate_figures(surveyed, history) | _candidate_figures(bare, fresh, "no_history_"),
        rows=rows[tested],
        low=examples.low[tested],
        group=examples.group[tested],
        wave=examples.wave[tested],
        risks={name: risk[tested] for name, risk in risks.items()},
        ceiling=_ceiling(table, rows[tested], examples.wave[tested], order, seed),
    )


def judge(fitted: Fitted, seed: int) -> dict:
    """All figures of the backtest: of the model and every baseline, pooled and by wave, beside the noise ceiling."""
    low, group = fitted.low, fitted.group
    pooled = {name: _figures(low, risk, group, seed) for name, risk in fitted.risks.items()}
    return {
        "pooled": pooled,
        "by_wave": {
            wave: {
                name: {"auc": auc(low[inside], risk[inside]), "brier": float(np.mean((risk - low)[inside] ** 2))}
                for name, risk in fitted.risks.items()
            }
            for wave in sorted(set(fitted.wave))
            for inside in [fitted.wave == wave]
        },
        "intervals": {
            name: with_interval(figure, low, fitted.risks["model"], group, seed) for name, figure in INTERVALS.items()
        },
        "against_persistence": auc_difference(low, fitted.risks["model"], fitted.risks["persistence"], group, seed),
        "noise_ceiling": fitted.ceiling,
        "judged_rows": len(low),
        "candidates": fitted.candidates,
    }


def held_out(fitted: Fitted, risk: np.ndarray, seed: int) -> dict:
    """Figures on the newest labelled wave, which no part of this out-of-fold risk has learned from."""
    wave = max(set(fitted.wave))
    inside = fitted.wave == wave
    figures = metrics(fitted.low[inside], risk[inside], fitted.group[inside], seed)
    return {"wave": wave, **figures}


def _best_labels(surveyed: Examples, pool, order, seed) -> tuple[str, backtest.Selection]:
    """Soft labels unless hard ones weighted by reliability rank the judged rows better."""
    folds = backtest.wave_folds(surveyed.wave, order)
    made = {name: backtest.select(surveyed, pool, folds, seed, teach) for name, teach in LABELS.items()}

    def ranking(name: str) -> float:
        logits = made[name].logits[made[name].chosen]
        rows = surveyed.is_judged & ~np.isnan(logits)
        return auc(surveyed.low[rows], logits[rows]) or 0.0

    best = max(LABELS, key=ranking)  # the first of equals: soft
    return best, made[best]


def _risk(selection: backtest.Selection, name: str) -> np.ndarray:
    return backtest.calibrated_risk(selection.logits[name], selection.calibrations[name])


def _candidate_figures(examples: Examples, selection: backtest.Selection, prefix: str = "") -> dict[str, dict]:
    figures = {}
    for name, logits in selection.logits.items():
        rows = examples.is_judged & ~np.isnan(logits)
        low, risk = examples.low[rows], _risk(selection, name)[rows]
        figures[prefix + name] = {"auc": auc(low, risk), "brier": float(np.mean((risk - low) ** 2)), "rows": len(low)}
    return figures


def _figures(low: np.ndarray, risk: np.ndarray, group: np.ndarray, seed: int) -> dict:
    slope, intercept = calibration_line(low, candidates.logit(risk))
    top = at_capacity(low, risk, CAPACITY)
    return {
        **metrics(low, risk, group, seed),
        "recall_at_10pct": top["recall"],
        "lift_at_10pct": top["lift"],
        "brier_skill": brier_skill(low, risk),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "net_benefit": net_benefit(low, risk, float(np.sort(risk)[::-1][top["k"] - 1])),
    }


def _ceiling(table: Table, rows: np.ndarray, waves: np.ndarray, order: list[str], seed: int) -> dict | None:
    keys = table.keys.iloc[rows]
    between = keys["between_variance"].to_numpy(float)
    rel = keys["reliability"].to_numpy(float)
    sampling = np.divide(between * (1 - rel), rel, out=np.zeros_like(rel), where=rel > 0)
    centre = keys["score"].groupby(keys["wave_id"]).transform("mean").to_numpy(float)
    examples = table.examples
    cut = np.empty(len(rows))
    for wave in set(waves):
        past = np.isin(examples.wave, order[: order.index(wave)]) & ~np.isnan(examples.score)
        cut[waves == wave] = dataset.label_cut(examples.score[past], examples.judged[past])
    return noise_ceiling(between, sampling, centre, cut, seed)


def _refuse_leakage(figures: dict) -> None:
    ceiling, reached = figures["noise_ceiling"], figures["pooled"]["model"]["auc"]
    if ceiling and reached is not None and reached > ceiling["high"]:
        raise Leakage(
            f"AUC {reached:.3f} is above {ceiling['high']:.3f}, the most that an oracle could reach with surveys of "
            "this reliability: a feature tells the answer"
        )


def _on_held_out_wave(
    tracking: Tracking, champion: registry.Version, table: Table, fitted: Fitted, seed: int
) -> dict | None:
    """The champion's figures on the newest wave; its own recorded ones when it has already learned from that wave.

    None where it cannot score this warehouse any more: nothing then speaks for keeping it.
    """
    newest = max(set(fitted.wave))
    if champion.tags["newest_wave"] >= newest:
        return record.held_out_figures(champion)
    model = registry.load(tracking, champion)
    inside = fitted.wave == newest
    risk = fitted.risks["model"].copy()
    try:
        seen = record.as_expected(model, table.examples.features.iloc[fitted.rows[inside]])
    except record.MissingFeature:
        return None
    risk[inside] = model.predict_proba(seen)[:, 1]
    return held_out(fitted, risk, seed)


def _kept(status: str, version: registry.Version, reason: str) -> TrainingResult:
    return TrainingResult(status, registry.NAME, version.number, version.tags.get("chosen"), False, reason)
