"""May a challenger replace the champion? A pure function of their figures on the same held-out wave."""

from collections.abc import Sequence

AUC_SLACK = 0.01
NET_BENEFIT_SLACK = 0.01  # true contacts a practice
RECALL_SLACK = 0.10  # that one kind of practice may lose
MAX_CALIBRATION_ERROR = 0.15


def decide(challenger: dict, champion: dict | None, calibration_error: float, faults: Sequence[str] = ()) -> dict:
    """{"promoted", "reasons", "challenger", "champion"}; figures as `assessment.held_out` gives them.

    calibration_error is the challenger's over all its waves: one wave holds too few practices to tell. faults are what
    is wrong with the model as a file (see `training.faults_of_file`). A first model needs no more than that. A later one
    must have the better Brier score (ranking and calibration in one) on the same wave, and give nothing away: in AUC,
    in net benefit at the team's capacity, in the recall of any kind of practice that both were judged on.
    """
    reasons = list(faults)
    if calibration_error > MAX_CALIBRATION_ERROR:
        reasons.append(f"calibration error {calibration_error:.3f} is above {MAX_CALIBRATION_ERROR}")
    if champion is not None:
        reasons += _lost(challenger, champion)
    promoted = not reasons
    return {
        "promoted": promoted,
        "reasons": reasons or ["first model" if champion is None else "better Brier score on the same wave"],
        "challenger": challenger,
        "champion": champion,
    }


def _lost(challenger: dict, champion: dict) -> list[str]:
    if challenger["wave"] != champion["wave"]:
        return [f"judged on {challenger['wave']}, the champion on {champion['wave']}"]
    lost = []
    if challenger["brier"] >= champion["brier"]:
        lost.append(f"Brier score {challenger['brier']:.4f} is not below the champion's {champion['brier']:.4f}")
    if challenger["auc"] is not None and challenger["auc"] < (champion["auc"] or 0) - AUC_SLACK:
        lost.append(f"AUC {challenger['auc']:.3f} is below the champion's {champion['auc']:.3f}")
    mine, theirs = challenger["net_benefit_at_10pct"], champion["net_benefit_at_10pct"]
    if mine < theirs - NET_BENEFIT_SLACK:
        lost.append(f"net benefit at capacity {mine:.3f} is below the champion's {theirs:.3f}")
    for kind in sorted(challenger["recall"].keys() & champion["recall"].keys()):
        mine, theirs = challenger["recall"][kind], champion["recall"][kind]
        if mine < theirs - RECALL_SLACK:
            lost.append(f"recall of {kind} {mine:.2f} is more than {RECALL_SLACK} below the champion's {theirs:.2f}")
    return lost
