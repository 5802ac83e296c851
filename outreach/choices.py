"""What a plan may choose about its list; the defaults are the ones that a newcomer gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations import BadInput

TERRITORY_COLUMNS = ("state", "county_fips", "city")
NO_TERRITORY = "unknown"
ORDERS = ("members_helped", "risk", "members")


@dataclass(frozen=True)
class Choices:
    """How the list is ordered and who is left out of its tiers. Raises BadInput for an impossible value."""

    order: str = "members_helped"  # risk x members, or one of the two alone
    territory_column: str = "state"  # of dim_practice: where a practice lies
    territories: Mapping[str, str] = field(default_factory=dict)  # its values -> territory; others stand for themselves
    capacity_per_territory: int = 0  # at most so many of tier A (and of B) in one territory; 0 = no limit
    territory_capacity: Mapping[str, int] = field(default_factory=dict)  # where a team is larger or smaller than that
    rest_days_after_decline: int = 90  # a practice that said no is left alone for so long
    hold_out_share: float = 0.0  # of tier A, drawn by lot and not called, so that effects show
    hold_out_seed: int = 7

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise BadInput(f"outreach order '{self.order}' is unknown; choose one of {', '.join(ORDERS)}")
        if self.territory_column not in TERRITORY_COLUMNS:
            raise BadInput(
                f"outreach territory_column '{self.territory_column}' is unknown; choose one of {', '.join(TERRITORY_COLUMNS)}"
            )
        if min(self.territory_capacity.values(), default=0) < 0:
            raise BadInput("outreach territory_capacity must be at least 0 in every territory")
        if self.capacity_per_territory < 0 or self.rest_days_after_decline < 0:
            raise BadInput("outreach capacity_per_territory and rest_days_after_decline must be at least 0")
        if not 0 <= self.hold_out_share <= 0.5:
            raise BadInput("outreach hold_out_share must lie between 0 and 0.5: more would mostly withhold help")

    def territory(self, practice: Mapping[str, object]) -> str:
        """Where a practice belongs; practices without a place share one territory."""
        place = str(practice[self.territory_column] or NO_TERRITORY)
        return self.territories.get(place, place)

    def limit(self, territory: str, capacity: int) -> int:
        """How many of a tier may lie in the territory."""
        return self.territory_capacity.get(territory, self.capacity_per_territory or capacity)


DEFAULT = Choices()
