"""The main job timed as a user would live it: a fresh home, the sample plan, every stage in its own line."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from orchestration.engine import RECORD
from orchestration.identity import ROOT


def measure(members: int) -> dict[str, Any]:
    """Generate a plan of so many members, run the main job on it in a process of its own, and say what each took.

    Seconds are wall time, `peak_mib` the greatest resident memory of the process up to the end of that stage.
    """
    with tempfile.TemporaryDirectory(prefix="pulse-bench-") as scratch:
        plan, home = Path(scratch) / "plan", Path(scratch) / "home"
        sample_seconds = _call("sample", "--out", str(plan), "--members", str(members))
        run_seconds = _call("run", "--feeds", str(plan / "feeds"), "--home", str(home))
        record = json.loads(next(home.glob(f"runs/*/{RECORD}")).read_text("utf-8"))
    steps = [{key: stage[key] for key in ("name", "seconds", "peak_mib")} for stage in record["stages"]]
    return {
        "members": members,
        "sample_seconds": sample_seconds,
        "seconds": run_seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "steps": steps,
    }


def _call(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "orchestration", *arguments], check=True, cwd=ROOT)  # noqa: S603 - our own
    return round(time.perf_counter() - started, 1)
