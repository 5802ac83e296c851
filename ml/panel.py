"""Any table of practices with two survey waves: the same modelling code, judged honestly.

Columns: practice_id, region, wave, score_prior, score_next; every further number or text is a feature. The label is
the bottom quartile of score_next within its wave. Nothing here knows which country or survey the file is from.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from expectations import BadInput
from ml import backtest, candidates
from ml.candidates import LogitModel, TwoPaths
from ml.columns import refuse_forbidden
from ml.examples import Examples
from ml.judgement import auc_difference, metrics

REQUIRED = ("practice_id", "region", "wave", "score_prior", "score_next")
LOW_QUANTILE = 0.25
# A panel does not say how reliable its scores are. The standard deviation of a true score given an observed one is
# sqrt(rel * (1 - rel)) of the observed spread: never more than one half, whatever the reliability.
SOFT_SPREAD = 0.5
OUTER_FOLDS = 5
MIN_ROWS = 40
REGION_PRIOR = "region_score_prior"
HISTORY = ("score_prior", REGION_PRIOR)
BASELINES = ("persistence", "shrunk_persistence")
DECIMALS = 6
COPY = 0.9999  # a correlation with the outcome that no feature of an earlier time has


@dataclass(frozen=True)
class Fitted:
    """What one set of practices taught: the model of both paths, the baselines, and the names chosen."""

    model: LogitModel
    no_prior: LogitModel
    baselines: dict[str, LogitModel]
    chosen: str
    no_prior_chosen: str


def evaluate(panel: Path, test: Path | None = None, seed: int = 7) -> dict:
    """Figures of the chosen model and its baselines, on practices it has not learned from.

    With `test`, fit on `panel` and judge on `test`; without, each region is foretold from the others.
    Raises BadInput with one line when a file cannot be used.
    """
    with threadpool_limits(1):  # small fits: threads only get into each other's way
        return _evaluate(Path(panel), test, seed)


def _evaluate(panel: Path, test: Path | None, seed: int) -> dict:
    learned = read_panel(panel)
    if test is None:
        if len(set(learned.group)) < 2:
            raise BadInput(f"{panel}: column region has one value only; give a second region or a --test file")
        whole, judged, risks = _cross_validate(learned, seed)
    else:
        judged = read_panel(Path(test), like=learned.features)
        whole = _fit(learned, seed)
        risks = _risks(whole, judged)
    return _report(whole, len(learned), judged, risks, seed)


def read_panel(path: Path, like: pd.DataFrame | None = None) -> Examples:
    """The file's practices with a score_next; `like` gives the feature columns and kinds that a test file must have."""
    table = _read_csv(path)
    features = [column for column in table if column not in REQUIRED]
    refuse_forbidden(features, str(path))
    table["score_prior"] = _numbers(table, "score_prior", path, strict=True)
    table["score_next"] = _numbers(table, "score_next", path, strict=True)
    _refuse_repeats(table, path)
    if like is None:
        described = {column: _numbers(table, column, path, strict=False) for column in features}
    else:
        described = _as_trained(table, like, path)
    frame = pd.DataFrame({"score_prior": table["score_prior"], REGION_PRIOR: _region_prior(table), **described})
    scored = table["score_next"].notna().to_numpy()
    frame, table = frame[scored].reset_index(drop=True), table[scored].reset_index(drop=True)
    score = table["score_next"].to_numpy()
    nothing = np.full(len(frame), np.nan)
    examples = Examples(
        features=frame,
        history=HISTORY,
        score=score,
        expected=score,
        spread=SOFT_SPREAD * _by_wave(table, "std").fillna(0).to_numpy(),
        judged=np.ones(len(frame), bool),
        weight=np.ones(len(frame)),
        group=table["region"].fillna("").to_numpy(object),
        wave=table["wave"].fillna("").to_numpy(object),
        low=nothing,
        soft=nothing,
        directions=dict.fromkeys(HISTORY, -1),
    ).with_cut(_by_wave(table, "quantile", LOW_QUANTILE).to_numpy())
    _refuse_unusable(path, examples, training=like is None)
    return examples


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=object, keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BadInput(f"{path}: not a CSV file that can be read ({str(error).splitlines()[0]})") from None
    missing = [column for column in REQUIRED if column not in table]
    if missing:
        raise BadInput(f"{path}: column '{missing[0]}' is missing; a panel needs {', '.join(REQUIRED)}")
    if REGION_PRIOR in table:
        raise BadInput(f"{path}: column '{REGION_PRIOR}' is computed here; rename yours")
    return table


def _numbers(table: pd.DataFrame, column: str, path: Path, strict: bool) -> pd.Series:
    """Numbers as float64; a text column unchanged, or BadInput when it must be numeric."""
    text = table[column].astype(object)
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    wrong = text.notna() & (numbers.isna() | np.isinf(numbers))
    if not wrong.any():
        return numbers
    if strict:
        row = int(np.flatnonzero(wrong)[0])
        raise BadInput(
            f"{path}: row {row + 2}, column '{column}': '{text.iloc[row]}' is not a number; correct or empty the cell"
        )
    return text


def _as_trained(table: pd.DataFrame, like: pd.DataFrame, path: Path) -> dict[str, pd.Series]:
    described = {}
    for column in like.columns.drop(list(HISTORY)):
        if column not in table:
            raise BadInput(f"{path}: column '{column}' of the panel is missing; add it (its cells may be empty)")
        numeric = pd.api.types.is_numeric_dtype(like[column])
        blank = not like[column].notna().any()
        described[column] = _numbers(table, column, path, strict=not blank) if numeric else table[column].astype(object)
    return described


