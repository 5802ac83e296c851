"""Choosing a candidate without peeking: predictions for rows the model has not learned from, then one rule.

Folds never split a group or look ahead in time. The rule: the simplest candidate whose AUC is within one standard
error (of the paired difference, by group) of the best.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from ml.candidates import Blend, Calibrated, Candidate, LogitModel, logistic
from ml.examples import Examples
from ml.judgement import auc, auc_many, calibration_line, resample

Fold = tuple[np.ndarray, np.ndarray]
Teach = Callable[[Examples, np.ndarray], Examples]
GROUP_FOLDS = 3
SELECTION_DRAWS = 200


@dataclass(frozen=True)
class Selection:
    """The chosen name, its model fitted on all rows and calibrated, and what each candidate said out of fold.

    logits: name -> out-of-fold logit per row, NaN where a row was in no test fold.
    """

    chosen: str
    model: LogitModel
    logits: dict[str, np.ndarray]
    calibrations: dict[str, tuple[float, float]]


def group_folds(groups: np.ndarray, seed: int, folds: int = GROUP_FOLDS) -> list[Fold]:
    """Train and test positions; a group is wholly on one side."""
    names = np.unique(groups.astype(str))
    split = GroupKFold(min(folds, len(names)), shuffle=True, random_state=seed)
    return list(split.split(groups, groups=groups.astype(str)))


def select(
    examples: Examples, candidates: list[Candidate], folds: list[Fold], seed: int, teach: Teach = Examples.take
) -> Selection:
    """Judge each candidate out of fold, choose, and fit the choice on every learnable row."""
    logits = out_of_fold(examples, candidates, folds, teach)
    calibrations = {name: _calibration(examples, values) for name, values in logits.items()}
    chosen = simplest_within_one_error(examples, [c.name for c in candidates], logits, seed)
    judged = examples.is_judged & ~np.isnan(logits[chosen])
    slope, intercept = calibrations[chosen]
    support = np.sort(slope * logits[chosen][judged] + intercept)
    everything = teach(examples, np.arange(len(examples)))
    model = fit_calibrated(chosen, candidates, everything, calibrations, support)
    return Selection(chosen, model, logits, calibrations)


def fit_calibrated(
    name: str,
    candidates: list[Candidate],
    examples: Examples,
    calibrations: dict[str, tuple[float, float]],
    support: np.ndarray | None = None,
) -> Calibrated:
    """The named candidate fitted on all learnable rows, with the calibration found out of fold."""
    return Calibrated(fit(name, candidates, examples), *calibrations[name], support=support)


def out_of_fold(
    examples: Examples, candidates: list[Candidate], folds: list[Fold], teach: Teach
) -> dict[str, np.ndarray]:
    """Logit of every candidate for the rows of the test folds.

    teach(examples, rows) gives the rows as they are known when their fold is learned from (their cut included).
    """
    logits = {candidate.name: np.full(len(examples), np.nan) for candidate in candidates}
    for train, test in folds:
        learned = teach(examples, train)
        learned = learned.take(learned.is_learnable)
        if not len(learned):
            continue
        tested = examples.take(test).features
        for candidate in candidates:
            if candidate.blend_of:
                parts = [logits[name][test] for name in candidate.blend_of]
                logits[candidate.name][test] = np.mean(parts, axis=0)
            else:
                logits[candidate.name][test] = _taught(candidate.model, learned).decision_function(tested)
    return logits


def fit(name: str, candidates: list[Candidate], examples: Examples) -> LogitModel:
    """The named candidate, fitted on all learnable rows."""
    by_name = {candidate.name: candidate for candidate in candidates}
    candidate = by_name[name]
    if candidate.blend_of:
        return Blend([fit(member, candidates, examples) for member in candidate.blend_of])
    learned = examples.take(examples.is_learnable)
    return _taught(clone(candidate.model), learned)


def _taught(model: LogitModel, examples: Examples) -> LogitModel:
    score = (examples.expected,) if model.learns_score else ()
    return model.fit(examples.features, examples.soft, examples.weight, *score)


def simplest_within_one_error(examples: Examples, names: list[str], logits: dict[str, np.ndarray], seed: int) -> str:
    """`names` go from simple to complex. Without both outcomes in the judged rows the simplest wins."""
    rows = examples.is_judged & ~np.isnan(logits[names[0]])
    low = examples.low[rows]
    if not 0 < low.sum() < len(low):
        return names[0]
    scores = {name: auc(low, logits[name][rows]) for name in names}
    best = max(names, key=lambda name: scores[name])
    draws = resample(examples.group[rows], seed, SELECTION_DRAWS)
    drawn = {name: auc_many(low, logits[name][rows], draws) for name in names}
    for name in names:
        if scores[best] - scores[name] <= np.std(drawn[best] - drawn[name], ddof=1):
            return name
    return best


def calibrated_risk(logits: np.ndarray, calibration: tuple[float, float]) -> np.ndarray:
    """Probability from an out-of-fold logit."""
    slope, intercept = calibration
    return logistic(slope * logits + intercept)


def _calibration(examples: Examples, logits: np.ndarray) -> tuple[float, float]:
    rows = examples.is_judged & ~np.isnan(logits)
    slope, intercept = calibration_line(examples.low[rows], logits[rows])
    return (slope, intercept) if slope > 0 else (1.0, 0.0)
