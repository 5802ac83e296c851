"""What every candidate learns from and is judged on, whichever file or warehouse it came from."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

ARRAYS = ("score", "expected", "spread", "judged", "low", "soft", "weight", "group", "wave")


@dataclass(frozen=True)
class Examples:
    """One row a practice and wave; all arrays share the rows of `features`.

    features    float64 columns (NaN = unknown) and object columns of text (None = unknown)
    history     the columns that hold earlier survey results; the first is the last wave's score
    score       the observed score to predict (0-100), NaN where there is none
    expected, spread   mean and standard deviation of the true score given the observed one
    judged      whether the observed score is sure enough to judge a model by
    low         1.0 when the score is below the cut, 0.0 when not, NaN where not judged
    soft        chance that the true score is below the cut, learned from; NaN where there is no score
    weight      how much a row counts in learning
    group       what is left out or resampled together (a region, a practice)
    wave        the wave to predict
    directions  +1 or -1 for a column whose rise may only raise or only lower the risk
    """

    features: pd.DataFrame
    history: tuple[str, ...]
    score: np.ndarray
    expected: np.ndarray
    spread: np.ndarray
    judged: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    wave: np.ndarray
    low: np.ndarray
    soft: np.ndarray
    directions: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.features)

    def take(self, rows: np.ndarray) -> "Examples":
        """The chosen rows (positions or a mask), in that order."""
        positions = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(
            self,
            features=self.features.iloc[positions].reset_index(drop=True),
            **{name: getattr(self, name)[positions] for name in ARRAYS},
        )

    def with_cut(self, cut: float | np.ndarray) -> "Examples":
        """The same rows labelled by another cut (one for all, or one a row)."""
        scored = ~np.isnan(self.score)
        sure = self.spread <= 0
        steps = (cut - self.expected) / np.where(sure, 1, self.spread)
        soft = np.where(sure, (self.expected < cut).astype(float), norm.cdf(steps))
        low = np.where(self.judged, (self.score < cut).astype(float), np.nan)
        return replace(self, low=low, soft=np.where(scored, soft, np.nan))

    def without_history(self) -> "Examples":
        """The same rows for a model that never sees an earlier survey."""
        return replace(self, features=self.features.drop(columns=list(self.history)), history=())

    @property
    def has_history(self) -> np.ndarray:
        """Whether the practice has an earlier survey score."""
        return self.features[self.history[0]].notna().to_numpy()

    @property
    def is_judged(self) -> np.ndarray:
        return ~np.isnan(self.low)

    @property
    def is_learnable(self) -> np.ndarray:
        return ~np.isnan(self.soft)
