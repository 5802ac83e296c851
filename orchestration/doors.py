"""The front doors: what a person opens in a browser. Every one listens on 127.0.0.1 only."""

import functools
import subprocess
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from expectations import BadInput
from orchestration.home import Home

LOOPBACK = "127.0.0.1"


def _serve(folder: Path, port: int, what: str) -> None:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer((LOOPBACK, port), handler) as server:
        print(f"{what}: http://{LOOPBACK}:{server.server_address[1]}/ (Ctrl-C ends it)", flush=True)
        server.serve_forever()


def report(home: Home, port: int) -> None:
    """The published list and scorecards."""
    current = home.current_release()
    if current is None:
        raise BadInput(f"{home.root}: nothing published here yet; call ./pulse run first, or name another --home")
    _serve(home.release(current) / "outreach", port, "report")


def mlflow(home: Home, port: int) -> None:
    """The model's runs, data, figures and versions."""
    if not home.models.exists():
        raise BadInput(f"{home.root}: no model records here yet; call ./pulse run first, or name another --home")
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", home.tracking_uri]
    command += ["--artifacts-destination", str(home.artifacts), "--host", LOOPBACK, "--port", str(port)]
    print(f"mlflow: http://{LOOPBACK}:{port}/ (first start takes a minute; Ctrl-C ends it)", flush=True)
    subprocess.run(command, check=True)  # noqa: S603 - our own arguments


def docs(home: Home, port: int) -> None:
    """dbt's documentation of every model and column, built from the newest run."""
    from orchestration import warehouse
    from orchestration.settings import load_settings

    folder = home.finished_run()
    warehouse.dbt(
        ["docs", "generate", "--static"],
        accepted=folder / "accepted",
        warehouse=folder / "warehouse.duckdb",
        target=folder / "target",
        logs=folder / "logs",
        settings=load_settings(home.root),
    )
    _serve(folder / "target", port, "dbt docs (static_index.html)")


DOORS = {"report": report, "mlflow": mlflow, "docs": docs}
