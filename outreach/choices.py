"""What a plan may choose about its list; the defaults are the ones that a newcomer gets."""

from dataclasses import dataclass

from expectations import BadInput

ORDERS = ("members_helped", "risk", "members")


@dataclass(frozen=True)
class Choices:
    """How the list is ordered and who is left out of its tiers. Raises BadInput for an impossible value."""

    order: str = "members_helped"  # risk x members, or one of the two alone
    capacity_per_territory: int = 0  # at most so many of tier A (and of B) in one state; 0 = no limit
    rest_days_after_decline: int = 90  # a practice that said no is left alone for so long
    hold_out_share: float = 0.0  # of tier A, drawn by lot and not called, so that effects show
    hold_out_seed: int = 7

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise BadInput(f"outreach order '{self.order}' is unknown; choose one of {', '.join(ORDERS)}")
        if self.capacity_per_territory < 0 or self.rest_days_after_decline < 0:
            raise BadInput("outreach capacity_per_territory and rest_days_after_decline must be at least 0")
        if not 0 <= self.hold_out_share <= 0.5:
            raise BadInput("outreach hold_out_share must lie between 0 and 0.5: more would mostly withhold help")


DEFAULT = Choices()
