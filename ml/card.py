"""The model card: what the model is for, how good it is, beside what could be reached at all, and where to distrust it."""

import pandas as pd

from ml.assessment import beats_persistence

SHOWN = {
    "auc": "AUC",
    "average_precision": "average precision",
    "precision_at_10pct": "precision, top tenth",
    "recall_at_10pct": "recall, top tenth",
    "lift_at_10pct": "lift, top tenth",
    "brier": "Brier",
    "brier_skill": "Brier skill",
    "ece": "calibration error",
    "calibration_slope": "calibration slope",
    "net_benefit": "net benefit",
}
SERVED = ["stratum", "value", "n", "low_share", "mean_risk", "recall", "false_positive_rate", "calibration_gap"]


def write(table, fitted, figures: dict, decision: dict, drifted: pd.DataFrame, served: pd.DataFrame) -> str:
    """Markdown; all figures are of practices the model had not learned from."""
    waves = table.labelled_waves
    alerts = served[served["alert"] != ""] if len(served) else served
    lines = [
        "# Low-CAHPS risk",
        "",
        "**Use.** Which practices will have a case-mix adjusted patient-experience score in the plan's bottom quartile "
        "in the next survey wave: an order of calls that offer help. Not a finding of fault, not for pay or contracts.",
        "",
        f"**Data.** {len(waves)} labelled waves ({waves[0]} to {waves[-1]}), {int(table.examples.is_learnable.sum())} "
        f"labelled practice-waves, {figures['judged_rows']} judged (30 or more respondents). No protected trait is a "
        "feature. Figures from a generated plan describe generated data.",
        "",
        f"**Model.** {fitted.chosen}; for practices without an earlier survey {fitted.no_history_chosen}; labels: "
        f"{fitted.labels}. Additive: each score is a sum of one term a feature.",
        "",
        f"**Verdict.** {_verdict(figures)} {_limit(figures['noise_ceiling'])}",
        "",
        "## Figures",
        "",
        "Each wave foretold from earlier waves: as-of dates at least the surveys' look-back (six months) apart, results out "
        "by then; 95% intervals from resampling practices.",
        "",
        *_pooled(figures),
        "",
        "`no_history` is judged as if nobody had been surveyed before. Net benefit: true contacts a practice less false "
        "ones at the odds of the base rate, where every practice at or above it is contacted.",
        "",
        *_gaps(figures),
        "",
        "## Calibration",
        "",
        *_table(pd.DataFrame(figures["calibration"])),
        "",
        *_access(figures["access"]),
        "## Whom it serves",
        "",
        *(_table(served[[*SERVED, "alert"]]) if len(served) else []),
        "",
        f"{len(alerts)} kinds of practice with an alert: recall below the rest's, false positives above it, or risk that "
        f"differs from what came true, each beyond chance. {int(drifted['alert'].sum())} features drifted beyond what no "
        f"change would show (5% would by chance), {int(drifted['missing_alert'].sum())} are missing more often. Intervals: "
        "`served.json`, `drift.json`. Rurality is a stand-in: rural health clinics, and counties with few listed practices.",
        "",
        "## Limits",
        "",
        "The list finds practices, it does not prove that a call helps: hold some back. Survey scores of small practices "
        "are mostly noise; those without enough answers go to the audit-first lane.",
        "",
        f"**Decision.** {'Promoted' if decision['promoted'] else 'Not promoted'}: {'; '.join(decision['reasons'])}.",
        "",
    ]
    return "\n".join(lines)


def _verdict(figures: dict) -> str:
    if figures["chosen"] == "persistence":
        return "Nothing beats last wave's score by more than chance, so last wave's score itself is the model."
    if beats_persistence(figures):
        return "It beats last wave's score by more than chance."
    return "It does not beat last wave's score by more than chance over all judged practices."


def _limit(ceiling: dict | None) -> str:
    if not ceiling:
        return "The surveys show no difference between practices; no ceiling can be computed."
    return (
        f"An oracle that knew every practice's true score would reach AUC {ceiling['auc']:.3f} "
        f"({ceiling['low']:.3f} to {ceiling['high']:.3f}) with surveys of this reliability."
    )


def _pooled(figures: dict) -> list[str]:
    """A row a risk; the model's and persistence's with their intervals below."""
    rows = []
    for name, row in figures["intervals"].items():
        rows.append([name, *(_number(row[key]["value"]) for key in SHOWN)])
        if name in ("model", "persistence"):
            rows.append(["", *(_range(row[key]) for key in SHOWN)])
    return _grid(["", *SHOWN.values()], rows)


def _gaps(figures: dict) -> list[str]:
    rows = [
        [
            f"model less {rival}",
            *(f"{gap['value']:+.3f} {_range(gap)}" if gap["value"] is not None else "" for gap in row.values()),
        ]
        for rival, row in figures["against"].items()
    ]
    first = next(iter(figures["against"].values()))
    table = _grid(["", *(SHOWN.get(key, key.replace("_", " ")) for key in first)], rows)
    contacts = figures["net_benefit"]
    said = ", ".join(f"{name.replace('_', ' ')} {figure['value']:.3f}" for name, figure in contacts.items())
    return [*table, "", f"Net benefit: {said}."]


def _access(access: dict | None) -> list[str]:
    if not access:
        return []
    model, last = (access["intervals"][name]["auc"] for name in ("model", "persistence"))
    ceiling = access["noise_ceiling"]
    oracle = f"; an oracle would reach {ceiling['auc']:.3f}" if ceiling else ""
    return [
        "## Access beside it",
        "",
        f"The access composite (needed care and quick care) foretold in the same way, {access['judged_rows']} judged: AUC "
        f"{_number(model['value'])} {_range(model)} ({access['chosen']}), last wave's access score {_number(last['value'])} "
        f"{_range(last)}{oracle}.",
        "",
    ]


def _table(frame: pd.DataFrame) -> list[str]:
    return _grid(list(frame.columns), [[_number(value) for value in row] for row in frame.itertuples(index=False)])


def _grid(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + " --- |" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _range(figure: dict) -> str:
    return f"({_number(figure['low'])} to {_number(figure['high'])})" if figure["low"] is not None else ""


def _number(value) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
