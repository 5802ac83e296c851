"""What outsiders read: releases are staged, audited, then published by one atomic replace of CURRENT."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations import BadInput
from orchestration.home import Home, point, sync_folder, write_json
from orchestration.identity import file_sha256

MANIFEST = "MANIFEST.json"
STAGING = ".staging-"


@dataclass(frozen=True)
class Release:
    """A published release as its manifest describes it."""

    release_id: str
    manifest: Mapping[str, Any]
    is_current: bool


def stage(home: Home, release_id: str) -> Path:
    """An empty folder to build a release in, invisible to readers. Leftovers of killed runs are swept away."""
    home.releases.mkdir(parents=True, exist_ok=True)
    for stale in home.releases.glob(f"{STAGING}*"):
        shutil.rmtree(stale)
    folder = home.releases / f"{STAGING}{release_id}"
    folder.mkdir()
    return folder


def write_manifest(folder: Path, facts: Mapping[str, Any], rows: Mapping[str, int]) -> None:
    """Hash every file of a staged release; `rows` gives the row count of those that have one, by relative path."""
    files = {
        path.relative_to(folder).as_posix(): {"sha256": file_sha256(path), "bytes": path.stat().st_size}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name, count in rows.items():
        files[name]["rows"] = count
    write_json(folder / MANIFEST, {**facts, "files": files})


def publish(home: Home, staged: Path, release_id: str, keep: int) -> Path:
    """Make a staged release durable, give it its name and point CURRENT at it. The last step is the only visible one."""
    for path in staged.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
        else:
            sync_folder(path)
    final = home.release(release_id)
    if not final.exists():
        os.rename(staged, final)
        sync_folder(home.releases)
    else:
        shutil.rmtree(staged)
    point(home.current, release_id)
    _prune(home, keep)
    return final


def _prune(home: Home, keep: int) -> None:
    """Remove the oldest releases beyond `keep`, never the current one."""
    spare = [r for r in list_releases(home) if not r.is_current][keep - 1 :]
    for release in spare:
        shutil.rmtree(home.release(release.release_id))


def list_releases(home: Home) -> list[Release]:
    """All releases of a home, newest as-of date first."""
    current = home.current_release()
    found = [
        Release(manifest.parent.name, json.loads(manifest.read_text("utf-8")), manifest.parent.name == current)
        for manifest in home.releases.glob(f"*/{MANIFEST}")
        if not manifest.parent.name.startswith(STAGING)
    ]
    return sorted(found, key=lambda r: (r.manifest["as_of"], r.release_id), reverse=True)


def earlier_releases(home: Home, as_of: str) -> list[Path]:
    """Folders of the releases of earlier as-of dates, newest first: the first is what this list's changes are told against."""
    return [home.release(r.release_id) for r in list_releases(home) if r.manifest["as_of"] < as_of]


def went_out_before(home: Home, run_id: str) -> list[Release]:
    """Releases that readers may hold beside the one that `run_id` makes, of whatever as-of date, newest date first.

    Not its own, and none that came after it: a manifest names the runs before it, so that a run repeated after a later
    one gives the same bytes again, and needs no clock.
    """
    return [
        release
        for release in list_releases(home)
        if run_id != release.manifest["run_id"] and run_id not in release.manifest.get("runs_before", ())
    ]


def runs_of(before: Iterable[Release]) -> list[str]:
    """The runs that made these releases and those that came before them, for a manifest's `runs_before`."""
    return sorted({run for r in before for run in (r.manifest["run_id"], *r.manifest.get("runs_before", ()))})


def rollback(home: Home, release_id: str) -> None:
    """Point CURRENT at an earlier release after checking that it is whole."""
    faults = verify(home, release_id)
    if faults:
        raise BadInput(f"release {release_id} is damaged ({faults[0]}); choose another from ./pulse releases")
    point(home.current, release_id)


def verify(home: Home, release_id: str) -> list[str]:
    """Hash a release's files again; what differs from its manifest, one line each, empty if it is whole."""
    folder = home.release(release_id)
    if not release_id or Path(release_id).name != release_id or not (folder / MANIFEST).is_file():
        raise BadInput(f"{home.releases}: no release '{release_id}'; ./pulse releases lists what there is")
    expected = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {MANIFEST}
    faults = [f"{name}: missing" for name in sorted(expected.keys() - present)]
    faults += [f"{name}: not in the manifest" for name in sorted(present - expected.keys())]
    faults += [
        f"{name}: bytes differ from the manifest"
        for name in sorted(present & expected.keys())
        if file_sha256(folder / name) != expected[name]["sha256"]
    ]
    return faults
