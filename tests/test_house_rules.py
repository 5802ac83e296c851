"""The layout is the architecture: who may import whom, and what may not be there at all."""

import ast
import re
from pathlib import Path

import pytest

from orchestration.environment import NO_TELEMETRY
from tests.conftest import ROOT

MAY_IMPORT = {
    "feeds": {"expectations"},
    "expectations": set(),
    "ml": {"expectations"},
    "outreach": {"expectations"},
    "orchestration": {"feeds", "expectations", "ml", "outreach"},
}
HEAVY = {"great_expectations", "mlflow", "sklearn", "dagster", "dbt", "pandas", "scipy", "pyspark"}
# What would make a result depend on when it was made.
CLOCK = re.compile(
    r"\b(datetime\.now|date\.today|datetime\.utcnow|time\.time\(|current_date|current_timestamp|now\(\))"
)


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_rooms_import_only_what_they_may(room):
    for path in modules(room):
        assert imports(path) & MAY_IMPORT.keys() <= MAY_IMPORT[room] | {room}, path


def test_the_command_line_starts_without_heavy_libraries():
    for path in modules("orchestration"):
        assert not imports(path, top_level_only=True) & HEAVY, path


def test_dbt_holds_no_python():
    found = [p for p in (ROOT / "dbt").rglob("*.py") if not {"target", "logs"} & set(p.parts)]
    assert found == []


def test_no_room_for_odds_and_ends():
    for room in MAY_IMPORT:
        for path in modules(room):
            assert path.stem not in {"utils", "util", "helpers", "common", "misc"}, path


def test_nothing_reads_the_clock():
    for room in (*MAY_IMPORT, "dbt"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".py", ".sql") and not {"target", "logs"} & set(path.parts):
                assert not CLOCK.search(path.read_text("utf-8")), path


def test_the_lock_names_no_host_and_every_package_has_a_hash():
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9][\w.-]*==.*?(?=^[a-z0-9]|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert len(pins) > 100
    assert all("--hash=sha256:" in pin for pin in pins)


def test_every_telemetry_switch_is_thrown():
    assert NO_TELEMETRY["MLFLOW_DISABLE_TELEMETRY"] == "true"  # DO_NOT_TRACK does not reach it
    assert (ROOT / "dbt" / "dbt_project.yml").read_text("utf-8").count("send_anonymous_usage_stats: false") == 1
