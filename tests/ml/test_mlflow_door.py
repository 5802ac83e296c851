"""`./pulse ui mlflow` answers on this machine only, and calls nobody."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening(port: int) -> set[str]:
    """Addresses, as the kernel writes them, on which something listens at that port."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, at = local.rsplit(":", 1)
            if state == "0A" and int(at, 16) == port:
                found.add(address)
    return found


def answer(url: str, patience: float) -> str:
    """The body once the server is up."""
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > end:
                raise
            time.sleep(1)


def group(leader: int) -> list[str]:
    """Processes of a session."""
    return subprocess.run(["pgrep", "-s", str(leader)], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the kernel's table of sockets")
def test_the_model_records_are_served_on_loopback_only(trained, tmp_path):
    _, tracking, _ = trained
    home = tmp_path / "home"
    home.mkdir()
    (home / "mlflow.db").symlink_to(tracking.uri.removeprefix("sqlite:///"))
    port, log = free_port(), tmp_path / "network.log"
    clean = {k: v for k, v in os.environ.items() if k not in ("CI", "PYTEST_CURRENT_TEST", "DO_NOT_TRACK")}
    watched = {"PYTHONPATH": str(ROOT / "tests" / "network_watch"), "PULSE_NETWORK_LOG": str(log)}
    door = subprocess.Popen(
        [ROOT / "pulse", "ui", "mlflow", "--home", home, "--port", str(port)],
        env=clean | watched,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert answer(f"http://127.0.0.1:{port}/health", patience=240) == "OK"
        assert listening(port) == {"0100007F"}  # 127.0.0.1, and nothing else
        page = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "elsewhere.example"})
        with pytest.raises(urllib.error.HTTPError, match="403"):  # nor under another name
            urllib.request.urlopen(page, timeout=30)
        server = next(p for p in group(door.pid) if b"mlflow" in Path("/proc", p, "cmdline").read_bytes())
        assert b"MLFLOW_DISABLE_TELEMETRY=true" in Path("/proc", server, "environ").read_bytes()
        outside = [line for line in log.read_text().splitlines() if line] if log.exists() else []
        assert outside == []
    finally:
        os.killpg(door.pid, signal.SIGTERM)
        door.wait(timeout=60)
