"""What a feed is compared with that is not in the feed: survey items, synonyms, time zones, other feeds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb

SEEDS = Path(__file__).parent.parent / "dbt" / "seeds"


@dataclass(frozen=True)
class References:
    """`seeds` maps `seed.column` to its values, `synonyms` a domain to its known raw spellings (lower case)."""

    seeds: dict[str, frozenset[str]]
    synonyms: dict[str, frozenset[str]]
    time_zones: frozenset[str]
    feeds: frozenset[str]
    """Feeds that were accepted already, so that foreign keys to them can be judged."""


def load_references(connection: duckdb.DuckDBPyConnection, accepted_feeds: frozenset[str]) -> References:
    """References as of this check; `accepted_feeds` have their keys in tables `known_<feed>`."""
    zones = connection.execute("select name from pg_timezone_names()").fetchall()
    synonyms: dict[str, set[str]] = {}
    for row in _rows("ref_synonym"):
        synonyms.setdefault(row["domain"], set()).add(row["raw"].lower())
    return References(
        seeds={"ref_survey_item.item_id": frozenset(row["item_id"] for row in _rows("ref_survey_item"))},
        synonyms={domain: frozenset(raws) for domain, raws in synonyms.items()},
        time_zones=frozenset(name for (name,) in zones),
        feeds=accepted_feeds,
    )


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
