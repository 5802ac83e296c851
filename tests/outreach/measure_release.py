"""What a long list costs: `PYTHONPATH=. .venv/bin/python -m tests.outreach.measure_release [PRACTICES]`.

Writes everything that outreach gets for a plan of so many practices (40,000 unless told otherwise), in a process of its
own, looks it over as the job does before it publishes, and prints seconds, peak memory and sizes. The practices are
those of the tests' small plan, many times over.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import outreach
from outreach import audit
from tests.outreach.conftest import AS_OF, plan, write_marts
from tests.outreach.test_large_list import multiplied

AT_ONCE = 24  # practices of the small plan


def measure(staged: Path) -> None:
    """Print what outreach.write and the audit cost for the marts that lie in a staged release."""
    began = time.perf_counter()
    listed = outreach.write(
        staged / "marts", staged / "outreach", as_of=AS_OF, release_id="r1", previous_list=None, capacity=40
    )
    assert audit.faults(staged) == []
    used = resource.getrusage(resource.RUSAGE_SELF)
    files = [path.stat().st_size for path in (staged / "outreach").rglob("*.html")]
    print(
        f"{listed:,} practices: {time.perf_counter() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor"
    )
    print(f"peak {used.ru_maxrss // 1024:,} MiB; {len(files):,} pages, the largest {max(files) / 1e6:.1f} MB")


def main(practices: int) -> None:
    with TemporaryDirectory() as folder:
        staged = Path(folder) / "staged"
        staged.mkdir()
        multiplied(write_marts(Path(folder) / "small", plan(AT_ONCE)), staged / "marts", -(-practices // AT_ONCE))
        subprocess.run([sys.executable, "-m", __spec__.name, "--staged", staged], check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--staged", staged]:
            measure(Path(staged))
        case arguments:
            main(*map(int, arguments or ["40000"]))