def _region_prior(table: pd.DataFrame) -> pd.Series:
    """Mean score_prior of the *other* practices of the same region and wave; NaN when there is none."""
    by_region = table.groupby(["region", "wave"], dropna=False)["score_prior"]
    total, count = by_region.transform("sum"), by_region.transform("count")
    others = count - table["score_prior"].notna()
    return (total - table["score_prior"].fillna(0)) / others.where(others > 0)


def _by_wave(table: pd.DataFrame, figure: str, *arguments: float) -> pd.Series:
    """A figure of score_next within the row's wave."""
    scores = table.groupby("wave", dropna=False)["score_next"]
    return scores.transform(lambda wave: getattr(wave, figure)(*arguments))


def _refuse_repeats(table: pd.DataFrame, path: Path) -> None:
    repeated = np.flatnonzero(table.duplicated(["practice_id", "wave"]))
    if len(repeated):
        row = repeated[0]
        raise BadInput(
            f"{path}: row {row + 2}, column 'practice_id': '{table['practice_id'].iloc[row]}' stands twice in one wave; "
            "keep one row a practice and wave"
        )


def _refuse_unusable(path: Path, examples: Examples, training: bool) -> None:
    if training and len(examples) < MIN_ROWS:
        raise BadInput(f"{path}: {len(examples)} rows with a score_next; at least {MIN_ROWS} are needed")
    if not 0 < examples.low.sum() < len(examples):
        raise BadInput(f"{path}: column 'score_next' has no bottom quartile; it needs more different values")
    for column, values in examples.features.select_dtypes("number").items():
        both = values.notna()
        same = values.nunique() > 1 and abs(np.corrcoef(values[both], examples.score[both])[0, 1]) > COPY
        if training and same:
            raise BadInput(f"{path}: column '{column}' repeats score_next; remove it, it tells the future")


def _cross_validate(examples: Examples, seed: int) -> tuple[Fitted, Examples, dict[str, np.ndarray]]:
    risks: dict[str, np.ndarray] = {}
    for train, test in backtest.group_folds(examples.group, seed, OUTER_FOLDS):
        fitted = _fit(examples.take(train), seed)
        for name, risk in _risks(fitted, examples.take(test)).items():
            risks.setdefault(name, np.empty(len(examples)))[test] = risk
    return _fit(examples, seed), examples, risks


def _fit(examples: Examples, seed: int) -> Fitted:
    """Choose and fit both paths; every figure inside comes from folds of these examples only."""
    bare = examples.without_history()
    no_prior = backtest.select(bare, candidates.no_history(bare, seed), _folds(bare, seed), seed)
    prevalence = backtest.fit("prevalence", candidates.no_history(bare, seed), bare)
    known = examples.take(examples.has_history)
    if len(known) < MIN_ROWS or not 0 < known.low.sum() < len(known):
        baselines = dict.fromkeys(BASELINES, TwoPaths(prevalence, prevalence, HISTORY))
        model = TwoPaths(no_prior.model, no_prior.model, HISTORY)
        return Fitted(model, no_prior.model, baselines, no_prior.chosen, no_prior.chosen)
    pool = candidates.with_history(known, seed)
    selected = backtest.select(known, pool, _folds(known, seed), seed)
    baselines = {
        name: TwoPaths(backtest.fit_calibrated(name, pool, known, selected.calibrations), prevalence, HISTORY)
        for name in BASELINES
    }
    model = TwoPaths(selected.model, no_prior.model, HISTORY)
    return Fitted(model, no_prior.model, baselines, selected.chosen, no_prior.chosen)


def _folds(examples: Examples, seed: int) -> list[backtest.Fold]:
    """By region; a panel of one region is split by practice instead."""
    several = len(set(examples.group)) > 1
    return backtest.group_folds(examples.group if several else np.arange(len(examples)), seed)


def _risks(fitted: Fitted, examples: Examples) -> dict[str, np.ndarray]:
    features = examples.features
    risks = {name: model.predict_proba(features)[:, 1] for name, model in fitted.baselines.items()}
    risks["test"] = fitted.model.predict_proba(features)[:, 1]
    risks["no_prior"] = fitted.no_prior.predict_proba(features.drop(columns=list(HISTORY)))[:, 1]
    risks["prevalence"] = np.full(len(examples), LOW_QUANTILE)
    return risks


def _report(fitted: Fitted, n_train: int, judged: Examples, risks: dict[str, np.ndarray], seed: int) -> dict:
    def figures(name: str) -> dict:
        return metrics(judged.low, risks[name], judged.group, seed)

    baselines = [name for name in risks if name not in ("test", "no_prior")]
    return _rounded(
        {
            "n_train": n_train,
            "n_test": len(judged),
            "test": figures("test"),
            "no_prior": figures("no_prior"),
            "baselines": {name: figures(name) for name in baselines},
            "chosen": fitted.chosen,
            "no_prior_chosen": fitted.no_prior_chosen,
            "test_minus_persistence": auc_difference(
                judged.low, risks["test"], risks["persistence"], judged.group, seed
            ),
        }
    )


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, DECIMALS) if isinstance(value, float) else value
