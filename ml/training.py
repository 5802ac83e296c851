"""From a run's marts to a registered model: choose, judge, gate, record.

The judgement is forward-chained over waves: each wave is foretold by what could be learned before it, a gap of the
surveys' look-back between as-of dates.
The shipped model is the same choice, fitted on all labelled waves.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ml import assessment, backtest, candidates, dataset, promotion, record, registry, succession, watch
from ml.candidates import Candidate, TwoPaths
from ml.dataset import Table
from ml.examples import Examples
from ml.judgement import auc, auc_difference, calibration_line
from ml.registry import Tracking

MIN_JUDGED = 30
MIN_CALIBRATION = 100  # judged rows, below which two numbers fitted to them would be noise
LABELS = {"soft": dataset.teach_soft, "weighted": dataset.teach_weighted}


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
    newest    the model's risk of the newest wave's rows when it learns from every wave before (as a champion of that
              time did), NaN in the others
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
    newest: np.ndarray
    ceiling: dict[str, float] | None


def train(warehouse: Path, tracking: Tracking, seed: int = 7, force: bool = False) -> TrainingResult:
    """Train when a wave has been labelled since the champion was made, or when forced; register; maybe promote.

    The same data, code and seed keep their registered version. Raises Leakage rather than ship a model that is too
    good to be true.
    """
    table = dataset.read(Path(warehouse))
    waves, judged = table.labelled_waves, _foretold(table)
    if judged < MIN_JUDGED:
        return TrainingResult(
            "too_few_labels",
            None,
            None,
            None,
            False,
            f"{len(waves)} labelled waves, {judged} judged practices in those that an earlier wave can foretell",
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
        figures = assessment.assess(fitted, seed)
        assessment.refuse_leakage(figures)
        figures["access"] = _access(Path(warehouse), fitted, seed)
        kinds = watch.strata(table.keys).iloc[fitted.rows].reset_index(drop=True)
        challenger = assessment.held_out(fitted, fitted.newest, kinds, seed)
        rival = None if champion is None else _on_held_out_wave(tracking, champion, table, fitted, kinds, seed)
    source = Path(warehouse).parent.name
    log = record.Log(table, fitted, figures, kinds, challenger, digest, code_digest(), seed, source)
    version = record.register(tracking, log)
    faults = faults_of_file(tracking, version, fitted.model, table)
    decision = promotion.decide(challenger, rival, figures["pooled"]["model"]["ece"], faults)
    record.conclude(tracking, version, log, decision)
    return TrainingResult(
        "trained",
        registry.NAME,
        version.number,
        f"{fitted.chosen}, without history {fitted.no_history_chosen}",
        decision["promoted"],
        "; ".join(decision["reasons"]),
    )


def reproduce(warehouse: Path, tracking: Tracking, version: registry.Version) -> dict[str, bool]:
    """Train again from what a version's record says, on the warehouse that it names, and compare with its model.

    Keys: same_data, same_code (this room's files), same_libraries, same_scores (to the last bit, of every practice and
    as-of date).
    """
    table = dataset.read(Path(warehouse))
    said = record.parameters(tracking, version)
    with threadpool_limits(1):
        again = fit(table, int(said["seed"])).model
    seen = record.as_expected(again, table.examples.features)
    return {
        "same_data": table.digest() == version.tags["data"],
        "same_code": code_digest() == version.tags["code"],
        "same_libraries": all(said.get(name) == found for name, found in record.libraries().items()),
        "same_scores": np.array_equal(again.predict_proba(seen), registry.load(tracking, version).predict_proba(seen)),
    }


def fingerprint(table: Table, seed: int) -> str:
    """Digest of what shapes a model: data, this room's code, seed."""
    return hashlib.sha256(f"{table.digest()} {seed} {code_digest()}".encode()).hexdigest()[:32]


def code_digest() -> str:
    """Digest of this room's code."""
    content = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()[:32]


