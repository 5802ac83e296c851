"""May a challenger replace the champion? A pure function of their figures on the same held-out wave."""

AUC_SLACK = 0.01
MAX_CALIBRATION_ERROR = 0.15


def decide(challenger: dict, champion: dict | None, calibration_error: float) -> dict:
    """{"promoted", "reasons", "challenger", "champion"}; figures need wave, auc and brier, on that wave.

    calibration_error is the challenger's over all its waves: one wave holds too few practices to tell. A first model
    needs no more than that. A later one must have the better Brier score (ranking and calibration in
    one), and give nothing away in AUC, on the same wave.
    """
    reasons = []
    if calibration_error > MAX_CALIBRATION_ERROR:
        reasons.append(f"calibration error {calibration_error:.3f} is above {MAX_CALIBRATION_ERROR}")
    if champion is not None:
        if challenger["wave"] != champion["wave"]:
            reasons.append(f"judged on {challenger['wave']}, the champion on {champion['wave']}")
        if challenger["brier"] >= champion["brier"]:
            reasons.append(f"Brier score {challenger['brier']:.4f} is not below the champion's {champion['brier']:.4f}")
        if challenger["auc"] is not None and challenger["auc"] < (champion["auc"] or 0) - AUC_SLACK:
            reasons.append(f"AUC {challenger['auc']:.3f} is below the champion's {champion['auc']:.3f}")
    promoted = not reasons
    return {
        "promoted": promoted,
        "reasons": reasons or ["first model" if champion is None else "better Brier score on the same wave"],
        "challenger": challenger,
        "champion": champion,
    }
