"""Great Expectations: a suite from a feed's rules, and its verdict on the landed rows, chunk by chunk.

Each chunk is a frame that holds only what the suite looks at, cut from the typed layers by DuckDB; it is validated
as a batch, and the unexpected rows of each rule are summed. (A checkpoint says the same more slowly:
it stores and re-reads its definitions each time.) Great Expectations costs seconds to import, so it is
imported here only when a verdict is asked for. Its Data Docs are never built: they print feed values unescaped.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from expectations.contract import Contract
from expectations.judging import layers_sql
from expectations.rules import Rule

CHUNK_ROWS = 180_000
SEVERITY = {"error": "critical", "warning": "warning"}


def verdict(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    rules: Sequence[Rule],
    default_time_zone: str,
    chunk_rows: int = CHUNK_ROWS,
) -> dict[str, int]:
    """Rows that Great Expectations finds unexpected, by rule id, over all landed rows of the feed."""
    found = dict.fromkeys((rule.id for rule in rules), 0)
    line_rules = [rule for rule in rules if rule.layer == "line"]
    row_rules = [rule for rule in rules if rule.layer != "line"]
    for frame in _line_frames(connection, contract, line_rules):
        _add(found, validate(frame, contract.feed, line_rules))
    for frame in _row_frames(connection, contract, row_rules, default_time_zone, chunk_rows):
        _add(found, validate(frame, contract.feed, row_rules))
        if len(frame) == chunk_rows:  # another comes, and Great Expectations ties its frames into reference cycles
            del frame
            gc.collect()
    return found


def suite(feed: str, rules: Sequence[Rule]) -> Any:
    """The expectation suite of a feed; each expectation names its rule, owner and action in `meta`."""
    great_expectations = _great_expectations()
    return great_expectations.ExpectationSuite(name=feed, expectations=[_expectation(rule) for rule in rules])


def validate(frame: Any, feed: str, rules: Sequence[Rule]) -> dict[str, int]:
    """Unexpected rows of one frame by rule id. The frame is judged as a batch of its own, in an ephemeral context."""
    asset = _context().data_sources.add_pandas(feed).add_dataframe_asset(feed)
    batch = asset.add_batch_definition_whole_dataframe("chunk").get_batch({"dataframe": frame})
    outcome = batch.validate(
        suite(feed, rules), result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
    )
    return dict(_unexpected(result) for result in outcome.results)


def _context() -> Any:
    """A context that leaves nothing on disk, not even an empty site of Data Docs."""
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return _great_expectations().get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )


def _unexpected(result: Any) -> tuple[str, int]:
    rule_id = result.expectation_config.meta["rule_id"]
    if result.exception_info.get("raised_exception") or "unexpected_count" not in result.result:
        raise RuntimeError(f"Great Expectations could not evaluate rule {rule_id}")
    return rule_id, int(result.result["unexpected_count"])


def _expectation(rule: Rule) -> Any:
    from great_expectations import expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    condition = {}
    if rule.probe.only_where:
        column, value = rule.probe.only_where
        condition = {"row_condition": Column(column) == value}
    return getattr(gxe, rule.probe.expectation)(
        **rule.probe.arguments,
        **condition,
        mostly=rule.minimum_known_share or 1.0,
        severity=SEVERITY[rule.severity],
        meta={"rule_id": rule.id, "owner": rule.owner, "action": rule.action},
    )


def _line_frames(connection: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule]) -> Iterator[Any]:
    if rules and connection.execute(f"select count(*) from lines_{contract.feed}").fetchone()[0]:
        yield connection.execute(f"select line from lines_{contract.feed}").df()


def _row_frames(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    rules: Sequence[Rule],
    default_time_zone: str,
    chunk_rows: int,
) -> Iterator[Any]:
    (rows,) = connection.execute(f"select count(*) from raw_{contract.feed}").fetchone()
    for start in range(0, rows, chunk_rows):
        chunk = (start, start + chunk_rows)
        yield connection.execute(_frame_sql(contract, rules, default_time_zone, chunk)).df()


def _frame_sql(contract: Contract, rules: Sequence[Rule], default_time_zone: str, rows: tuple[int, int]) -> str:
    """One chunk's frame: values as delivered (`x`), after clearing (`x__ok`), and the row engine's findings."""
    delivered = _probe_columns(rules, {"value"})
    final = _probe_columns(rules, {"row", "group", "key"})
    probes = list(delivered.values())
    selected = [f'p{i} as "{alias}"' for i, alias in enumerate(delivered)]
    selected += [f'{sql} as "{alias}"' for alias, sql in final.items()]
    return f"""
        {layers_sql(contract, rules, default_time_zone, rows=rows, probes=probes)},
        late as (select row_id, string_agg(rule_id, '|') as late_rules from late_{contract.feed} group by row_id)
        select {", ".join(selected)} from ruled left join late using (row_id)
    """


def _probe_columns(rules: Sequence[Rule], layers: set[str]) -> dict[str, str]:
    return {alias: sql for r in rules if r.layer in layers for alias, sql in r.probe.columns.items()}


def _add(found: dict[str, int], more: dict[str, int]) -> None:
    for rule_id, rows in more.items():
        found[rule_id] += rows


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return great_expectations
