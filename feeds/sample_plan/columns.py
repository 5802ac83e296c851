"""Arrow columns from NumPy arrays: identifiers, coded text, dates, local and UTC timestamps, flags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def identifiers(prefix: str, numbers: np.ndarray, width: int, missing: np.ndarray | None = None) -> pa.Array:
    """`prefix` + zero-padded numbers; null where `missing`."""
    digits = pc.utf8_lpad(pc.cast(pa.array(np.asarray(numbers, dtype=np.int64), mask=missing), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "") if prefix else digits


def coded(codes: np.ndarray, vocabulary: Sequence[str | None] | pa.Array) -> pa.Array:
    """Text by position in `vocabulary`; negative codes are null."""
    words = vocabulary if isinstance(vocabulary, pa.Array) else pa.array(list(vocabulary), pa.string())
    codes = np.asarray(codes)
    return words.take(pa.array(codes.astype(np.int32), mask=codes < 0))


def constant(value: str | int | float, n: int, kind: pa.DataType | None = None) -> pa.Array:
    scalar = pa.scalar(value) if kind is None else pa.scalar(value, kind)
    return pa.repeat(scalar, n)


def texts(values: Sequence[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())


def dates(days: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Calendar days; NaT is null."""
    days = np.asarray(days).astype("datetime64[D]")
    if missing is not None:
        days = np.where(missing, np.datetime64("NaT", "D"), days)
    return pa.array(days, pa.date32())


def integers(values: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(np.asarray(values).astype(np.int32), pa.int32(), mask=missing)


def numbers(values: np.ndarray, decimals: int, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(np.round(np.asarray(values, dtype=np.float64), decimals), pa.float64(), mask=missing)


def local_times(moments: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Naive local timestamps in whole seconds, as CSV feeds carry them; NaT is null."""
    moments = np.asarray(moments).astype("datetime64[s]")
    if missing is not None:
        moments = np.where(missing, np.datetime64("NaT", "s"), moments)
    return pa.array(moments, pa.timestamp("s"))


def utc_times(
    moments: np.ndarray, zone: np.ndarray, zones: Sequence[str], missing: np.ndarray | None = None
) -> pa.Array:
    """UTC timestamps, as Parquet feeds carry them, from local wall-clock times in each row's `zone`."""
    local = local_times(moments, missing)
    utc = None
    for index, name in enumerate(zones):
        here = pc.cast(
            pc.assume_timezone(local, name, ambiguous="earliest", nonexistent="earliest"), pa.timestamp("us", "UTC")
        )
        utc = here if utc is None else pc.if_else(pa.array(zone == index), here, utc)
    return utc


def joined(words: Sequence[str], member: np.ndarray) -> pa.Array:
    """`|` lists: row i holds the words whose column of the boolean matrix `member` is true; none = null."""
    bits = member @ (1 << np.arange(len(words)))
    lists = ["|".join(w for k, w in enumerate(words) if b >> k & 1) or None for b in range(1 << len(words))]
    return coded(bits, lists)


def null_column(n: int, kind: pa.DataType) -> pa.Array:
    return pa.nulls(n, kind)
