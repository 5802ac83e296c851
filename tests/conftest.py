"""What many tests share: the project's command line, one sample plan and one finished run a session."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SALT = "test-salt"  # fixed, so that two homes give the same person keys


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Plan:
    """A generated plan and the home in which the main job has run on it."""

    feeds: Path
    truth: Path
    home: Path
    network_log: Path  # what the main job tried to reach outside this machine, one line an attempt

    @property
    def run(self) -> Path:
        return self.home / "runs" / (self.home / "LATEST").read_text().strip()

    @property
    def release(self) -> Path:
        return self.home / "releases" / (self.home / "CURRENT").read_text().strip()


def call_pulse(*arguments: object, env: dict[str, str] | None = None) -> Finished:
    """Run ./pulse as a user would, outside of pytest's environment."""
    clean = {k: v for k, v in os.environ.items() if k not in ("CI", "PYTEST_CURRENT_TEST", "PULSE_HOME")}
    done = subprocess.run(
        [ROOT / "pulse", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=clean | {"PULSE_PERSON_SALT": SALT} | (env or {}),
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def pulse():
    """The command line as a function of its arguments."""
    return call_pulse


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Third-party files that are not part of this project; tests that read them are skipped where they are absent."""
    folder = Path(os.environ.get("PULSE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"third-party data not found at {folder}; set PULSE_SHARED_DATA to its folder")
    return folder


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, filled by whichever test process asks for it first; the others wait, then share it."""
    made = folder.with_suffix(".made")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)  # in place: what is made may hold its own path
            made.touch()
    return folder


def make_plan(folder: Path) -> None:
    """A small sample plan."""
    made = call_pulse("sample", "--out", folder, "--practices", 60, "--members", 6000)
    assert made.code == 0, made.err


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory, worker_id) -> Path:
    """Where what is made once a session lies, whatever the number of test processes."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def plan(session_folder) -> Plan:
    """A small sample plan, made and run once for the whole session; the run is watched for calls to the network."""
    made = once(session_folder / "plan", make_plan)
    log = session_folder / "network.log"
    watched = {"PYTHONPATH": str(ROOT / "tests" / "network_watch"), "PULSE_NETWORK_LOG": str(log)}

    def run(home: Path) -> None:
        done = call_pulse("run", "--feeds", made / "feeds", "--home", home, env=watched)
        assert (done.code, done.err) == (0, "")  # a job that went well has no complaint

    return Plan(made / "feeds", made / "truth", once(session_folder / "home", run), log)


@pytest.fixture(scope="session")
def built_run(plan: Plan) -> Path:
    """Folder of the finished run: accepted feeds, gate report and warehouse."""
    return plan.run
