"""Runs the stages in one process, records each in run.json, and takes up a run where a crash left it."""

import json
import os
import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from expectations import BadInput
from orchestration import generate
from orchestration.home import Home, point, write_json
from orchestration.identity import code_version, digest, input_hashes
from orchestration.settings import load_settings
from orchestration.stages import STAGES, Context, Facts

RECORD = "run.json"
Progress = Callable[[str, Facts | None], None]  # (stage, its facts once it is done)


def run(home: Home, feeds: Path, *, as_of: date | None, retrain: bool, progress: Progress) -> dict[str, Any]:
    """The main job, feed files to published list; returns the run's record.

    A run is named after its inputs, parameters and code. Stages that an earlier attempt at the same run finished
    are not repeated; a run that had finished is published again, which changes nothing unless CURRENT was moved.
    """
    if not feeds.is_dir():
        raise BadInput(f"{feeds}: no such folder; --feeds takes a folder with one folder or file a feed")
    generate.write()  # a metric added since the last run joins the union; no-op otherwise
    settings = load_settings(home.root)
    inputs = input_hashes(feeds)
    run_id = f"run-{digest(inputs, as_of, settings.shaping(), code_version())}"
    with home.locked():
        context = Context(home, settings, feeds, run_id, asked_as_of=as_of, retrain=retrain)
        record = _open_record(context, inputs)
        done = _reusable(record, retrain)
        for stage in STAGES:
            name = stage.__name__
            progress(name, None)
            if name not in done:
                context = replace(context, facts={"inputs": inputs, **_facts(record)})
                record["stages"] = [s for s in record["stages"] if s["name"] != name]
                record["stages"].append(_timed(name, stage, context))
                write_json(context.folder / RECORD, record)
            progress(name, _facts(record)[name])
        _mark_latest(home, run_id)
    return record


def _open_record(context: Context, inputs: list[tuple[str, str]]) -> dict[str, Any]:
    """The record of this run so far; a new folder and an empty record for a new one."""
    path = context.folder / RECORD
    if path.exists():
        return json.loads(path.read_text("utf-8"))
    if context.folder.exists():
        shutil.rmtree(context.folder)  # died before its first stage was done
    context.folder.mkdir(parents=True)
    record = {
        "run_id": context.run_id,
        "feeds": str(context.feeds),
        "inputs": inputs,
        "parameters": context.settings.shaping(),
        "code_version": code_version(),
        "stages": [],
    }
    write_json(path, record)
    return record


def _reusable(record: dict[str, Any], retrain: bool) -> set[str]:
    """Stages of an earlier attempt that need not be repeated. Publishing is cheap and always done."""
    done = {stage["name"] for stage in record["stages"]} - {"release"}
    return done - {"train", "score"} if retrain else done


def _facts(record: dict[str, Any]) -> dict[str, Facts]:
    return {stage["name"]: stage["facts"] for stage in record["stages"]}


def _timed(name: str, stage: Callable[[Context], Facts], context: Context) -> dict[str, Any]:
    started = time.perf_counter()
    facts = stage(context)
    return {
        "name": name,
        "facts": facts,
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _mark_latest(home: Home, run_id: str) -> None:
    """LATEST says which run; the link beside it lets `dbt build` find that run's feeds without us."""
    point(home.latest, run_id)
    link, fresh = home.root / "latest", home.root / ".latest.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("runs") / run_id)
    os.replace(fresh, link)
