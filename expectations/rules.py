"""A contract -> its rules, each said twice: as a SQL condition for DuckDB and as an expectation for Great Expectations.

Rules come in layers. `value` rules look at one delivered value; what they clear is null for the `row` rules, which
look across columns. `group` and `key` rules look across rows that no other rule refused; their findings are row ids
in the table `late_<feed>`. `line` is the one rule about lines that could not be read as a row.

In SQL, `"x"` is a column's value in the layer at hand, and `"x__left"` the text that its type could not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from expectations.contract import Action, Column, Contract, RowRule, Severity
from expectations.landing import sql_text
from expectations.references import References

Layer = Literal["line", "value", "row", "group", "key"]
TYPED = ("integer", "number", "date", "timestamp")
TYPE_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "date": "a date YYYY-MM-DD",
    "timestamp": "an ISO 8601 time stamp",
}


@dataclass(frozen=True)
class Probe:
    """How Great Expectations checks a rule: an expectation's class name, its arguments, and the frame's columns.

    `columns` maps a column of the frame to the SQL that fills it. Where pandas cannot say a rule (check digits,
    membership in another feed, groups), the frame holds DuckDB's finding and the expectation judges that.
    """

    expectation: str
    arguments: dict[str, Any]
    columns: dict[str, str]
    only_where: tuple[str, Any] | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of a feed. `fails` is SQL that is true for a bad row; null and false are good."""

    id: str
    description: str
    severity: Severity
    owner: str
    action: Action
    layer: Layer
    fails: str
    probe: Probe
    clears: str | None = None
    minimum_known_share: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


def rules_of(contract: Contract, references: References) -> tuple[Rule, ...]:
    """All rules of a feed, in the order in which a report lists them. Ids are unique within the feed."""
    return (
        _line_rule(contract),
        *(rule for column in contract.columns for rule in _value_rules(contract, column, references)),
        *(_cross_rule(contract, rule) for rule in contract.rules),
        _key_rule(contract),
    )


def _line_rule(contract: Contract) -> Rule:
    return Rule(
        id="line_readable",
        description="The line can be read as a row: as many fields as the header has, quotes closed, UTF-8",
        severity="error",
        owner=contract.owner,
        action="quarantine",
        layer="line",
        fails="line is not null",
        probe=Probe("ExpectColumnValuesToBeNull", {"column": "line"}, {"line": "line"}),
    )


def _key_rule(contract: Contract) -> Rule:
    return Rule(
        id="key_conflict",
        description=(
            f"Rows of the same key ({', '.join(contract.key)}) and file date say the same; "
            "where they differ the last row of the delivery stays"
        ),
        severity="error",
        owner=contract.owner,
        action="quarantine",
        layer="key",
        fails="",
        probe=_late_probe("key_conflict"),
    )


def _value_rules(contract: Contract, column: Column, references: References) -> Iterator[Rule]:
    """Rules about one column's own value. A bad value of a warning column is cleared, except where it is missing."""
    name = f'"{column.name}"'
    makers = (_required, _type, _allowed, _pattern, _range, _npi, _time_zone, _seed, _foreign_key)
    for make in makers:
        for suffix, description, fails, probe, action in make(column, name, references):
            is_error = action == "quarantine"
            yield Rule(
                id=f"{column.name}.{suffix}",
                description=description,
                severity="error" if is_error else "warning",
                owner=contract.owner,
                action=action,
                layer="value",
                fails=fails,
                probe=probe,
                clears=column.name if action == "clear" else None,
                minimum_known_share=column.foreign_key.minimum_known_share
                if column.foreign_key and suffix == "known"
                else None,
            )


_Made = Iterator[tuple[str, str, str, Probe, Action]]


def _required(column: Column, name: str, _: References) -> _Made:
    if not column.required:
        return
    given, fails = name, f"{name} is null"
    if column.logical_type in TYPED:
        given = f'coalesce(cast({name} as varchar), "{column.name}__left")'
        fails = f'{name} is null and "{column.name}__left" is null'
    alias = f"{column.name}__given"
    probe = Probe("ExpectColumnValuesToNotBeNull", {"column": alias}, {alias: given})
    action = "keep" if column.on_bad_value == "clear" else column.on_bad_value
    yield "required", f"{column.name} is given", fails, probe, action


def _type(column: Column, name: str, _: References) -> _Made:
    if column.logical_type not in TYPED:
        return
    left = f"{column.name}__left"
    probe = Probe("ExpectColumnValuesToBeNull", {"column": left}, {left: f'"{left}"'})
    words = f"{column.name} is {TYPE_WORDS[column.logical_type]}"
    yield "type", words, f'"{left}" is not null', probe, column.on_bad_value


def _allowed(column: Column, name: str, references: References) -> _Made:
    if not column.allowed:
        return
    description = f"{column.name} has only allowed values"
    if not column.is_list:
        fails = f"{name} not in ({', '.join(_literal(v) for v in column.allowed)})"
        yield "allowed", description, fails, _in_set(column.name, name, column.allowed), column.on_bad_value
        return
    known = sorted({str(v) for v in column.allowed} | references.synonyms.get(column.synonym_domain, frozenset()))
    item = "|".join(re.escape(v) for v in known)
    pattern = rf"^(?:{item})(?:\|(?:{item}))*$"
    value = f"lower({name})" if column.synonym_domain else name
    # Synonyms are resolved in staging, which also drops what it does not know: the delivered text stays.
    action = "keep" if column.synonym_domain else column.on_bad_value
    yield "allowed", description, *_regex(f"{column.name}__items", value, pattern), action


