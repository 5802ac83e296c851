"""What a plan may set: read once from `<home>/settings.toml`, checked, then passed on as a value."""

import os
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from expectations import BadInput

FILE_NAME = "settings.toml"
TABLES = {"outreach_territories": str, "outreach_territory_capacity": int}  # type of the values of a TOML table


@dataclass(frozen=True)
class Settings:
    """Everything that a plan can change without touching code.

    The first group shapes results and is part of a run's identity; the second only says what the machine may spend.
    """

    time_zone: str = "America/New_York"  # of practices that do not say, and of rows that name no practice
    seed: int = 7  # of the model's folds and bootstraps
    outreach_capacity: int = 40  # practices that the team can contact from one list
    outreach_order: str = "members_helped"  # or risk, or members
    outreach_territory_column: str = "state"  # or county_fips, or city: where a practice lies
    outreach_territories: dict = field(default_factory=dict)  # its values -> territory; others stand for themselves
    outreach_capacity_per_territory: int = 0  # at most so many in one territory; 0 = no limit
    outreach_territory_capacity: dict = field(default_factory=dict)  # territory -> capacity, where it is another
    outreach_rest_days_after_decline: int = 90
    outreach_hold_out_share: float = 0.0  # of tier A, drawn by lot and not called, so that effects show
    keep_releases: int = 12

    memory_limit: str = field(default="1GB", metadata={"machine": True})  # DuckDB's while dbt builds
    gate_memory_limit: str = field(
        default="600MB", metadata={"machine": True}
    )  # less: Great Expectations' frames come on top
    threads: int = field(default=2, metadata={"machine": True})

    def shaping(self) -> dict[str, Any]:
        """The settings that a result depends on."""
        machine = {f.name for f in fields(self) if f.metadata.get("machine")}
        return {name: value for name, value in asdict(self).items() if name not in machine}


def load_settings(home: Path) -> Settings:
    """Settings of this home; defaults where its settings.toml is silent or absent.

    Raises BadInput for an unknown name, a wrong type or an impossible value.
    """
    path = home / FILE_NAME
    if not path.exists():
        return Settings()
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not readable as TOML ({error}); mend it or remove it") from None
    expected = {name: type(value) for name, value in asdict(Settings()).items()}
    for name, value in given.items():
        if name not in expected:
            raise BadInput(f"{path}: unknown setting '{name}'; known are {', '.join(expected)}")
        if type(value) is not expected[name]:
            raise BadInput(f"{path}: setting '{name}' must be of type {expected[name].__name__}")
    for name, kind in TABLES.items():
        if not all(type(value) is kind for value in given.get(name, {}).values()):
            raise BadInput(f"{path}: every value of [{name}] must be of type {kind.__name__}")
    settings = Settings(**given)
    if settings.outreach_capacity < 1 or settings.threads < 1 or settings.keep_releases < 1:
        raise BadInput(f"{path}: outreach_capacity, keep_releases and threads must be at least 1")
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"{path}: time_zone must be an IANA name such as America/New_York") from None
    return settings


def default_home() -> Path:
    """Where state lives unless --home says otherwise."""
    return Path(os.environ.get("PULSE_HOME") or "state")
