"""Dirt: the flaws real feeds have, put in at a known rate and counted."""

from __future__ import annotations

import pyarrow as pa


class Soiler:
    def __init__(self, seed: int, rate: float) -> None:
        self.seed, self.rate = seed, rate

    def soil(self, feed: str, table: pa.Table) -> pa.Table:
        return table

    def ledger(self) -> pa.Table:
        return pa.table({"feed": pa.array([], pa.string()), "kind": pa.array([], pa.string()),
                         "rows": pa.array([], pa.int64())})