def _pattern(column: Column, name: str, _: References) -> _Made:
    if column.pattern:
        yield (
            "pattern",
            f"{column.name} has the shape {column.pattern}",
            *_regex(column.name, name, column.pattern),
            column.on_bad_value,
        )


def _range(column: Column, name: str, _: References) -> _Made:
    low, high = column.minimum, column.maximum
    bounds = [(low, "<", "at least"), (high, ">", "at most")]
    given = [(bound, sign, word) for bound, sign, word in bounds if bound is not None]
    if not given:
        return
    fails = " or ".join(f"{name} {sign} {bound}" for bound, sign, _ in given)
    words = " and ".join(f"{word} {bound:g}" for bound, _, word in given)
    alias = f"{column.name}__number"  # as double: Great Expectations compares other widths value by value
    probe = Probe(
        "ExpectColumnValuesToBeBetween",
        {"column": alias, "min_value": low, "max_value": high},
        {alias: f"cast({name} as double)"},
    )
    yield "range", f"{column.name} is {words}", fails, probe, column.on_bad_value


def _npi(column: Column, name: str, _: References) -> _Made:
    if column.format == "npi":
        remainder = f"npi_remainder({name})"
        yield (
            "npi",
            f"{column.name} is ten digits with a valid check digit",
            f"{remainder} <> 0",
            _in_set(f"{column.name}__remainder", remainder, (0,)),
            column.on_bad_value,
        )


def _time_zone(column: Column, name: str, references: References) -> _Made:
    if column.format == "time_zone":
        zones = sorted(references.time_zones)
        fails = f"{name} not in ({', '.join(map(sql_text, zones))})"
        probe = _in_set(column.name, name, zones)
        yield "time_zone", f"{column.name} is an IANA time zone", fails, probe, column.on_bad_value


def _seed(column: Column, name: str, references: References) -> _Made:
    if column.known_in_seed:
        values = sorted(references.seeds[column.known_in_seed])
        fails = f"{name} not in ({', '.join(map(sql_text, values))})"
        probe = _in_set(column.name, name, values)
        yield "known", f"{column.name} is in {column.known_in_seed}", fails, probe, column.on_bad_value


def _foreign_key(column: Column, name: str, references: References) -> _Made:
    key = column.foreign_key
    if key is None or key.feed not in references.feeds:
        return
    known = f'{name} in (select "{key.column}" from known_{key.feed})'
    probe = _in_set(f"{column.name}__known", known, (True,))
    share = "" if key.minimum_known_share is None else f" (in at least {key.minimum_known_share:.0%} of rows)"
    action = column.on_bad_value if key.minimum_known_share is None else "keep"
    yield "known", f"{column.name} is in {key.feed}{share}", f"not ({known})", probe, action


def _cross_rule(contract: Contract, rule: RowRule) -> Rule:
    make = {"not_before": _not_before, "required_when": _required_when, "condition": _condition, "group": _group}
    layer, fails, probe = make[rule.kind](rule)
    return Rule(
        id=rule.id,
        description=rule.description,
        severity=rule.severity,
        owner=rule.owner,
        action=rule.on_fail,
        layer=layer,
        fails=fails,
        probe=probe,
        clears=rule.clears,
        details=rule.spec if rule.kind == "group" else {},
    )


def _not_before(rule: RowRule) -> tuple[Layer, str, Probe]:
    later, earlier = rule.spec["column"], rule.spec["earliest"]
    probe = Probe(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": f"{later}__ok",
            "column_B": f"{earlier}__ok",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        {f"{later}__ok": f'"{later}"', f"{earlier}__ok": f'"{earlier}"'},
    )
    return "row", f'"{later}" < "{earlier}"', probe


def _required_when(rule: RowRule) -> tuple[Layer, str, Probe]:
    column, when, equals = rule.spec["column"], rule.spec["when"], rule.spec["equals"]
    probe = Probe(
        "ExpectColumnValuesToNotBeNull",
        {"column": f"{column}__ok"},
        {f"{column}__ok": f'"{column}"', f"{when}__ok": f'"{when}"'},
        only_where=(f"{when}__ok", equals),
    )
    return "row", f'"{when}" = {_literal(equals)} and "{column}" is null', probe


def _condition(rule: RowRule) -> tuple[Layer, str, Probe]:
    holds = rule.spec["holds"]
    return "row", f"not ({holds})", _in_set(f"{rule.id}__holds", f"({holds})", (True,))


def _group(rule: RowRule) -> tuple[Layer, str, Probe]:
    return "group", "", _late_probe(rule.id)


def _late_probe(rule_id: str) -> Probe:
    """Findings across rows: the frame says per row whether the row engine found it."""
    found = f"(late_rules is not null and contains('|' || late_rules || '|', '|{rule_id}|'))"
    return _in_set(f"{rule_id}__found", found, (False,))


def _in_set(alias: str, value: str, allowed: Iterable[Any]) -> Probe:
    return Probe("ExpectColumnValuesToBeInSet", {"column": alias, "value_set": list(allowed)}, {alias: value})


def _regex(alias: str, value: str, pattern: str) -> tuple[str, Probe]:
    probe = Probe("ExpectColumnValuesToMatchRegex", {"column": alias, "regex": pattern}, {alias: value})
    return f"not regexp_matches({value}, {sql_text(pattern)})", probe


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else sql_text(value)
