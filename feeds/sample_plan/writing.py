"""Feed files on disk: Parquet for the large feeds, CSV (or .csv.gz) for those a person may want to open."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

PARQUET_FEEDS = frozenset({
    "members", "eligibility", "pcp_assignments", "medical_claims", "pharmacy_claims", "lab_results", "appointments",
    "survey_responses", "adt_notifications", "screenings",
})  # fmt: skip
GZIP_FEEDS = frozenset({"referrals", "prior_authorizations", "immunizations"})


class FeedFolder:
    """Writes one file a feed, piece by piece; the file's name carries `end` as its file_date."""

    def __init__(self, folder: Path, end: date) -> None:
        self.folder = folder
        self.stamp = f"{end:%Y%m%d}"
        self.writers: dict[tuple[str, str], pq.ParquetWriter | csv.CSVWriter] = {}
        self.streams: list[pa.NativeFile] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self.writers.values():
            writer.close()
        for stream in self.streams:
            stream.close()

    def append(self, feed: str, table: pa.Table, part: str = "") -> None:
        """Add rows to the feed's file, or to a text file `part` beside it."""
        if (feed, part) not in self.writers:
            self.writers[feed, part] = self.open(feed, part, table.schema)
        self.writers[feed, part].write_table(table)

    def open(self, feed: str, part: str, schema: pa.Schema) -> pq.ParquetWriter | csv.CSVWriter:
        home = self.folder / feed
        home.mkdir(parents=True, exist_ok=True)
        name = f"{feed}{'_' if part else ''}{part}_{self.stamp}"
        if feed in PARQUET_FEEDS and not part:
            return pq.ParquetWriter(home / f"{name}.parquet", schema, compression="zstd", store_schema=False)
        packed = feed in GZIP_FEEDS
        path = home / f"{name}.csv{'.gz' if packed else ''}"
        stream = pa.output_stream(str(path), compression="gzip" if packed else None)
        self.streams.append(stream)
        return csv.CSVWriter(stream, schema)


def write_truth(folder: Path, name: str, table: pa.Table) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    csv.write_csv(table, folder / f"{name}.csv")
