"""What a backtest says: every figure of the model and of what it must beat, with intervals, beside the noise ceiling."""

import numpy as np

from ml import dataset, watch
from ml.candidates import logit
from ml.judgement import (
    CAPACITY,
    Drawn,
    at_capacity,
    auc,
    average_precision,
    brier_skill,
    calibration_curve,
    calibration_error,
    calibration_line,
    drawn,
    net_benefit,
    net_benefit_at_capacity,
    noise_ceiling,
)

WORTH = dataset.LOW_QUANTILE  # a contact is worth while from the base rate on


def _top(key: str):
    return lambda low, risk: at_capacity(low, risk, CAPACITY)[key]


FIGURES = {
    "auc": auc,
    "average_precision": average_precision,
    "precision_at_10pct": _top("precision"),
    "precision_at_10pct_worst": _top("precision_worst"),
    "precision_at_10pct_best": _top("precision_best"),
    "recall_at_10pct": _top("recall"),
    "lift_at_10pct": _top("lift"),
    "brier": lambda low, risk: float(np.mean((risk - low) ** 2)),
    "brier_skill": brier_skill,
    "ece": calibration_error,
    "calibration_slope": lambda low, risk: calibration_line(low, logit(risk))[0],
    "calibration_intercept": lambda low, risk: calibration_line(low, logit(risk))[1],
    "net_benefit": lambda low, risk: net_benefit(low, risk, WORTH),
    "net_benefit_at_10pct": lambda low, risk: net_benefit_at_capacity(low, risk, CAPACITY, WORTH),
}
RIVALS = ("persistence", "shrunk_persistence", "prevalence")
COMPARED = ("auc", "average_precision", "precision_at_10pct", "brier", "net_benefit", "net_benefit_at_10pct")


class Leakage(RuntimeError):
    """The model ranks better than the surveys' reliability lets anybody rank: it has seen the answer."""


def assess(fitted, seed: int) -> dict:
    """All figures of a `training.Fitted`.

    pooled         risk -> figure -> value, over all foretold waves
    intervals      risk -> figure -> value with its 95% interval (whole groups resampled)
    against        rival -> figure -> model minus rival, with the paired interval
    by_wave        wave -> risk -> AUC and Brier score
    net_benefit    of the model, persistence, contacting everybody and nobody, where a contact pays from the base rate on
    calibration    the curve of the model, with intervals
    noise_ceiling  AUC of an oracle of the true scores (None where surveys show no difference between practices)
    """
    low, group = fitted.low, fitted.group
    made = drawn(FIGURES, low, fitted.risks, group, seed)
    everybody = drawn({"net_benefit": FIGURES["net_benefit"]}, low, {"all": np.ones(len(low))}, group, seed)["all"]
    nobody = Drawn(0.0, np.zeros_like(everybody["net_benefit"].draws))
    contacts = {
        "model": made["model"]["net_benefit"],
        "persistence": made["persistence"]["net_benefit"],
        "contact_all": everybody["net_benefit"],
        "contact_none": nobody,
    }
    return {
        "pooled": {name: {key: figure.value for key, figure in row.items()} for name, row in made.items()},
        "intervals": {name: {key: figure.interval() for key, figure in row.items()} for name, row in made.items()},
        "against": {rival: {key: made["model"][key].minus(made[rival][key]) for key in COMPARED} for rival in RIVALS},
        "by_wave": {
            wave: {
                name: {"auc": auc(low[inside], risk[inside]), "brier": FIGURES["brier"](low[inside], risk[inside])}
                for name, risk in fitted.risks.items()
            }
            for wave in sorted(set(fitted.wave))
            for inside in [fitted.wave == wave]
        },
        "net_benefit": {
            name: figure.interval() | {"gain_of_model": contacts["model"].minus(figure)}
            for name, figure in contacts.items()
        },
        "calibration": calibration_curve(low, fitted.risks["model"], group, seed),
        "noise_ceiling": fitted.ceiling,
        "judged_rows": len(low),
        "candidates": fitted.candidates,
        "chosen": fitted.chosen,
    }


def beats_persistence(figures: dict) -> bool:
    """Whether the model ranks better than last wave's score by more than chance."""
    low = figures["against"]["persistence"]["auc"]["low"]
    return low is not None and low > 0


def held_out(fitted, risk: np.ndarray, kinds, seed: int) -> dict:
    """Figures on the newest labelled wave, which no part of this out-of-fold risk has learned from: what promotion
    compares. `kinds` groups the judged rows (see watch.strata); recall is told of kinds with enough low practices."""
    wave = max(set(fitted.wave))
    inside = fitted.wave == wave
    low, risk, kinds = fitted.low[inside], risk[inside], kinds[inside]
    return {
        "wave": wave,
        "auc": auc(low, risk),
        "brier": FIGURES["brier"](low, risk),
        "net_benefit_at_10pct": FIGURES["net_benefit_at_10pct"](low, risk),
        "recall": watch.recalls(low, risk, kinds),
    }


def ceiling(table, rows: np.ndarray, cut: np.ndarray, seed: int) -> dict | None:
    """The noise ceiling of these rows of a table, each judged by its `cut`."""
    keys = table.keys.iloc[rows]
    between = keys["between_variance"].to_numpy(float)
    rel = keys["reliability"].to_numpy(float)
    sampling = np.divide(between * (1 - rel), rel, out=np.zeros_like(rel), where=rel > 0)
    centre = keys["score"].groupby(keys["wave_id"]).transform("mean").to_numpy(float)
    return noise_ceiling(between, sampling, centre, cut, seed)


def refuse_leakage(figures: dict) -> None:
    """Raise Leakage where the model's AUC lies above the upper end of the noise ceiling."""
    limit, reached = figures["noise_ceiling"], figures["pooled"]["model"]["auc"]
    if limit and reached is not None and reached > limit["high"]:
        raise Leakage(
            f"AUC {reached:.3f} is above {limit['high']:.3f}, the most that an oracle could reach with surveys of "
            "this reliability: a feature tells the answer"
        )
