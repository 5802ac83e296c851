"""The feed contracts (ODCS YAML in contracts/) as dataclasses: the one source of a feed's columns and rules.

The loader's types, the Great Expectations suites, the row rules, the dbt sources and the data dictionary are all
made from what `load_contracts` returns; nothing about a column is stated anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

CONTRACTS_DIR = Path(__file__).parent / "contracts"

Severity = Literal["error", "warning"]
Action = Literal["quarantine", "clear", "keep"]


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values must be in another feed; `minimum_known_share` set = warn only, row stays."""

    feed: str
    column: str
    minimum_known_share: float | None


@dataclass(frozen=True)
class Column:
    """One column. `logical_type` is ODCS: string, integer, number, date, timestamp, array (list), object (JSON).

    `on_bad_value` says what a missing, unreadable or disallowed value does (catalogue H.1.6): the row goes to
    quarantine, or the value is cleared with a warning, or it is kept with a warning.
    """

    name: str
    logical_type: str
    physical_type: str
    description: str
    required: bool
    key_position: int | None
    on_bad_value: Action
    allowed: tuple[str | int, ...]
    pattern: str | None
    format: str | None
    minimum: float | None
    maximum: float | None
    foreign_key: ForeignKey | None
    synonym_domain: str | None
    known_in_seed: str | None
    drop_value: bool
    filled_by_loader: bool

    @property
    def is_list(self) -> bool:
        """True for text that holds several values separated by `|`."""
        return self.logical_type == "array"

    @property
    def severity(self) -> Severity:
        """Severity of the rules about this column's own value."""
        return "error" if self.on_bad_value == "quarantine" else "warning"


@dataclass(frozen=True)
class RowRule:
    """A rule across columns. `kind` is not_before, required_when, condition or group; `spec` holds its parts.

    `holds` in a spec is a SQL expression that is true (or null) for a good row; for `group` an aggregate that is
    true for a good group of newest rows.
    """

    id: str
    description: str
    severity: Severity
    owner: str
    kind: Literal["not_before", "required_when", "condition", "group"]
    spec: dict[str, Any]
    on_fail: Action
    clears: str | None


@dataclass(frozen=True)
class SmallGroups:
    """Columns that are cleared where a group holds fewer than `below` distinct values of `count`."""

    group_by: tuple[str, ...]
    count: str
    below: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Dirt:
    """A known kind of dirt, how it is handled (normalised, nulled, quarantined, warned, kept), and where."""

    kind: str
    handling: str
    how: str


@dataclass(frozen=True)
class Contract:
    """What a feed must look like. `version_column` orders versions of a key before file_date does."""

    feed: str
    description: str
    grain: str
    owner: str
    version: str
    cadence: Literal["monthly", "wave", "register", "event"]
    delivery: Literal["snapshot", "append"]
    maximum_bad_row_share: float
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...]
    forbidden_columns: tuple[str, ...]
    practice_column: str | None
    version_column: str | None
    small_groups: SmallGroups | None
    dirt: tuple[Dirt, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Primary-key columns in order; unique after the newest version of a row is taken (catalogue H.3.34)."""
        keyed = [(c.key_position, c.name) for c in self.columns if c.key_position is not None]
        return tuple(name for _, name in sorted(keyed))

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Columns that every file must have."""
        return tuple(c.name for c in self.columns if c.required)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the contract has none."""
        return self._by_name[name]

    def is_forbidden(self, name: str) -> bool:
        """True when a delivered column may not even be looked at: it identifies people, or links to one."""
        return name not in self._by_name and any(fnmatchcase(name, glob) for glob in self.forbidden_columns)

    @property
    def _by_name(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}


@cache
def load_contracts() -> dict[str, Contract]:
    """All feed contracts by feed name, referenced feeds before those that refer to them, then by name."""
    contracts = {path.stem: _contract(_read(path)) for path in sorted(CONTRACTS_DIR.glob("*.yaml"))}
    return {feed: contracts[feed] for feed in _references_first(contracts)}


def _read(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _references_first(contracts: dict[str, Contract]) -> Iterator[str]:
    done: set[str] = set()

    def visit(feed: str) -> Iterator[str]:
        if feed in done:
            return
        done.add(feed)
        for column in contracts[feed].columns:
            if column.foreign_key:
                yield from visit(column.foreign_key.feed)
        yield feed

    for feed in contracts:
        yield from visit(feed)


def _contract(doc: dict[str, Any]) -> Contract:
    (table,) = doc["schema"]
    custom = _custom(doc)
    return Contract(
        feed=doc["name"],
        description=doc["description"]["purpose"],
        grain=table["dataGranularityDescription"],
        owner=doc["team"]["name"],
        version=doc["version"],
        cadence=custom["cadence"],
        delivery=custom["delivery"],
        maximum_bad_row_share=custom["maximumBadRowShare"],
        columns=tuple(_column(p) for p in table["properties"]),
        rules=tuple(_rule(q) for q in table.get("quality", ())),
        forbidden_columns=tuple(custom["forbiddenColumns"]),
        practice_column=custom.get("practiceColumn"),
        version_column=custom.get("versionColumn"),
        small_groups=_small_groups(custom["smallGroups"]) if "smallGroups" in custom else None,
        dirt=tuple(Dirt(**d) for d in custom["dirt"]),
    )


def _column(prop: dict[str, Any]) -> Column:
    custom = _custom(prop)
    options = prop.get("logicalTypeOptions", {})
    foreign_key = _foreign_key(prop, custom)
    required = prop.get("required", False)
    defining = required or (foreign_key is not None and foreign_key.minimum_known_share is None)
    return Column(
        name=prop["name"],
        logical_type=prop["logicalType"],
        physical_type=prop["physicalType"],
        description=prop["description"],
        required=required,
        key_position=prop.get("primaryKeyPosition"),
        on_bad_value=custom.get("onBadValue", "quarantine" if defining else "clear"),
        allowed=tuple(e["value"] for e in prop.get("enum", prop.get("items", {}).get("enum", ()))),
        pattern=options.get("pattern"),
        format=options.get("format"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        foreign_key=foreign_key,
        synonym_domain=custom.get("synonymDomain"),
        known_in_seed=custom.get("knownInSeed"),
        drop_value=custom.get("dropValue", False),
        filled_by_loader=custom.get("filledByLoader", False),
    )


def _foreign_key(prop: dict[str, Any], custom: dict[str, Any]) -> ForeignKey | None:
    if "relationships" not in prop:
        return None
    (relationship,) = prop["relationships"]
    feed, column = relationship["to"].split(".")
    return ForeignKey(feed, column, custom.get("minimumKnownShare"))


def _rule(quality: dict[str, Any]) -> RowRule:
    custom = _custom(quality)
    spec = dict(quality["implementation"])
    return RowRule(
        id=quality["id"],
        description=quality["description"],
        severity=quality["severity"],
        owner=custom["owner"],
        kind=spec.pop("kind"),
        spec=spec,
        on_fail=custom["onFail"],
        clears=custom.get("clears"),
    )


def _small_groups(spec: dict[str, Any]) -> SmallGroups:
    return SmallGroups(tuple(spec["groupBy"]), spec["count"], spec["below"], tuple(spec["columns"]))


def _custom(node: dict[str, Any]) -> dict[str, Any]:
    return {p["property"]: p["value"] for p in node.get("customProperties", ())}
