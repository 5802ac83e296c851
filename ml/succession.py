"""Which version is champion, changed by hand: listed, promoted through the same gate, rolled back. All of it recorded."""

import json
from typing import NamedTuple

from expectations import BadInput
from ml import promotion, registry
from ml.registry import Tracking, Version


class Entry(NamedTuple):
    """A version as `./pulse model list` shows it."""

    version: int
    aliases: tuple[str, ...]
    newest_wave: str
    chosen: str
    wave: str  # the one it was judged on: the newest it had not learned from
    auc: float | None
    brier: float


def listing(tracking: Tracking) -> list[Entry]:
    """All registered versions, newest first."""
    aliased = {
        alias: version.number
        for alias in (registry.CHAMPION, registry.CHALLENGER)
        if (version := registry.by_alias(tracking, alias))
    }
    return [
        Entry(
            version.number,
            tuple(alias for alias, number in aliased.items() if number == version.number),
            version.tags["newest_wave"],
            version.tags["chosen"],
            *(judged(version)[key] for key in ("wave", "auc", "brier")),
        )
        for version in reversed(registry.versions(tracking))
    ]


def judged(version: Version) -> dict:
    """A version's recorded figures on the newest wave that it had not learned from (see assessment.held_out)."""
    return json.loads(version.tags["held_out"])


def promote(tracking: Tracking, number: int) -> dict:
    """Put a version through the gate against the champion, by the figures both have on record; say what was decided.

    Raises BadInput for an unknown version, or one that is champion already.
    """
    wanted, champion = registry.find(tracking, number), registry.by_alias(tracking)
    if champion and champion.number == number:
        raise BadInput(f"{registry.NAME} version {number} is champion already")
    decision = promotion.decide(
        judged(wanted),
        champion and judged(champion),
        float(wanted.tags["calibration_error"]),
        _faults(tracking, wanted),
    )
    decision |= {"by": "hand", "replaces": champion and champion.number}
    registry.conclude(tracking, wanted, decision)
    return decision


def roll_back(tracking: Tracking, number: int) -> dict:
    """Make a version that was champion before champion again, whatever its figures; its file must still be sound.

    Raises BadInput for an unknown version, one that is champion or never was.
    """
    wanted, champion = registry.find(tracking, number), registry.by_alias(tracking)
    if champion and champion.number == number:
        raise BadInput(f"{registry.NAME} version {number} is champion already")
    if "was_champion" not in wanted.tags:
        raise BadInput(
            f"{registry.NAME} version {number} was never champion, so there is nothing to go back to; "
            f"./pulse model promote {number} puts it through the gate"
        )
    registry.load(tracking, wanted)
    replaced = champion and champion.number
    decision = {
        "promoted": True,
        "by": "hand",
        "reasons": [f"rolled back from version {replaced}"],
        "replaces": replaced,
    }
    registry.conclude(tracking, wanted, decision)
    return decision


def _faults(tracking: Tracking, version: Version) -> list[str]:
    try:
        registry.load(tracking, version)
    except registry.UntrustedModel as error:
        return [str(error)]
    return []
