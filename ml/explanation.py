"""Why a practice has its score: exact contributions, because every model is a sum of one-column terms.

contribution of a column = its term at this practice's value less its term at the median practice's, on the logit scale;
all of them and f(median practice) add up to f(practice). No sampling, no approximation.
"""

from functools import singledispatch

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.candidates import AdditiveBoosting, Blend, Calibrated, Linear, LogitModel, Prevalence, ScoreCurves, TwoPaths

HISTORY_GROUP, CONTEXT_GROUP = "HISTORY", "CONTEXT"


def median_practice(features: pd.DataFrame) -> pd.DataFrame:
    """One row: the median of each number, the most frequent text, unknown where nobody's is known."""
    row = {}
    for column in features:
        known = features[column].dropna()
        if pd.api.types.is_numeric_dtype(features[column]):
            row[column] = known.median() if len(known) else np.nan
        else:
            row[column] = known.mode().iloc[0] if len(known) else None
    return pd.DataFrame([row]).astype(features.dtypes)


def contributions(model: TwoPaths, features: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """(rows x columns of contributions, logit of the median practice of each row's path).

    A practice without an earlier survey is explained by the path that scores it, against the median of the same
    columns; its history columns contribute nothing.
    """
    parts = np.zeros(features.shape)
    start = np.zeros(len(features))
    known = model.has_history(features)
    place = {column: i for i, column in enumerate(features)}
    bare = features.drop(columns=list(model.history))
    for rows, path, seen, peers in (
        (known, model.with_history, features, features[known]),
        (~known, model.without_history, bare, bare),
    ):
        if rows.any():
            median = median_practice(peers)
            start[rows] = path.decision_function(median)[0]
            parts[np.ix_(rows, [place[c] for c in seen])] = terms(path, seen[rows]) - terms(path, median)
    return pd.DataFrame(parts, columns=features.columns), start


@singledispatch
def terms(model: LogitModel, features: pd.DataFrame) -> np.ndarray:
    """Rows x columns: what each column adds to the logit, up to a constant a column."""
    raise TypeError(f"{type(model).__name__} is no sum of one-column terms that is known here")


@terms.register
def _(model: Prevalence, features: pd.DataFrame) -> np.ndarray:
    return np.zeros(features.shape)


@terms.register
def _(model: Blend, features: pd.DataFrame) -> np.ndarray:
    return np.mean([terms(member, features) for member in model.members], axis=0)


@terms.register
def _(model: Calibrated, features: pd.DataFrame) -> np.ndarray:
    return model.slope * terms(model.model, features)


@terms.register
def _(model: Linear, features: pd.DataFrame) -> np.ndarray:
    if model.encoder_ is None:
        return np.zeros(features.shape)
    weighted = model.encoder_.transform(model.usable_.transform(features)) * model.model_.coef_[0]
    return _by_column(weighted, model.encoder_[0], features)


@terms.register
def _(model: ScoreCurves, features: pd.DataFrame) -> np.ndarray:
    if model.encoder_ is None:
        return np.zeros(features.shape)
    weighted = model.encoder_.transform(model.usable_.transform(features)) * model.score_.coef_
    logits_a_point = model.model_.coef_[0, 0] / model.scale_.scale_[0]
    return logits_a_point * _by_column(weighted, model.encoder_, features)


@terms.register
def _(model: AdditiveBoosting, features: pd.DataFrame) -> np.ndarray:
    """Trees see few different codes: each is asked for once, all else held still."""
    if model.encoder_ is None:
        return np.zeros(features.shape)
    encoded = model.encoder_.transform(model.usable_.transform(features))
    found = [np.unique(codes, return_inverse=True) for codes in encoded.T]
    sizes = [len(codes) for codes, _ in found]
    probes = np.zeros((sum(sizes), encoded.shape[1]))
    for j, ((codes, _), end) in enumerate(zip(found, np.cumsum(sizes), strict=True)):
        probes[end - len(codes) : end, j] = codes
    answers = np.split(model.model_.decision_function(probes), np.cumsum(sizes)[:-1])
    added = np.column_stack([answer[member] for answer, (_, member) in zip(answers, found, strict=True)])
    return _by_column(added, model.encoder_, features)


def _by_column(encoded: np.ndarray, encoder: ColumnTransformer, features: pd.DataFrame) -> np.ndarray:
    """Adds up what the encoded columns of each feature say (a curve has several, a text one a category)."""
    out = np.zeros(features.shape)
    place = {column: i for i, column in enumerate(features)}
    for name, _, columns in encoder.transformers_:
        if name == "remainder":
            continue
        taken = encoder.output_indices_[name]
        widths = _widths(encoder.named_transformers_[name], len(columns), taken.stop - taken.start)
        starts = taken.start + np.r_[0, np.cumsum(widths)[:-1]]
        out[:, [place[column] for column in columns]] += np.add.reduceat(encoded[:, : taken.stop], starts, axis=1)
    return out


def _widths(transformer, columns: int, encoded: int) -> list[int]:
    """How many encoded columns each feature has: text one a category, rare ones together; numbers all the same."""
    first = transformer[0] if isinstance(transformer, Pipeline) else transformer
    if not isinstance(first, OneHotEncoder):
        return [encoded // columns] * columns
    return [
        len(categories) - (len(few) - 1 if few is not None else 0)
        for categories, few in zip(first.categories_, first.infrequent_categories_, strict=True)
    ]


def group_of(column: str, steps: dict[str, str], history: tuple[str, ...]) -> str:
    """The step a column speaks of (`FOLLOW_UP`, ...), HISTORY, or CONTEXT."""
    if column in history:
        return HISTORY_GROUP
    if column in steps:
        return steps[column]
    step = column.removeprefix("touchpoint_").removeprefix("trend_")
    return step.upper().replace("_", "-") if step != column else CONTEXT_GROUP
