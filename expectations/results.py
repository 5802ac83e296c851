"""What the gate found: by rule, by feed, in all; and how gate.json says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from expectations.contract import Contract
from expectations.landing import LandedFile
from expectations.rules import Rule


@dataclass(frozen=True)
class RuleResult:
    """How many rows a rule flagged: `rows` by DuckDB, `gx_rows` by Great Expectations."""

    rule: Rule
    rows: int
    gx_rows: int

    def known_share(self, landed: int) -> float | None:
        """Share of rows whose reference is known; None for other rules."""
        if self.rule.minimum_known_share is None or not landed:
            return None
        return 1 - self.rows / landed

    def falls_short(self, landed: int) -> bool:
        """True when fewer rows than the contract asks for have a known reference."""
        share = self.known_share(landed)
        return share is not None and share < self.rule.minimum_known_share


@dataclass(frozen=True)
class FeedResult:
    """What became of a feed. `reason` is one line when the feed is rejected."""

    contract: Contract
    files: tuple[LandedFile, ...]
    landed: int
    accepted: int
    reason: str | None
    rules: tuple[RuleResult, ...]

    @property
    def quarantined(self) -> int:
        """Rows that were not accepted."""
        return self.landed - self.accepted

    @property
    def rejected(self) -> bool:
        """True when the feed was refused as a whole."""
        return self.reason is not None

    @property
    def file_date(self) -> date | None:
        """The newest date in the names of the feed's files."""
        return max((file.file_date for file in self.files if file.file_date), default=None)


@dataclass(frozen=True)
class GateResult:
    """The gate's verdict on all feeds, and what a person should look at although nothing was refused."""

    feeds: dict[str, FeedResult]
    warnings: tuple[str, ...]

    @property
    def verdict(self) -> Literal["accept", "reject"]:
        """`reject` as soon as one feed is."""
        return "reject" if any(feed.rejected for feed in self.feeds.values()) else "accept"

    def as_json(self) -> dict[str, Any]:
        """The content of gate.json."""
        return {
            "verdict": self.verdict,
            "feeds": {name: _feed_json(feed) for name, feed in sorted(self.feeds.items())},
        }


def _feed_json(feed: FeedResult) -> dict[str, Any]:
    return {
        "landed": feed.landed,
        "accepted": feed.accepted,
        "quarantined": feed.quarantined,
        "rejected": feed.rejected,
        "reason": feed.reason,
        "files": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "rows": file.rows,
                "file_date": file.file_date.isoformat() if file.file_date else None,
            }
            for file in feed.files
        ],
        "rules": {r.rule.id: {"severity": r.rule.severity, "rows": r.rows, "gx_rows": r.gx_rows} for r in feed.rules},
    }
