"""practices.csv: the list as other programs read it, one row a practice that is active on the as-of date."""

import csv
from pathlib import Path

from outreach.ranking import Practice
from outreach.reasons import SLOTS
from outreach.safe_text import cell

COLUMNS = (
    "rank", "practice_id", "practice_name", "tier", "risk", "risk_low", "risk_high", "members",
    "expected_members_affected", "hard_fail", "data_gaps",
    *(f"{part}_{n}" for n in range(1, SLOTS + 1) for part in ("step", "reason", "action")),
    "phone", "city", "state", "last_contact_date", "last_outcome", "change", "as_of", "model_version", "release_id",
)  # fmt: skip
SMALL = range(1, 11)  # counts of people that are never shown


def row(practice: Practice) -> dict[str, object]:
    """The practice's cells by column name; None is empty. The one place where a line of the list is put into words."""
    hidden = practice.members is None or practice.members in SMALL
    cells: dict[str, object] = {
        "rank": practice.rank,
        "practice_id": cell(practice.practice_id),
        "practice_name": cell(practice.practice_name),
        "tier": practice.tier,
        "risk": _rounded(practice.risk),
        "risk_low": _rounded(practice.risk_low),
        "risk_high": _rounded(practice.risk_high),
        "members": None if hidden else practice.members,
        "expected_members_affected": None if hidden else _rounded(practice.expected_members_affected, 0),
        "hard_fail": practice.hard_fail,
        "data_gaps": practice.data_gaps,
        "phone": cell(practice.phone),
        "city": cell(practice.city),
        "state": cell(practice.state),
        "last_contact_date": practice.last_contact_date,
        "last_outcome": cell(practice.last_outcome),
        "change": practice.change,
        "as_of": practice.as_of,
        "model_version": practice.model_version,
        "release_id": practice.release_id,
    }
    for number, slot in enumerate(practice.slots, start=1):
        cells[f"step_{number}"] = slot.step_code
        cells[f"reason_{number}"] = cell(slot.reason)
        cells[f"action_{number}"] = cell(slot.action)
    return {column: cells.get(column) for column in COLUMNS}


def _rounded(value: float | None, digits: int = 4) -> float | int | None:
    if value is None:
        return None
    return round(value, digits) if digits else round(value)


def write(practices: list[Practice], path: Path) -> None:
    """UTF-8, one header row, empty = unknown or suppressed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row(practice) for practice in practices)
