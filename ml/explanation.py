"""Why a practice has its score: exact contributions, because every model is a sum of one-column terms.

contribution of column j = f(median practice with this practice's j) - f(median practice), on the logit scale; all of
them and f(median practice) add up to f(practice). No sampling, no approximation.
"""

import numpy as np
import pandas as pd

from ml.candidates import TwoPaths

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
    parts = pd.DataFrame(0.0, index=features.index, columns=features.columns)
    start = np.zeros(len(features))
    known = model.has_history(features)
    history = list(model.history)
    paths = ((known, model.with_history, features), (~known, model.without_history, features.drop(columns=history)))
    for rows, path, seen in paths:
        if not rows.any():
            continue
        median = median_practice(seen[rows] if path is model.with_history else seen)
        base = path.decision_function(median)[0]
        start[rows] = base
        repeated = median.loc[np.zeros(rows.sum(), int)].reset_index(drop=True)
        for column in seen:
            moved = repeated.assign(**{column: seen.loc[rows, column].to_numpy()})
            parts.loc[rows, column] = path.decision_function(moved) - base
    return parts, start


def group_of(column: str, steps: dict[str, str], history: tuple[str, ...]) -> str:
    """The step a column speaks of (`FOLLOW_UP`, ...), HISTORY, or CONTEXT."""
    if column in history:
        return HISTORY_GROUP
    if column in steps:
        return steps[column]
    step = column.removeprefix("touchpoint_").removeprefix("trend_")
    return step.upper().replace("_", "-") if step != column else CONTEXT_GROUP
