"""Glass-box candidates: each score is, on the logit scale, a sum of one term a column.

Because of that every model here, every blend of them and every calibration of a blend decomposes exactly into
contributions (`ml.explanation`). Ordered from simple to complex: the order is the tie-break of selection.
Hyper-parameters form a small fixed grid; nothing is tuned to a particular file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import beta, norm
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, SplineTransformer, StandardScaler

from ml.examples import Examples

MAX_QUANTILES = 200
SPLINE_KNOTS = 5
MAX_BINS = 64
RARE_CATEGORY = 20
MAX_CATEGORIES = 12
SIMILAR = 0.5  # logits
INTERVAL_TAIL = 0.05
FAR = 0.005  # tail beyond which a rank says no more
BEND = 0.3  # how freely a curve may bend, to the freedom its straight part has
RIDGES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
BOOSTING = {
    "learning_rate": 0.15,
    "max_iter": 200,
    "max_leaf_nodes": 4,
    "min_samples_leaf": 20,
    "l2_regularization": 5.0,
}


class LogitModel(ClassifierMixin, BaseEstimator):
    """Anything that gives a logit: probabilities follow. Classes are always (0, 1) = (not low, low).

    Where `learns_score`, fit takes the expected true score as well.
    """

    classes_ = np.array([0, 1])
    learns_score = False

    def predict_proba(self, features: pd.DataFrame) -> np.ndarray:
        """Columns: not low, low."""
        risk = logistic(self.decision_function(features))
        return np.column_stack([1 - risk, risk])

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        return (self.decision_function(features) > 0).astype(int)


class UsableColumns(TransformerMixin, BaseEstimator):
    """Keeps the columns that vary in training; text stays text, numbers become float64."""

    def fit(self, features: pd.DataFrame, y=None) -> "UsableColumns":
        varying = [column for column in features if features[column].nunique(dropna=False) > 1]
        known = [column for column in varying if features[column].notna().any()]
        self.text_ = [column for column in known if not pd.api.types.is_numeric_dtype(features[column])]
        self.numbers_ = [column for column in known if column not in self.text_]
        unknown = features[self.numbers_].isna().sum()
        self.gaps_ = [column for column in self.numbers_ if unknown[column] >= RARE_CATEGORY]
        return self

    def transform(self, features: pd.DataFrame) -> pd.DataFrame:
        numbers = features[self.numbers_].astype("float64")
        text = features[self.text_].astype(object)
        return pd.concat([numbers, text.where(text.notna(), "(blank)")], axis=1)


class QuantileBins(TransformerMixin, BaseEstimator):
    """Number of training quantiles below a value, NaN kept: boosting need not look for (weighted) quantiles again."""

    def fit(self, numbers: pd.DataFrame, y=None) -> "QuantileBins":
        cuts = np.linspace(0, 1, MAX_BINS)[1:-1]
        self.edges_ = [np.unique(np.nanquantile(values, cuts)) for values in numbers.to_numpy().T]
        return self

    def transform(self, numbers: pd.DataFrame) -> np.ndarray:
        values = numbers.to_numpy()
        binned = np.column_stack([np.searchsorted(e, v, "right") for e, v in zip(self.edges_, values.T, strict=True)])
        return np.where(np.isnan(values), np.nan, binned)


class NormalScores(TransformerMixin, BaseEstimator):
    """Ranks among the training values as standard normal deviates, unknown as the median (0)."""

    def fit(self, numbers: pd.DataFrame, y=None) -> "NormalScores":
        self.ranks_ = QuantileTransformer(n_quantiles=min(MAX_QUANTILES, len(numbers)), subsample=None).fit(numbers)
        return self

    def transform(self, numbers: pd.DataFrame) -> np.ndarray:
        return np.nan_to_num(norm.ppf(np.clip(self.ranks_.transform(numbers), FAR, 1 - FAR)))


class Prevalence(LogitModel):
    """Everybody at the base rate: what is known without looking."""

    def fit(self, features: pd.DataFrame, soft: np.ndarray, weight: np.ndarray) -> "Prevalence":
        self.logit_ = float(logit(np.average(soft, weights=weight)))
        return self

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        return np.full(len(features), self.logit_)


class Linear(LogitModel):
    """Regularised logistic regression on the chosen columns; None takes all."""

    def __init__(self, strength: float, columns: Sequence[str] | None = None):
        self.strength = strength
        self.columns = columns

    def fit(self, features: pd.DataFrame, soft: np.ndarray, weight: np.ndarray) -> "Linear":
        chosen = features if self.columns is None else features[list(self.columns)]
        self.usable_ = UsableColumns().fit(chosen)
        usable = self.usable_.transform(chosen)
        if usable.shape[1] == 0:
            self.encoder_, self.fallback_ = None, Prevalence().fit(features, soft, weight)
            return self
        self.encoder_ = make_pipeline(_encoder(self.usable_, SimpleImputer(strategy="median")), StandardScaler())
        encoded = self.encoder_.fit_transform(usable)
        self.model_ = LogisticRegression(C=self.strength, solver="newton-cholesky", max_iter=200)
        self.model_.fit(*_two_rows_each(encoded, soft, weight))
        return self

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        if self.encoder_ is None:
            return self.fallback_.decision_function(features)
        return self.model_.decision_function(self.encoder_.transform(self.usable_.transform(features)))


class AdditiveBoosting(LogitModel):
    """Gradient boosting without interactions, monotone where the direction of a column is known: a GAM."""

    def __init__(self, directions: dict[str, int] | None = None, seed: int = 7):
        self.directions = directions
        self.seed = seed

    def fit(self, features: pd.DataFrame, soft: np.ndarray, weight: np.ndarray) -> "AdditiveBoosting":
        self.usable_ = UsableColumns().fit(features)
        usable = self.usable_.transform(features)
        if usable.shape[1] == 0:
            self.encoder_, self.fallback_ = None, Prevalence().fit(features, soft, weight)
            return self
        self.encoder_ = _encoder(self.usable_, QuantileBins())
        encoded = self.encoder_.fit_transform(usable)
        constraints = [(self.directions or {}).get(column, 0) for column in self.usable_.numbers_]
        self.model_ = HistGradientBoostingClassifier(
            **BOOSTING,
            interaction_cst="no_interactions",
            monotonic_cst=constraints + [0] * (encoded.shape[1] - len(constraints)),
            early_stopping=False,
            random_state=self.seed,
        )
        self.model_.fit(*_two_rows_each(encoded, soft, weight))
        return self

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        if self.encoder_ is None:
            return self.fallback_.decision_function(features)
        return self.model_.decision_function(self.encoder_.transform(self.usable_.transform(features)))


class ScoreCurves(LogitModel):
    """Ridge regression of the score itself on lines and curves of ranks, then its line on the logit scale.

    How far below the cut a practice fell teaches more than that it did. Lines come cheaper than bends; `straight`
    columns have lines only (those of a region: it takes many regions to see a bend). Leave-one-out picks the ridge.
    """

    learns_score = True

    def __init__(self, straight: Sequence[str] = ()):
        self.straight = straight

    def fit(self, features: pd.DataFrame, soft: np.ndarray, weight: np.ndarray, score: np.ndarray) -> "ScoreCurves":
        self.usable_ = UsableColumns().fit(features)
        usable = self.usable_.transform(features)
        if usable.shape[1] == 0:
            self.encoder_, self.fallback_ = None, Prevalence().fit(features, soft, weight)
            return self
        bent = [column for column in self.usable_.numbers_ if column not in set(self.straight)]
        self.encoder_ = _lines_and_bends(self.usable_, bent)
        encoded = self.encoder_.fit_transform(usable)
        self.score_ = RidgeCV(alphas=RIDGES).fit(encoded, score, sample_weight=weight)
        foretold = self.score_.predict(encoded)[:, None]
        self.scale_ = StandardScaler().fit(foretold)
        self.model_ = LogisticRegression(C=1.0).fit(*_two_rows_each(self.scale_.transform(foretold), soft, weight))
        return self

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        if self.encoder_ is None:
            return self.fallback_.decision_function(features)
        foretold = self.score_.predict(self.encoder_.transform(self.usable_.transform(features)))
        return self.model_.decision_function(self.scale_.transform(foretold[:, None]))


class Blend(LogitModel):
    """Plain mean of fitted members' logits: additive because they are."""

    def __init__(self, members: Sequence[LogitModel]):
        self.members = members

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        return np.mean([member.decision_function(features) for member in self.members], axis=0)


