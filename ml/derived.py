"""Columns that a panel's own columns imply without any outcome, and levels that make waves comparable.

How two sizes stand to each other (patients a doctor) says more than either, and what the practices around a practice
are like says much of its patients. Each derived column is a column like any other, so that a score stays a sum of
one-column terms. No column is named here: pairs are found by how values go together.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ml.candidates import MAX_CATEGORIES, RARE_CATEGORY

RELATED = 0.5  # rank correlation from which two sizes measure much the same, so that their ratio says something new
MAX_RATIOS = 20
USUAL_REGION = 10  # other practices at which a region's mean counts half, the mean of its wave the other half
MANY_REGIONS = 30  # below this a mean by region teaches which regions were low, not what makes a practice low
KNOWN_LEVEL = 40  # practices that tell what is usual in a wave
AROUND = " (rest of region)"


@dataclass(frozen=True)
class Derived:
    """Which columns to add: log ratios of pairs of sizes; of all columns, and the shares of (text column, category), the
    mean over the rest of the region, unless there are too few regions."""

    ratios: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, str], ...]
    around: bool

    def add(self, features: pd.DataFrame, region: pd.Series, wave: pd.Series) -> pd.DataFrame:
        """The features and the derived columns; same rows."""
        ratios = pd.DataFrame({f"{a} / {b}": _log(features[a]) - _log(features[b]) for a, b in self.ratios})
        described = pd.concat([features, ratios], axis=1)
        if not self.around:
            return described
        shares = {
            f"{column} = {text}": (features[column] == text).where(features[column].notna()).astype("float64")
            for column, text in self.categories
        }
        numbers = pd.concat([described.select_dtypes("number"), pd.DataFrame(shares, index=features.index)], axis=1)
        return pd.concat([described, rest_of_region(numbers, region, wave).add_suffix(AROUND)], axis=1)


def derive(features: pd.DataFrame, region: pd.Series) -> Derived:
    """What these features imply: ratios of related sizes (the most related first), and their common categories."""
    numbers = features.select_dtypes("number")
    sizes = numbers.loc[:, ((numbers > 0) | numbers.isna()).all() & (numbers.nunique() > 1)]
    related = sizes.corr("spearman").abs().to_numpy()
    pairs = [(i, j) for i, j in combinations(range(sizes.shape[1]), 2) if RELATED <= related[i, j] < 1]
    pairs = sorted(pairs, key=lambda pair: (-related[pair], pair))[:MAX_RATIOS]
    categories = []
    for column in features.columns.drop(numbers.columns):
        counted = features[column].value_counts().head(MAX_CATEGORIES)
        categories += [(column, text) for text in sorted(counted[counted >= RARE_CATEGORY].index)]
    ratios = tuple((sizes.columns[i], sizes.columns[j]) for i, j in pairs)
    return Derived(ratios, tuple(categories), around=region.nunique() >= MANY_REGIONS)


def is_around(column: str) -> bool:
    """Whether a column tells of the practices around, not of the practice."""
    return column.endswith(AROUND)


def rest_of_region(numbers: pd.DataFrame, region: pd.Series, wave: pd.Series) -> pd.DataFrame:
    """Mean of the *other* practices of the same region and wave, drawn to the wave's where they are few."""
    total, count = _others(numbers, [region, wave])
    wave_total, wave_count = _others(numbers, [wave])
    usual = wave_total / wave_count.where(wave_count > 0)
    return (total + USUAL_REGION * usual) / (count + USUAL_REGION)


@dataclass(frozen=True)
class Levels:
    """What is usual in each wave of a panel: one row a wave of the middle and the spread of every number."""

    middle: pd.DataFrame
    spread: pd.DataFrame

    def against_wave(self, features: pd.DataFrame, wave: pd.Series) -> pd.DataFrame:
        """Each number as its distance from the middle of its wave, in spreads; text as it is.

        Between waves levels drift (prices, codes, a survey's wording) for reasons that are no practice's. A wave that
        the panel does not hold is measured by its own rows; by the panel's waves together where it has few of them.
        """
        own = levels(features, wave)
        known = wave.isin(self.middle.index).to_numpy()
        many = (wave.map(wave.value_counts()) >= KNOWN_LEVEL).to_numpy()
        numbers = features.select_dtypes("number")
        leveled = numbers.copy()
        for rows, source in (known, self), (~known & many, own), (~known & ~many, self._pooled(wave)):
            middle, spread = source.middle.loc[wave[rows]].to_numpy(), source.spread.loc[wave[rows]].to_numpy()
            leveled.loc[rows] = (numbers[rows].to_numpy() - middle) / spread
        return features.assign(**leveled)

    def _pooled(self, wave: pd.Series) -> "Levels":
        waves = pd.Index(wave.unique())
        return Levels(*(pd.DataFrame([level.mean()] * len(waves), waves) for level in (self.middle, self.spread)))


def levels(features: pd.DataFrame, wave: pd.Series) -> Levels:
    """Median, and mean distance from it, of each number in each wave; no spread counts as one."""
    numbers = features.select_dtypes("number")
    middle = numbers.groupby(wave).median()
    away = (numbers - middle.loc[wave].to_numpy()).abs()
    spread = away.groupby(wave).mean()
    return Levels(middle, spread.where(spread > 0, 1.0))


def _others(numbers: pd.DataFrame, keys: list[pd.Series]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum and count of the known values of the other rows with the same keys."""
    by = numbers.groupby(keys)
    return by.transform("sum") - numbers.fillna(0), by.transform("count") - numbers.notna()


def _log(values: pd.Series) -> pd.Series:
    return np.log(values.where(values > 0))