def fit(table: Table, seed: int, like: Fitted | None = None) -> Fitted:
    """Choose candidates, and the way to use labels, by forward chaining; fit the choice on all labelled waves.

    `like` cuts the choice down to what another fit chose, the baselines, and its way to use labels: the same model on
    another outcome.
    """
    rows = np.flatnonzero(~np.isnan(table.examples.score))
    examples = table.examples.take(rows)
    cut = dataset.cuts(examples, table.teachers)
    examples = examples.with_cut(cut)
    known = np.flatnonzero(examples.has_history)
    surveyed, bare = examples.take(known), examples.without_history()
    pool, fresh_pool = candidates.with_history(surveyed, seed), candidates.no_history(bare, seed)
    ways = list(LABELS)
    if like:
        pool = _only(pool, {*assessment.RIVALS, like.chosen})
        fresh_pool = _only(fresh_pool, {*assessment.RIVALS, like.no_history_chosen})
        ways = [like.labels]
    labels, history = _best_labels(surveyed, pool, table.teachers, seed, ways)
    history = _earned(surveyed, pool, history, table.teachers, seed, LABELS[labels])
    folds = dataset.forward_folds(bare.wave, table.teachers)
    fresh = backtest.select(bare, fresh_pool, folds, seed, LABELS[labels])

    foretold = ~np.isnan(fresh.logits["prevalence"])
    risks = {
        "no_history": _risk(bare, fresh, fresh.chosen, table.teachers),
        "prevalence": np.where(foretold, dataset.LOW_QUANTILE, np.nan),
    }
    for name, candidate in (
        ("model", history.chosen),
        ("persistence", "persistence"),
        ("shrunk_persistence", "shrunk_persistence"),
    ):
        unsurveyed = "no_history" if name == "model" else "prevalence"
        risks[name] = risks[unsurveyed].copy()
        risks[name][known] = _risk(surveyed, history, candidate, table.teachers)
    newest = _newest_wave(bare, fresh_pool, fresh, table.labelled_waves, LABELS[labels])
    newest[known] = _newest_wave(surveyed, pool, history, table.labelled_waves, LABELS[labels])
    tested = examples.is_judged & foretold & ~np.isnan(risks["model"])
    return Fitted(
        model=TwoPaths(history.model, fresh.model, dataset.HISTORY, list(examples.features.columns)),
        chosen=history.chosen,
        no_history_chosen=fresh.chosen,
        labels=labels,
        candidates=_candidate_figures(surveyed, history, table.teachers)
        | _candidate_figures(bare, fresh, table.teachers, "no_history_"),
        rows=rows[tested],
        low=examples.low[tested],
        group=examples.group[tested],
        wave=examples.wave[tested],
        risks={name: risk[tested] for name, risk in risks.items()},
        newest=newest[tested],
        ceiling=assessment.ceiling(table, rows[tested], cut[tested], seed),
    )


def faults_of_file(tracking: Tracking, version: registry.Version, model: TwoPaths, table: Table) -> list[str]:
    """What is wrong with a registered model as it would be loaded: its columns must be the data set's, and its scores
    those of the model in memory to the last bit."""
    try:
        loaded = registry.load(tracking, version)
    except registry.UntrustedModel as error:
        return [str(error)]
    features = table.examples.features
    if list(loaded.columns) != list(features.columns) or registry.columns(tracking, version) != list(features.columns):
        return ["the model's columns are not those of the data set"]
    if not np.array_equal(loaded.predict_proba(features), model.predict_proba(features)):
        return ["the model read back from its file gives other scores"]
    return []


def _foretold(table: Table) -> int:
    """Judged rows of waves that some labelled wave may teach."""
    labelled = set(table.labelled_waves)
    taught = [wave for wave in labelled if labelled & set(table.teachers[wave])]
    return int((table.examples.is_judged & np.isin(table.examples.wave, taught)).sum())


def _access(warehouse: Path, fitted: Fitted, seed: int) -> dict | None:
    """The same model on the access composite, with that outcome's own ceiling; None where it is seldom surveyed."""
    table = dataset.read(warehouse, dataset.ACCESS)
    if _foretold(table) < MIN_JUDGED:
        return None
    figures = assessment.assess(fit(table, seed, like=fitted), seed)
    assessment.refuse_leakage(figures)
    return {key: figures[key] for key in ("pooled", "intervals", "against", "noise_ceiling", "judged_rows", "chosen")}


def _only(pool: Sequence[Candidate], names: set[str]) -> list[Candidate]:
    """The named candidates of a pool, and the members of those that are blends."""
    members = {member for candidate in pool if candidate.name in names for member in candidate.blend_of}
    return [candidate for candidate in pool if candidate.name in names | members]


def _best_labels(
    surveyed: Examples, pool: list[Candidate], teaching: dict, seed: int, ways: Sequence[str]
) -> tuple[str, backtest.Selection]:
    """The first way (soft labels) unless another ranks the judged rows better."""
    folds = dataset.forward_folds(surveyed.wave, teaching)
    made = {name: backtest.select(surveyed, pool, folds, seed, LABELS[name]) for name in ways}

    def ranking(name: str) -> float:
        logits = made[name].logits[made[name].chosen]
        rows = surveyed.is_judged & ~np.isnan(logits)
        return auc(surveyed.low[rows], logits[rows]) or 0.0

    best = max(ways, key=ranking)  # the first of equals
    return best, made[best]


