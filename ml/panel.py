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
from ml.derived import Derived, Levels, derive, is_around, levels, rest_of_region
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
    learned, layout = read_panel(panel)
    if test is None:
        if len(set(learned.group)) < 2:
            raise BadInput(f"{panel}: column region has one value only; give a second region or a --test file")
        whole, judged, risks = _cross_validate(learned, seed)
    else:
        judged = read_test(Path(test), layout)
        whole = _fit(learned, seed)
        risks = _risks(whole, judged)
    return _report(whole, len(learned), judged, risks, seed)


@dataclass(frozen=True)
class Layout:
    """How a panel's columns are read, to read a test file likewise: nothing here depends on an outcome.

    kinds   feature column -> whether it is numeric, None for one that is blank throughout
    """

    kinds: dict[str, bool | None]
    derived: Derived
    levels: Levels


def read_panel(path: Path) -> tuple[Examples, Layout]:
    """The file's practices with a score_next, and how to read a test file that goes with it."""
    table = _read_csv(path)
    names = [column for column in table if column not in REQUIRED]
    own = pd.DataFrame({column: _numbers(table, column, path, strict=False) for column in names}, index=table.index)
    kinds = {c: pd.api.types.is_numeric_dtype(own[c]) if own[c].notna().any() else None for c in own}
    derived = derive(own, table["region"])
    features = _described(table, own, derived, path)
    layout = Layout(kinds, derived, levels(features, table["wave"]))
    examples = _examples(table, layout.levels.against_wave(features, table["wave"]))
    if len(examples) < MIN_ROWS:
        raise BadInput(f"{path}: {len(examples)} rows with a score_next; at least {MIN_ROWS} are needed")
    _refuse_unjudgeable(path, examples)
    _refuse_copies(path, examples)
    return examples, layout


def read_test(path: Path, layout: Layout) -> Examples:
    """The file's practices with a score_next, described by the columns of the panel."""
    table = _read_csv(path)
    own = {}
    for column, numeric in layout.kinds.items():
        if column not in table:
            raise BadInput(f"{path}: column '{column}' of the panel is missing; add it (its cells may be empty)")
        own[column] = _numbers(table, column, path, strict=True) if numeric else table[column].astype(object)
        if numeric is None:
            own[column] = pd.Series(np.nan, table.index)  # the panel taught nothing of it
    features = _described(table, pd.DataFrame(own, index=table.index), layout.derived, path)
    examples = _examples(table, layout.levels.against_wave(features, table["wave"]))
    _refuse_unjudgeable(path, examples)
    return examples


def _described(table: pd.DataFrame, own: pd.DataFrame, derived: Derived, path: Path) -> pd.DataFrame:
    """History, the file's own columns and what they imply, on the file's scale."""
    prior = table[["score_prior"]]
    around = rest_of_region(prior, table["region"], table["wave"]).set_axis([REGION_PRIOR], axis=1)
    features = pd.concat([prior, around, derived.add(own, table["region"], table["wave"])], axis=1)
    twice = features.columns[features.columns.duplicated()]
    if len(twice):
        raise BadInput(f"{path}: column '{twice[0]}' is computed here; rename yours")
    return features


def _examples(table: pd.DataFrame, features: pd.DataFrame) -> Examples:
    """Scores count in standard deviations of their wave: what is low is so within its wave."""
    scored = table["score_next"].notna().to_numpy()
    features, table = features[scored].reset_index(drop=True), table[scored].reset_index(drop=True)
    score = (table["score_next"] - _by_wave(table, "mean")) / _by_wave(table, "std").replace(0, np.nan)
    table = table.assign(score_next=score.fillna(0))
    score = table["score_next"].to_numpy()
    nothing = np.full(len(table), np.nan)
    return Examples(
        features=features,
        history=HISTORY,
        score=score,
        expected=score,
        spread=np.full(len(table), SOFT_SPREAD),
        judged=np.ones(len(table), bool),
        weight=np.ones(len(table)),
        group=table["region"].to_numpy(object),
        wave=table["wave"].to_numpy(object),
        low=nothing,
        soft=nothing,
        directions=dict.fromkeys(HISTORY, -1),
    ).with_cut(_by_wave(table, "quantile", LOW_QUANTILE).to_numpy())


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
    refuse_forbidden([column for column in table if column not in REQUIRED], str(path))
    _refuse_repeats(table, path)
    return table.assign(
        region=table["region"].fillna(""),
        wave=table["wave"].fillna(""),
        score_prior=_numbers(table, "score_prior", path, strict=True),
        score_next=_numbers(table, "score_next", path, strict=True),
    )


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


def _refuse_unjudgeable(path: Path, examples: Examples) -> None:
    if not 0 < examples.low.sum() < len(examples):
        raise BadInput(f"{path}: column 'score_next' has no bottom quartile; it needs more different values")


def _refuse_copies(path: Path, examples: Examples) -> None:
    for column, values in examples.features.select_dtypes("number").items():
        both = values.notna().to_numpy()
        if values.nunique() > 1 and abs(np.corrcoef(values[both], examples.score[both])[0, 1]) > COPY:
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
    around = [column for column in bare.features if is_around(column)]
    bare_pool = candidates.no_history(bare, seed, around)
    no_prior = backtest.select(bare, bare_pool, _folds(bare, seed), seed)
    prevalence = backtest.fit("prevalence", bare_pool, bare)
    known = examples.take(examples.has_history)
    if len(known) < MIN_ROWS or not 0 < known.low.sum() < len(known):
        baselines = dict.fromkeys(BASELINES, TwoPaths(prevalence, prevalence, HISTORY))
        model = TwoPaths(no_prior.model, no_prior.model, HISTORY)
        return Fitted(model, no_prior.model, baselines, no_prior.chosen, no_prior.chosen)
    pool = candidates.with_history(known, seed, [REGION_PRIOR, *around])
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