class Calibrated(LogitModel):
    """slope * logit + intercept, both learned from out-of-fold logits; `support` holds those of judged rows."""

    def __init__(self, model: LogitModel, slope: float, intercept: float, support: np.ndarray | None = None):
        self.model = model
        self.slope = slope
        self.intercept = intercept
        self.support = support

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        return self.slope * self.model.decision_function(features) + self.intercept

    def risk_interval(self, features: pd.DataFrame) -> np.ndarray:
        """90% interval (low, high) of the share of low practices among those with such a score.

        A beta distribution with as many trials as there are judged out-of-fold rows within half a logit: where the
        past has few practices of a kind, the interval is wide.
        """
        logits = self.decision_function(features)
        risk, support = logistic(logits), np.asarray([] if self.support is None else self.support)
        near = np.searchsorted(support, logits + SIMILAR, "right") - np.searchsorted(support, logits - SIMILAR)
        trials = near[:, None] * np.column_stack([risk, 1 - risk]) + 0.5
        bounds = beta.ppf([[INTERVAL_TAIL], [1 - INTERVAL_TAIL]], trials[:, 0], trials[:, 1])
        return np.column_stack([np.minimum(bounds[0], risk), np.maximum(bounds[1], risk)])


class TwoPaths(LogitModel):
    """The model for practices with an earlier survey, and the one for those without; `columns` are all it needs."""

    def __init__(
        self,
        with_history: LogitModel,
        without_history: LogitModel,
        history: Sequence[str],
        columns: Sequence[str] = (),
    ):
        self.with_history = with_history
        self.without_history = without_history
        self.history = history
        self.columns = columns

    def decision_function(self, features: pd.DataFrame) -> np.ndarray:
        return self._routed("decision_function", features, np.empty(len(features)))

    def risk_interval(self, features: pd.DataFrame) -> np.ndarray:
        """90% interval of the path's model, see Calibrated."""
        return self._routed("risk_interval", features, np.empty((len(features), 2)))

    def has_history(self, features: pd.DataFrame) -> np.ndarray:
        return features[self.history[0]].notna().to_numpy()

    def _routed(self, method: str, features: pd.DataFrame, out: np.ndarray) -> np.ndarray:
        known = self.has_history(features)
        if known.any():
            out[known] = getattr(self.with_history, method)(features[known])
        if not known.all():
            unsurveyed = features[~known].drop(columns=list(self.history))
            out[~known] = getattr(self.without_history, method)(unsurveyed)
        return out


