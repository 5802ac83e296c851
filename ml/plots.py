"""Pictures of a training for whoever opens MLflow."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ml.judgement import net_benefit

SHOWN = 20


def draw(fitted, figures: dict, importance: pd.Series, drifted: pd.DataFrame) -> Iterator[tuple[str, object]]:
    """(name, figure) of calibration, gains, net benefit, contributions and drift."""
    yield "calibration", _calibration(pd.DataFrame(figures["calibration"]))
    yield "gains", _gains(fitted.low, fitted.risks)
    yield "net_benefit", _net_benefit(fitted.low, fitted.risks)
    yield "contributions", _bars(importance.head(SHOWN), "mean absolute contribution (logit)")
    known = drifted.dropna(subset=["psi"]).assign(over=lambda rows: rows["psi"] / rows["psi_limit"])
    worst = known.sort_values("over", ascending=False, kind="stable").head(SHOWN)
    yield "drift", _bars(worst.set_index("feature")["over"], "PSI against its limit under no change (1 = limit)")


def close(figure) -> None:
    """Free a figure's memory."""
    _pyplot().close(figure)


def _pyplot():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _axes(x: str, y: str):
    figure, axes = _pyplot().subplots(figsize=(6, 5), layout="constrained")
    axes.set(xlabel=x, ylabel=y)
    return figure, axes


def _calibration(curve: pd.DataFrame):
    figure, axes = _axes("predicted risk", "share that scored low, with 95% interval")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    reach = [curve["low"] - curve["low_from"], curve["low_to"] - curve["low"]]
    axes.errorbar(curve["risk"], curve["low"], yerr=np.maximum(reach, 0), marker="o", capsize=3)
    return figure


def _gains(low: np.ndarray, risks: dict[str, np.ndarray]):
    figure, axes = _axes("share of practices contacted", "share of low practices reached")
    for name, risk in risks.items():
        order = np.argsort(-risk, kind="stable")
        axes.plot(np.arange(1, len(low) + 1) / len(low), np.cumsum(low[order]) / max(low.sum(), 1), label=name)
    axes.legend()
    return figure


def _net_benefit(low: np.ndarray, risks: dict[str, np.ndarray]):
    figure, axes = _axes("risk from which a contact is worth while", "net benefit a practice")
    thresholds = np.linspace(0.05, 0.6, 56)
    for name, risk in {**risks, "contact all": np.ones(len(low))}.items():
        axes.plot(thresholds, [net_benefit(low, risk, threshold) for threshold in thresholds], label=name)
    axes.axhline(0, color="grey", linewidth=1)
    axes.set_ylim(-0.1, None)
    axes.legend()
    return figure


def _bars(values: pd.Series, label: str):
    figure, axes = _axes(label, "")
    axes.barh([str(name) for name in values.index[::-1]], values.to_numpy()[::-1])
    return figure
