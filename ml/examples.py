"""What every candidate learns from and is judged on, whichever file or warehouse it came from."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Examples:
    """One row a practice and wave; all arrays share the rows of `features`.

    features    float64 columns (NaN = unknown) and object columns of text (None = unknown)
    history     the columns that hold earlier survey results; the first is the last wave's score
    score       the score to predict (0-100), NaN where the practice has no label
    low         1.0 when the score is below the cut, 0.0 when not, NaN where not judged
    soft        chance that the true score is below the cut, learned from; NaN where nothing is known
    weight      how much a row counts in learning
    group       what is left out or resampled together (a region, a practice)
    wave        sorts in time
    directions  +1 or -1 for a column whose rise may only raise or only lower the risk
    """

    features: pd.DataFrame
    history: tuple[str, ...]
    score: np.ndarray
    low: np.ndarray
    soft: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    wave: np.ndarray
    directions: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.features)

    def take(self, rows: np.ndarray) -> "Examples":
        """The chosen rows (positions or a mask), in that order."""
        arrays = ("score", "low", "soft", "weight", "group", "wave")
        return replace(
            self,
            features=self.features.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows].reset_index(drop=True),
            **{name: getattr(self, name)[rows] for name in arrays},
        )

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

    def without_history(self) -> "Examples":
        """The same rows for a model that never sees an earlier survey."""
        return replace(self, features=self.features.drop(columns=list(self.history)), history=())
