"""The command line. Heavy libraries are imported by the command that needs them, so that --help answers at once."""

import json
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer._click.exceptions import ClickException  # typer carries its own click and exports no base of its errors

from expectations import BadInput
from orchestration.environment import silence_telemetry
from orchestration.settings import default_home

app = typer.Typer(
    name="pulse",
    help="Practice Pulse: from a health plan's feeds to a ranked, explained list of practices to help.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

HomeOption = Annotated[Path | None, typer.Option("--home", help="Folder of all state. [env PULSE_HOME, else ./state]")]
FeedsOption = Annotated[Path, typer.Option("--feeds", help="Folder with one folder or file a feed.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the result to this file too.")]


def main() -> None:
    """Run one command. Exit code 0: done; 1: the job failed; 2: the input or the call is wrong."""
    silence_telemetry()
    try:
        sys.exit(app(prog_name="pulse", standalone_mode=False))
    except (BadInput, ClickException) as error:
        for line in _lines(error):
            _say(f"pulse: {line}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("PULSE_TRACEBACK"):
            raise
        _say(f"pulse: failed: {error}\npulse: set PULSE_TRACEBACK=1 to see where")
        sys.exit(1)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _lines(error: BadInput | ClickException) -> list[str]:
    message = error.format_message() if isinstance(error, ClickException) else str(error)
    return [" ".join(line.split()) for line in message.splitlines() if line.strip()]


def _home(given: Path | None):
    from orchestration.home import Home

    return Home(given or default_home())


def _day(text: str) -> date:
    """A calendar day as ISO 8601 writes it; nothing else is guessed."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise BadInput(f"'{text}' is not a date; write YYYY-MM-DD, for instance 2026-06-30") from None


def _write_json(path: Path | None, content: Any) -> None:
    if path is not None:
        from orchestration.home import write_json

        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, content)


@app.command()
def run(
    feeds: Annotated[Path | None, typer.Option(help="Feeds folder; the sample plan if not given.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="YYYY-MM-DD; the newest date of the feeds if not given.")
    ] = None,
    home: HomeOption = None,
    target: Annotated[str, typer.Option(help="Engine for the metrics.")] = "duckdb",
    retrain: Annotated[bool, typer.Option("--retrain", help="Train even if no newer wave has labels.")] = False,
) -> None:
    """The main job: feed files to published list."""
    from orchestration import engine
    from orchestration.progress import Reporter

    if target != "duckdb":
        raise BadInput(f"--target {target}: only duckdb can be run so far; leave --target out")
    place = _home(home)
    day = _day(as_of) if as_of else None
    reporter = Reporter()
    record = engine.run(
        place, feeds or _sample_feeds(place, reporter), as_of=day, retrain=retrain, progress=reporter.stage
    )
    reporter.published(place, record)


def _sample_feeds(place, reporter) -> Path:
    """The sample plan of this home, made on first use and complete or absent."""
    feeds = place.sample / "feeds"
    if not feeds.is_dir():
        from feeds import sample_plan

        reporter.note("making the sample plan (once): generated data, no real person or practice")
        fresh = place.root / ".sample.new"
        _generate(sample_plan, fresh)
        fresh.rename(place.sample)
    return feeds


def _generate(sample_plan, out: Path, **arguments) -> None:
    import shutil

    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    sample_plan.generate(out, **arguments)


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Folder to write feeds/ and truth/ into; must not exist or be empty.")],
    practices: int = 300,
    members: int = 40_000,
    months: int = 48,
    end: str = "2026-06-30",
    seed: int = 7,
    dirt: float = 0.01,
) -> None:
    """Write a generated health plan: DIR/feeds/ and DIR/truth/ (which the pipeline never reads)."""
    from feeds import sample_plan

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"--out {out}: exists and is not an empty folder; name another")
    sample_plan.generate(out, practices=practices, members=members, months=months, end=_day(end), seed=seed, dirt=dirt)
    print(f"wrote {out / 'feeds'} and {out / 'truth'}")


@app.command()
def connect(
    source: Annotated[str, typer.Argument(metavar="synthea|tuva|directory")],
    src: Annotated[Path, typer.Argument(metavar="SRC")],
    out: Annotated[Path, typer.Option(help="Folder for the feeds; must not exist or be empty.")],
) -> None:
    """Turn foreign files into contract-shaped feeds."""
    from feeds import connectors

    if source not in connectors.CONNECTORS:
        raise BadInput(f"no connector '{source}'; there are {', '.join(connectors.CONNECTORS)}")
    if not src.exists():
        raise BadInput(f"{src}: no such file or folder")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"--out {out}: exists and is not an empty folder; name another")
    connectors.CONNECTORS[source](src, out)
    print(f"wrote feeds to {out}")


@app.command()
def check(feeds: FeedsOption, json_file: JsonOption = None, home: HomeOption = None) -> None:
    """The gate alone: per feed and rule what landed, was accepted, quarantined or rejected."""
    import tempfile

    from expectations import gate
    from orchestration.progress import show_gate
    from orchestration.settings import load_settings
    from orchestration.workbooks import read_workbooks_back

    settings = load_settings(_home(home).root)
    with tempfile.TemporaryDirectory(prefix="pulse-check-") as scratch:
        judged = gate.check(
            feeds,
            Path(scratch),
            default_time_zone=settings.time_zone,
            previously_delivered={},
            prepared=read_workbooks_back(feeds, Path(scratch) / "workbooks"),
            memory_limit=settings.gate_memory_limit,
            threads=settings.threads,
        )
        report = json.loads((Path(scratch) / "gate.json").read_text("utf-8"))
    _write_json(json_file, report)
    show_gate(report, judged.warnings)
    if report["verdict"] != "accept":
        for feed in report["feeds"].values():
            if feed["rejected"]:
                _say(f"pulse: {feed['reason']}")
        raise typer.Exit(2)


@app.command()
def train(
    home: HomeOption = None,
    force: Annotated[bool, typer.Option("--force", help="Even if no newer wave has labels.")] = False,
) -> None:
    """Train on the newest run's marts and register the result."""
    from ml import training
    from orchestration.progress import show
    from orchestration.settings import load_settings
    from orchestration.stages import tracking

    place = _home(home)
    with place.locked():
        warehouse = place.finished_run() / "warehouse.duckdb"
        show(training.train(warehouse, tracking(place), seed=load_settings(place.root).seed, force=force)._asdict())


@app.command()
def score(home: HomeOption = None) -> None:
    """Score the newest run's practices with the registered champion."""
    from ml import scoring
    from orchestration.progress import show
    from orchestration.releases import list_releases
    from orchestration.stages import risk_lists, tracking

    place = _home(home)
    with place.locked():
        earlier = risk_lists([place.release(release.release_id) for release in list_releases(place)])
        show(scoring.score(place.finished_run() / "warehouse.duckdb", tracking(place), earlier)._asdict())


model = typer.Typer(help="The registered versions of the model: list, promote, rollback, reproduce.")
app.add_typer(model, name="model")
VersionArgument = Annotated[int, typer.Argument(metavar="N", help="Number of a registered version.")]


def _versions(home: Path | None):
    """The home and its model records; BadInput where there are none yet."""
    from orchestration.stages import tracking

    place = _home(home)
    if not place.models.exists():
        raise BadInput(f"{place.root}: no model records here yet; call ./pulse run first, or name another --home")
    return place, tracking(place)


@model.command(name="list")
def list_versions(home: HomeOption = None) -> None:
    """The registered versions, newest first, with their figures on the newest wave they had not learned from."""
    from ml import succession

    _, records = _versions(home)
    for entry in succession.listing(records):
        auc = "none" if entry.auc is None else f"{entry.auc:.3f}"
        print(
            f"version {entry.version:<4} {', '.join(entry.aliases) or '-':22} judged on {entry.wave}  AUC {auc}  "
            f"Brier {entry.brier:.4f}  {entry.chosen}"
        )


@model.command()
def promote(version: VersionArgument, home: HomeOption = None) -> None:
    """Put a version through the gate against the champion; exit code 1 where the gate refuses. Recorded either way."""
    from ml import succession

    place, records = _versions(home)
    with place.locked():
        decision = succession.promote(records, version)
    if not decision["promoted"]:
        _say(f"pulse: version {version} was not promoted: {'; '.join(decision['reasons'])}")
        raise typer.Exit(1)
    print(f"version {version} is champion now: {'; '.join(decision['reasons'])}")


@model.command(name="rollback")
def roll_back_model(version: VersionArgument, home: HomeOption = None) -> None:
    """Make a version that was champion before champion again. The next run scores with it."""
    from ml import succession

    place, records = _versions(home)
    with place.locked():
        decision = succession.roll_back(records, version)
    print(f"version {version} is champion again: {decision['reasons'][0]}")


@model.command()
def reproduce(version: VersionArgument, home: HomeOption = None) -> None:
    """Train a version again from its record and compare, to the last bit; exit code 1 where something differs."""
    from ml import registry, training
    from orchestration.progress import show

    place, records = _versions(home)
    found = registry.find(records, version)
    warehouse = place.run(found.tags["source"]) / "warehouse.duckdb"
    if not warehouse.exists():
        raise BadInput(f"version {version} was trained on {found.tags['source']}, which this home no longer has")
    same = training.reproduce(warehouse, records, found)
    show(same)
    if not all(same.values()):
        raise typer.Exit(1)


@app.command()
def evaluate(
    panel: Annotated[Path, typer.Option(help="CSV: practice_id, region, wave, score_prior, score_next, features.")],
    test: Annotated[Path | None, typer.Option(help="Judge on this file instead of by region.")] = None,
    json_file: JsonOption = None,
) -> None:
    """The modelling code on any practice panel."""
    from ml.panel import evaluate as judge
    from orchestration.progress import show_evaluation

    result = judge(panel, test)
    _write_json(json_file, result)
    show_evaluation(result)


@app.command(name="releases")
def list_releases(home: HomeOption = None) -> None:
    """List the releases of this home, newest as-of date first."""
    from orchestration import releases

    for release in releases.list_releases(_home(home)):
        mark = "*" if release.is_current else " "
        manifest = release.manifest
        print(f"{mark} {release.release_id}  as of {manifest['as_of']}  {manifest['run_id']}")


@app.command()
def rollback(release_id: Annotated[str, typer.Argument(metavar="ID")], home: HomeOption = None) -> None:
    """Publish an earlier release again, after checking that it is whole."""
    from orchestration import releases

    place = _home(home)
    with place.locked():
        releases.rollback(place, release_id)
    print(f"current release is now {release_id}")


@app.command()
def verify(release_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None, home: HomeOption = None) -> None:
    """Hash a release's files again and compare with its manifest; the current release if none is named."""
    from orchestration import releases

    place = _home(home)
    chosen = release_id or place.current_release()
    if chosen is None:
        raise BadInput(f"{place.root}: nothing published here yet; call ./pulse run first, or name another --home")
    faults = releases.verify(place, chosen)
    for fault in faults:
        _say(f"pulse: {chosen}: {fault}")
    if faults:
        raise typer.Exit(1)
    print(f"{chosen}: every file is as published")


@app.command()
def generate() -> None:
    """Write the files that follow from contracts and registry: dbt sources, metric union, data dictionary, trace."""
    from orchestration.generate import write

    written = write()
    print("\n".join(f"wrote {path}" for path in written) if written else "everything was up to date")


@app.command()
def ui(
    door: Annotated[str, typer.Argument(metavar="report|mlflow|docs")],
    home: HomeOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8765,
) -> None:
    """Open a front door on loopback: the published report, the model records, or the dbt documentation."""
    from orchestration import doors

    if door not in doors.DOORS:
        raise BadInput(f"no front door '{door}'; there are {', '.join(doors.DOORS)}")
    doors.DOORS[door](_home(home), port)


@app.command()
def bench(
    members: Annotated[int, typer.Option(help="Size of the generated plan.")] = 40_000,
    json_file: JsonOption = None,
) -> None:
    """Time the main job on a fresh sample plan, stage by stage, in a throw-away home."""
    from orchestration.bench import measure
    from orchestration.progress import show_bench

    result = measure(members)
    _write_json(json_file, result)
    show_bench(result)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test() -> None:
    """Run the tests; further arguments go to pytest. (The shell script does it before this is reached.)"""
    raise BadInput("call the tests through the script: ./pulse test [pytest arguments]")
