"""The main job reaches for no other machine: no telemetry, no look-up, no download."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def test_the_watch_notices_a_look_up(tmp_path):
    log = tmp_path / "log"
    env = os.environ | {"PYTHONPATH": str(ROOT / "tests" / "network_watch"), "PULSE_NETWORK_LOG": str(log)}
    code = "import socket\ntry: socket.getaddrinfo('telemetry.invalid', 443)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert "telemetry.invalid" in log.read_text()


@pytest.mark.warehouse
def test_the_main_job_stays_on_this_machine(plan):
    attempts = plan.network_log.read_text() if plan.network_log.exists() else ""
    assert attempts == ""