def _earned(
    surveyed: Examples, pool: list[Candidate], made: backtest.Selection, teaching: dict, seed: int, teach
) -> backtest.Selection:
    """The selection as it is, or with persistence instead where its choice does not rank better by more than chance."""
    logits = made.logits[made.chosen]
    rows = surveyed.is_judged & ~np.isnan(logits)
    low = surveyed.low[rows]
    if made.chosen == "persistence" or not 0 < low.sum() < len(low):
        return made
    gap = auc_difference(low, logits[rows], made.logits["persistence"][rows], surveyed.group[rows], seed)
    if gap["low"] > 0:
        return made
    folds = dataset.forward_folds(surveyed.wave, teaching)
    kept = backtest.select(surveyed, _only(pool, {"persistence"}), folds, seed, teach)
    return replace(kept, logits=made.logits, calibrations=made.calibrations)


def _newest_wave(
    examples: Examples, pool: list[Candidate], made: backtest.Selection, order: list[str], teach
) -> np.ndarray:
    """The choice's risk of the newest wave after learning from every wave before it; NaN for other rows."""
    fold = (np.flatnonzero(np.isin(examples.wave, order[:-1])), np.flatnonzero(examples.wave == order[-1]))
    logits = backtest.out_of_fold(examples, _only(pool, {made.chosen}), [fold], teach)[made.chosen]
    return backtest.calibrated_risk(logits, made.calibrations[made.chosen])


def _risk(examples: Examples, made: backtest.Selection, name: str, teaching: dict) -> np.ndarray:
    """A candidate's out-of-fold risk: each wave's logits are calibrated on foretold waves that may teach it, as they
    come where those hold too few practices."""
    logits = made.logits[name]
    risk = np.full(len(logits), np.nan)
    judged = examples.is_judged & ~np.isnan(logits)
    for wave in set(examples.wave[~np.isnan(logits)]):
        past, inside = judged & np.isin(examples.wave, teaching[wave]), examples.wave == wave
        line = calibration_line(examples.low[past], logits[past]) if past.sum() >= MIN_CALIBRATION else (1.0, 0.0)
        risk[inside] = backtest.calibrated_risk(logits[inside], line if line[0] > 0 else (1.0, 0.0))
    return risk


def _candidate_figures(
    examples: Examples, made: backtest.Selection, teaching: dict, prefix: str = ""
) -> dict[str, dict]:
    """AUC and Brier score of each candidate, over all foretold waves and in each of them."""
    figures = {}
    for name in made.logits:
        risk = _risk(examples, made, name, teaching)
        waves = sorted(set(examples.wave[examples.is_judged & ~np.isnan(risk)]))
        by_wave = {wave: _ranked(examples, risk, examples.wave == wave) for wave in waves}
        figures[prefix + name] = _ranked(examples, risk) | {"waves": by_wave}
    return figures


def _ranked(examples: Examples, risk: np.ndarray, inside: np.ndarray | bool = True) -> dict:
    rows = examples.is_judged & ~np.isnan(risk) & inside
    low, risk = examples.low[rows], risk[rows]
    return {"auc": auc(low, risk), "brier": float(np.mean((risk - low) ** 2)), "rows": len(low)}


def _on_held_out_wave(
    tracking: Tracking, champion: registry.Version, table: Table, fitted: Fitted, kinds: pd.DataFrame, seed: int
) -> dict | None:
    """The champion's figures on the newest wave; its own recorded ones when it has already learned from that wave.

    None where it cannot score this warehouse any more: nothing then speaks for keeping it.
    """
    newest = max(set(fitted.wave))
    if champion.tags["newest_wave"] >= newest:
        return succession.judged(champion)
    model = registry.load(tracking, champion)
    inside = fitted.wave == newest
    risk = fitted.risks["model"].copy()
    try:
        seen = record.as_expected(model, table.examples.features.iloc[fitted.rows[inside]])
    except record.MissingFeature:
        return None
    risk[inside] = model.predict_proba(seen)[:, 1]
    return assessment.held_out(fitted, risk, kinds, seed)


def _kept(status: str, version: registry.Version, reason: str) -> TrainingResult:
    return TrainingResult(status, registry.NAME, version.number, version.tags.get("chosen"), False, reason)