@dataclass(frozen=True)
class Candidate:
    """A name, and either a model to fit or the names of other candidates to blend."""

    name: str
    model: LogitModel | None = None
    blend_of: tuple[str, ...] = ()


def with_history(examples: Examples, seed: int, straight: Sequence[str] = ()) -> list[Candidate]:
    """Candidates for practices that were surveyed before, simplest first; `straight` see ScoreCurves."""
    last, history = [examples.history[0]], list(examples.history)
    return [
        Candidate("persistence", Linear(1.0, columns=last)),
        Candidate("shrunk_persistence", Linear(1.0, columns=history)),
        *_learned(examples, seed, straight),
        Candidate("blend_history", blend_of=("shrunk_persistence", "score_curves", "additive_boosting")),
        Candidate("blend", blend_of=("score_curves", "additive_boosting")),
    ]


def no_history(examples: Examples, seed: int, straight: Sequence[str] = ()) -> list[Candidate]:
    """Candidates for practices never surveyed, simplest first; `straight` see ScoreCurves."""
    return [
        Candidate("prevalence", Prevalence()),
        *_learned(examples, seed, straight),
        Candidate("blend", blend_of=("score_curves", "additive_boosting")),
    ]


def _learned(examples: Examples, seed: int, straight: Sequence[str]) -> list[Candidate]:
    return [
        Candidate("logistic", Linear(0.003)),
        Candidate("score_curves", ScoreCurves(straight)),
        Candidate("additive_boosting", AdditiveBoosting(examples.directions, seed)),
    ]


def logistic(logits: np.ndarray) -> np.ndarray:
    """Logit to probability."""
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def logit(probability: np.ndarray) -> np.ndarray:
    """Probability to logit, kept finite."""
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def _two_rows_each(encoded: np.ndarray, soft: np.ndarray, weight: np.ndarray) -> tuple:
    """Learn from a chance p with proper log-loss: one row 'low' of weight p, one 'not low' of weight 1 - p."""
    n = len(soft)
    labels = np.r_[np.ones(n), np.zeros(n)].astype(int)
    return np.vstack([encoded, encoded]), labels, np.r_[weight * soft, weight * (1 - soft)]


def _encoder(usable: UsableColumns, number) -> ColumnTransformer:
    return _by_kind([("numbers", number, usable.numbers_), ("text", _categories(), usable.text_)])


def _lines_and_bends(usable: UsableColumns, bent: list[str]) -> ColumnTransformer:
    bends = SplineTransformer(n_knots=SPLINE_KNOTS, degree=3, include_bias=False)
    steps = [
        ("lines", make_pipeline(NormalScores(), StandardScaler()), usable.numbers_),
        ("bends", make_pipeline(NormalScores(), bends, StandardScaler()), bent),
        ("gaps", make_pipeline(MissingIndicator(error_on_new=False), StandardScaler()), usable.gaps_),
        ("text", make_pipeline(_categories(), StandardScaler()), usable.text_),
    ]
    return _by_kind(steps, {"bends": BEND})


def _by_kind(steps: list[tuple], weights: dict[str, float] | None = None) -> ColumnTransformer:
    return ColumnTransformer([step for step in steps if step[2]], transformer_weights=weights)


def _categories() -> OneHotEncoder:
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=RARE_CATEGORY,
        max_categories=MAX_CATEGORIES,
        sparse_output=False,
    )
