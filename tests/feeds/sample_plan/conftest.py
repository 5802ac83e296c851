"""One clean and one soiled small plan, made once for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from feeds.sample_plan import generate

SMALL = {"practices": 30, "members": 2_500, "months": 24}


class Plan:
    """A generated plan on disk, read with SQL: `{members}` stands for the feed's file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")

    def file(self, feed: str) -> Path:
        files = [f for f in (self.home / "feeds" / feed).iterdir() if "_text_" not in f.name]
        assert len(files) == 1
        return files[0]

    def source(self, feed: str) -> str:
        path = self.file(feed)
        return f"read_parquet('{path}')" if path.suffix == ".parquet" else f"read_csv('{path}', nullstr='')"

    def truth(self, name: str) -> str:
        return f"read_csv('{self.home / 'truth' / f'{name}.csv'}')"

    def rows(self, query: str) -> list[tuple]:
        """Rows of a query in which {feed} and {truth_name} stand for files."""
        names = {feed.name: self.source(feed.name) for feed in (self.home / "feeds").iterdir()}
        names |= {f"truth_{n}": self.truth(n) for n in ("dirt", "outreach", "practice_wave")}
        return self.connection.execute(query.format(**names)).fetchall()

    def value(self, query: str) -> object:
        ((value,),) = self.rows(query)
        return value


@pytest.fixture(scope="session")
def clean_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    home = tmp_path_factory.mktemp("clean_plan")
    generate(home, **SMALL, dirt=0.0)
    return Plan(home)


@pytest.fixture(scope="session")
def soiled_plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    home = tmp_path_factory.mktemp("soiled_plan")
    generate(home, **SMALL, dirt=0.02)
    return Plan(home)
