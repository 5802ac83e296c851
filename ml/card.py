"""The model card: what the model is for, how good it is, beside what could be reached at all, and where to distrust it."""

import pandas as pd

SHOWN = {
    "auc": "AUC",
    "average_precision": "average precision",
    "precision_at_10pct": "precision, top tenth",
    "recall_at_10pct": "recall, top tenth",
    "lift_at_10pct": "lift, top tenth",
    "brier": "Brier",
    "brier_skill": "Brier skill",
    "ece": "calibration error",
}


def write(table, fitted, figures: dict, decision: dict, drifted: pd.DataFrame, served: pd.DataFrame) -> str:
    """Markdown; all figures are of practices the model had not learned from."""
    waves = table.labelled_waves
    gap = figures["against_persistence"]
    verdict = (
        "It beats last wave's score by more than chance."
        if gap["low"] > 0
        else "It does not beat last wave's score by more than chance."
    )
    ceiling = figures["noise_ceiling"]
    limit = (
        f"An oracle that knew every practice's true score would reach AUC {ceiling['auc']:.3f} "
        f"({ceiling['low']:.3f} to {ceiling['high']:.3f}) with surveys of this reliability."
        if ceiling
        else "The surveys show no difference between practices; no ceiling can be computed."
    )
    alerts = served[served["alert"]] if len(served) else served
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
        "## Figures, each wave foretold from the waves before it",
        "",
        "| | " + " | ".join(SHOWN.values()) + " |",
        "| --- |" + " --- |" * len(SHOWN),
        *(
            f"| {name} | " + " | ".join(_number(pooled[key]) for key in SHOWN) + " |"
            for name, pooled in figures["pooled"].items()
        ),
        "",
        f"AUC against persistence: {gap['auc']:+.3f} ({gap['low']:+.3f} to {gap['high']:+.3f}). {verdict} {limit}",
        "",
        "`no_history` is judged as if nobody had been surveyed before.",
        "",
        "## Whom it serves",
        "",
        *(
            _table(served[["stratum", "value", "n", "low_share", "mean_risk", "recall", "alert"]])
            if len(served)
            else []
        ),
        "",
        f"{len(alerts)} kinds of practice with lower recall than the rest beyond chance; "
        f"{int(drifted['alert'].sum())} features drifted beyond what no change would show (5% would by chance).",
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


def _table(frame: pd.DataFrame) -> list[str]:
    rows = [[_number(value) for value in row] for row in frame.itertuples(index=False)]
    return [
        "| " + " | ".join(frame.columns) + " |",
        "|" + " --- |" * len(frame.columns),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _number(value) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
