"""A feed larger than the memory it may use still passes the gate."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from expectations.contract import load_contracts
from tests.expectations import small_plan

ROOT = Path(__file__).resolve().parents[2]
ROWS = 800_000
MEMORY_MIB = 512  # for DuckDB; Great Expectations and one chunk's frame come on top
PEAK_MIB = 1400
CHECK = """
import resource, sys
from pathlib import Path
from expectations import gate
result = gate.check(Path(sys.argv[1]), Path(sys.argv[2]), default_time_zone="UTC", memory_limit=sys.argv[3],
                    chunk_rows=50_000)
print(result.feeds["medical_claims"].accepted, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_is_bounded(plan):
    template = small_plan.row("medical_claims")
    names = [c.name for c in load_contracts()["medical_claims"].columns if not c.filled_by_loader]
    fixed = ", ".join(f"'{template[n]}' as {n}" for n in names if n != "claim_id")
    path = plan.feeds / "medical_claims" / "medical_claims_20260630.csv"
    path.parent.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select lpad(i::varchar, 300, 'C') as claim_id, {fixed} from range({ROWS}) r(i)) to '{path}'"
        )
    assert path.stat().st_size > MEMORY_MIB * 2**20
    done = subprocess.run(
        [sys.executable, "-c", CHECK, plan.feeds, plan.out, f"{MEMORY_MIB}MiB"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    accepted, peak = map(int, done.stdout.split())
    assert accepted == ROWS
    assert peak < PEAK_MIB
