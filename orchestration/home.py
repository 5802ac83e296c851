"""The folder that holds all state, and the few files in it that point at something."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from expectations import BadInput


@dataclass(frozen=True)
class Home:
    """Paths below the home folder. Nothing outside it is ever written."""

    root: Path

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def current(self) -> Path:
        return self.root / "CURRENT"

    @property
    def latest(self) -> Path:
        return self.root / "LATEST"

    @property
    def sample(self) -> Path:
        return self.root / "sample"

    @property
    def models(self) -> Path:
        return self.root / "mlflow.db"

    @property
    def tracking_uri(self) -> str:
        return f"sqlite:///{self.models.resolve()}"

    @property
    def artifacts(self) -> Path:
        return (self.root / "mlartifacts").resolve()

    def run(self, run_id: str) -> Path:
        return self.runs / run_id

    def release(self, release_id: str) -> Path:
        return self.releases / release_id

    def current_release(self) -> str | None:
        """The published release's id, or None before the first."""
        return _read_pointer(self.current)

    def latest_run(self) -> str | None:
        """The newest finished run's id, or None before the first."""
        return _read_pointer(self.latest)

    def finished_run(self) -> Path:
        """Folder of the newest finished run; BadInput where there is none yet."""
        run_id = self.latest_run()
        if run_id is None or not self.run(run_id).is_dir():
            raise BadInput(f"{self.root}: no finished run here yet; call ./pulse run first, or name another --home")
        return self.run(run_id)

    def person_salt(self) -> str:
        """Secret that turns person ids into keys: the environment's, else one made once for this home (0600)."""
        given = os.environ.get("PULSE_PERSON_SALT")
        if given:
            return given
        path = self.root / "person_salt"
        if not path.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text("utf-8").strip()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one job at a time may write here; a second one is told so instead of waiting."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInput(
                    f"{self.root}: another job is running in this home; wait for it or name another --home"
                ) from None
            yield


def _read_pointer(path: Path) -> str | None:
    return path.read_text("utf-8").strip() if path.exists() else None


def point(path: Path, target: str) -> None:
    """Atomically make `path` a one-line file that says `target`, durable before it is visible."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(target + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, content: object) -> None:
    """JSON for people and programs: sorted keys, so that the same content is the same bytes."""
    path.write_text(json.dumps(content, indent=2, sort_keys=True, default=str) + "\n", encoding="utf-8")
