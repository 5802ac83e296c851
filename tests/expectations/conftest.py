"""A plan of two practices that tests add feeds to, and the gate to send it through."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from expectations import gate
from tests.expectations import small_plan


@dataclass(frozen=True)
class SmallPlan:
    """A feeds folder that tests add to, and the folder that the gate writes into."""

    feeds: Path
    out: Path

    def check(self, **options):
        """The gate's result on the feeds as they now stand."""
        return gate.check(self.feeds, self.out, **{"default_time_zone": "America/New_York", **options})

    def accepted(self, feed, columns="*", order="1"):
        """Rows of an accepted feed."""
        return self._rows(f"{self.out}/accepted/{feed}/*.parquet", columns, order)

    def quarantined(self, feed, columns="row_number, rule_ids"):
        """Rows of a feed's quarantine."""
        return self._rows(f"{self.out}/quarantine/{feed}.parquet", columns, "row_number")

    def _rows(self, path, columns, order):
        with duckdb.connect() as connection:
            return connection.execute(f"select {columns} from '{path}' order by {order}").fetchall()


@pytest.fixture
def plan(tmp_path):
    """Practices P1 (New York) and P2 (Chicago)."""
    small_plan.write_practices(tmp_path / "feeds")
    (tmp_path / "out").mkdir()
    return SmallPlan(tmp_path / "feeds", tmp_path / "out")
