"""The row engine: raw text -> typed values, flags and cleared values, in one pass of DuckDB over a feed.

`layers_sql` is a chain of CTEs (typed -> flagged -> cleared -> ruled) that the row engine and the frames for Great
Expectations both select from. What follows is said of feed `f`: `judged_f` holds each readable row with its final
values, its errors and its warnings; `late_f` what only shows across rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from expectations.contract import Column, Contract
from expectations.landing import sql_text
from expectations.rules import TYPED, Rule

DEFAULT_DATA_SOURCE = "plan"
OFFSET = r"(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$"

# Luhn over 80840 + NPI; null where the value is not ten digits would pass, hence -1.
MACROS = """
create or replace macro digit(number, place) as (number // place) % 10;
create or replace macro doubled(number, place) as (2 * digit(number, place)) % 10 + (2 * digit(number, place)) // 10;
create or replace macro luhn_remainder(number) as (
    24 + digit(number, 1) + doubled(number, 10) + digit(number, 100) + doubled(number, 1000) + digit(number, 10000)
    + doubled(number, 100000) + digit(number, 1000000) + doubled(number, 10000000) + digit(number, 100000000)
    + doubled(number, 1000000000)
) % 10;
create or replace macro npi_remainder(npi) as
    case when npi is null then null
         when regexp_full_match(npi, '[0-9]{10}') then luhn_remainder(cast(npi as bigint))
         else -1 end;
"""


def layers_sql(
    contract: Contract,
    rules: Sequence[Rule],
    default_time_zone: str,
    *,
    rows: tuple[int, int] | None = None,
    probes: Sequence[str] = (),
) -> str:
    """`with typed as (...), ..., ruled as (...)`.

    `rows` limits it to raw rows of that half-open range; `probes` are expressions over delivered values, carried
    through as p0, p1, ... beside the cleared ones.
    """
    value_rules = [r for r in rules if r.layer == "value"]
    row_rules = [r for r in rules if r.layer == "row"]
    names = [c.name for c in contract.columns]
    within = f"where raw.rowid >= {rows[0]} and raw.rowid < {rows[1]}" if rows else ""
    typed = ",\n".join(_typed(column, contract, default_time_zone) for column in contract.columns)
    return f"""
with typed as (
    select raw.rowid as row_id, raw.file_idx, {typed}
    from raw_{contract.feed} as raw
    join files_{contract.feed} as file using (file_idx)
    {_zone_join(contract)}
    {within}
),
flagged as (select *{_flags(value_rules, "v")}{_probes(probes)} from typed),
cleared as (
    select * exclude ({", ".join(f'"{n}"' for n in names)}), {_cleared(contract, value_rules, "v")}
    from flagged
),
ruled as (select *{_flags(row_rules, "r")} from cleared)"""


def judge(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule], default_time_zone: str
) -> None:
    """Fill `judged_<feed>` (row_id, file_idx, errors, warnings, contract columns) and `late_<feed>`."""
    value_rules = [r for r in rules if r.layer == "value"]
    row_rules = [r for r in rules if r.layer == "row"]
    flags = [(f"v{i}", r) for i, r in enumerate(value_rules)] + [(f"r{i}", r) for i, r in enumerate(row_rules)]
    connection.execute(f"""
        create or replace table judged_{contract.feed} as
        {layers_sql(contract, rules, default_time_zone)}
        select row_id, file_idx,
            {_rule_ids((f, r.id) for f, r in flags if r.severity == "error")} as errors,
            {_rule_ids((f, r.id) for f, r in flags if r.severity == "warning")} as warnings,
            {_cleared(contract, row_rules, "r")}
        from ruled
    """)
    connection.execute(f"create or replace table late_{contract.feed} (row_id bigint, rule_id varchar)")
    _find_conflicts(connection, contract)
    for rule in rules:
        if rule.layer == "group":
            _find_bad_groups(connection, contract, rule)


def count_flagged(connection: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule]) -> dict[str, int]:
    """Rows flagged by each rule; zero for a rule without any."""
    feed = contract.feed
    counts = connection.execute(f"""
        select rule_id, count(*) from (
            select unnest(string_split(concat_ws('|', errors, warnings), '|')) as rule_id from judged_{feed}
            where errors is not null or warnings is not null
            union all select rule_id from late_{feed}
            union all select 'line_readable' from lines_{feed}
        ) group by rule_id
    """).fetchall()
    return {rule.id: 0 for rule in rules} | dict(counts)


def quarantined_rows_sql(feed: str, rules: Sequence[Rule]) -> str:
    """Row ids of readable rows that are refused, with the ids of the rules that refuse them."""
    errors = ", ".join(sql_text(r.id) for r in rules if r.severity == "error")
    return f"""
        select row_id, string_agg(rule_id, '|' order by nr, rule_id) as rule_ids from (
            select row_id, 0 as nr, errors as rule_id from judged_{feed} where errors is not null
            union all
            select row_id, 1, rule_id from late_{feed} where rule_id in ({errors})
        ) group by row_id
    """


def _typed(column: Column, contract: Contract, default_time_zone: str) -> str:
    raw = f'raw."{column.name}"'
    value = _value(column, raw, contract, default_time_zone)
    filled = f"coalesce({value}, {_filled(column.name)})" if column.filled_by_loader else value
    if column.logical_type not in TYPED:
        return f'{filled} as "{column.name}"'
    return f'{filled} as "{column.name}", case when {value} is null then {raw} end as "{column.name}__left"'


def _value(column: Column, raw: str, contract: Contract, default_time_zone: str) -> str:
    """SQL of the typed value; null where the text cannot be held."""
    match column.logical_type:
        case "integer":
            return (
                f"case when try_cast({raw} as double) = try_cast({raw} as integer) then try_cast({raw} as integer) end"
            )
        case "number":
            return f"case when isfinite(try_cast({raw} as double)) then try_cast({raw} as double) end"
        case "date":
            return f"case when {raw} like '____-__-__' then try_cast({raw} as date) end"
        case "timestamp":
            zone = f"coalesce(zone.time_zone, {sql_text(default_time_zone)})"
            if not contract.practice_column:
                zone = sql_text(default_time_zone)
            return (
                f"case when {raw} not like '____-__-__%' then null "
                f"when regexp_matches(substr({raw}, 11), {sql_text(OFFSET)}) "
                f"then timezone({zone}, try_cast({raw} as timestamptz)) else try_cast({raw} as timestamp) end"
            )
        case "array":
            return _folded(column, f"nullif(trim(regexp_replace({raw}, '\\s*\\|[\\s|]*', '|', 'g'), '|'), '')")
        case _:
            return _folded(column, raw)


def _folded(column: Column, value: str) -> str:
    """Letter case of closed sets is folded: `Medicaid` is `medicaid`."""
    if not column.allowed:
        return value
    is_upper = all(str(v) == str(v).upper() for v in column.allowed)
    return f"{'upper' if is_upper else 'lower'}({value})"


def _filled(name: str) -> str:
    """What the loader puts into a common column that was not delivered; never the clock."""
    file_date = 'coalesce(try_cast(raw."file_date" as date), file.file_date)'
    return {
        "data_source": sql_text(DEFAULT_DATA_SOURCE),
        "file_name": "file.name",
        "file_date": "file.file_date",
        "ingest_datetime": f"cast({file_date} as timestamp)",
    }[name]


def _zone_join(contract: Contract) -> str:
    if not contract.practice_column:
        return ""
    return f'left join practice_zones as zone on zone.practice_id = raw."{contract.practice_column}"'


def _flags(rules: Sequence[Rule], prefix: str) -> str:
    return "".join(f", ({rule.fails}) as {prefix}{i}" for i, rule in enumerate(rules))


def _probes(probes: Sequence[str]) -> str:
    return "".join(f", {probe} as p{i}" for i, probe in enumerate(probes))


def _cleared(contract: Contract, rules: Sequence[Rule], prefix: str) -> str:
    """The contract's columns, null where a rule of this layer clears them (lists lose their bad items only)."""
    clearing: dict[str, list[str]] = {}
    for i, rule in enumerate(rules):
        if rule.clears:
            clearing.setdefault(rule.clears, []).append(f"{prefix}{i}")
    selected = []
    for column in contract.columns:
        name, flags = f'"{column.name}"', clearing.get(column.name, [])
        if not flags:
            selected.append(name)
        else:
            kept = _allowed_items(column) if column.is_list else "null"
            selected.append(f"case when {' or '.join(flags)} then {kept} else {name} end as {name}")
    return ", ".join(selected)


def _allowed_items(column: Column) -> str:
    allowed = ", ".join(sql_text(v) for v in column.allowed)
    items = f"list_filter(string_split(\"{column.name}\", '|'), lambda item: item in ({allowed}))"
    return f"nullif(array_to_string({items}, '|'), '')"


def _rule_ids(flags: Iterable[tuple[str, str]]) -> str:
    cases = ", ".join(f"case when {flag} then {sql_text(rule_id)} end" for flag, rule_id in flags)
    return f"nullif(concat_ws('|', {cases}), '')" if cases else "cast(null as varchar)"


def _find_conflicts(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Same key, version and file date, other content: all but the last row (and its equals) are found."""
    own = {c.name for c in contract.columns if not c.filled_by_loader}
    content = ", ".join(f'"{c.name}"' for c in contract.columns if c.name in own)
    by = ", ".join(dict.fromkeys([f'"{n}"' for n in (*contract.key, *_version(contract))]))
    connection.execute(f"""
        insert into late_{contract.feed}
        with good as (
            select row_id, {by}, hash({content}) as content from judged_{contract.feed} where errors is null
        ),
        doubtful as (
            select {by}, arg_max(content, row_id) as last_content from good
            group by all having min(content) <> max(content)
        )
        select good.row_id, 'key_conflict' from good join doubtful
        on {" and ".join(f"good.{c} is not distinct from doubtful.{c}" for c in by.split(", "))}
        where good.content <> doubtful.last_content
        order by good.row_id
    """)


def _find_bad_groups(connection: duckdb.DuckDBPyConnection, contract: Contract, rule: Rule) -> None:
    """Newest rows of the groups for which the rule's aggregate does not hold."""
    feed = contract.feed
    by = ", ".join(f'"{name}"' for name in rule.details["by"])
    order = ", ".join(f'"{name}" desc nulls last' for name in _version(contract))
    connection.execute(f"""
        insert into late_{feed}
        with newest as (
            select * from judged_{feed} as judged
            where errors is null and not exists (
                select 1 from late_{feed} as late where late.row_id = judged.row_id and late.rule_id = 'key_conflict'
            )
            qualify row_number() over (
                partition by {", ".join(f'"{n}"' for n in contract.key)} order by {order}, row_id desc
            ) = 1
        ),
        bad_groups as (select {by} from newest group by all having not ({rule.details["holds"]}))
        select row_id, {sql_text(rule.id)} from newest join bad_groups using ({by}) order by row_id
    """)


def _version(contract: Contract) -> tuple[str, ...]:
    """What orders the versions of a key, most telling first (catalogue H.3.34)."""
    return tuple(name for name in (contract.version_column, "file_date") if name)
