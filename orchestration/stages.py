"""The main job's stages, in order. Each reads what earlier ones left in the run's folder and returns its facts."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from expectations import BadInput
from orchestration import releases, warehouse
from orchestration.home import Home
from orchestration.identity import code_version, digest
from orchestration.settings import Settings
from orchestration.workbooks import read_workbooks_back

Facts = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What a stage may know: where things are, what was asked, and the facts of the stages before it."""

    home: Home
    settings: Settings
    feeds: Path
    run_id: str
    asked_as_of: date | None = None
    retrain: bool = False
    facts: Mapping[str, Facts] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.home.run(self.run_id)

    @property
    def accepted(self) -> Path:
        return self.folder / "accepted"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.facts["gate"]["as_of"])


def gate(context: Context) -> Facts:
    """Land and judge the feeds; nothing is built from a rejected one. Settles the as-of date."""
    from expectations import gate as feeds_gate

    for leftover in ("accepted", "quarantine"):
        shutil.rmtree(context.folder / leftover, ignore_errors=True)
    judged = feeds_gate.check(
        context.feeds,
        context.folder,
        default_time_zone=context.settings.time_zone,
        previously_delivered=_delivered_before(context.home),
        prepared=read_workbooks_back(context.feeds, context.folder / "workbooks"),
        memory_limit=context.settings.gate_memory_limit,
        threads=context.settings.threads,
    )
    report = json.loads((context.folder / "gate.json").read_text("utf-8"))
    if report["verdict"] != "accept":
        reasons = "; ".join(feed["reason"] for feed in report["feeds"].values() if feed["rejected"])
        raise BadInput(f"{context.feeds}: rejected: {reasons}")
    as_of = context.asked_as_of or _newest_date(report, context.accepted)
    _write_parameters(context, as_of)
    feeds = report["feeds"].values()
    return {
        "as_of": as_of.isoformat(),
        "landed": sum(feed["landed"] for feed in feeds),
        "accepted": sum(feed["accepted"] for feed in feeds),
        "quarantined": sum(feed["quarantined"] for feed in feeds),
        "warnings": list(judged.warnings),
        "feeds": {name: feed["accepted"] for name, feed in report["feeds"].items() if feed["files"]},
    }


def _delivered_before(home: Home) -> dict[str, int]:
    """Rows per feed of the current release's run: a feed that had rows then may not come empty now."""
    current = home.current_release()
    if current is None:
        return {}
    manifest = json.loads((home.release(current) / releases.MANIFEST).read_text("utf-8"))
    return manifest["feeds"]


def _newest_date(report: Mapping[str, Any], accepted: Path) -> date:
    """The greatest file_date, else the greatest paid date of the claims, else the latest appointment."""
    named = [file["file_date"] for feed in report["feeds"].values() for file in feed["files"] if file["file_date"]]
    if named:
        return date.fromisoformat(max(named))
    with duckdb.connect() as connection:
        for feeds in (
            {"medical_claims": "paid_date", "pharmacy_claims": "paid_date"},
            {
                "appointments": "start_datetime",
                "access_audits": "call_datetime",
                "survey_responses": "response_month",
            },
        ):
            union = " union all ".join(
                f"select {column}::date as day from read_parquet('{accepted / feed}/*.parquet')"
                for feed, column in feeds.items()
            )
            newest = connection.execute(f"select max(day) from ({union})").fetchone()[0]
            if newest is not None:
                return newest
    raise BadInput("the feeds carry no date to go by; name one with --as-of YYYY-MM-DD")


def _write_parameters(context: Context, as_of: date) -> None:
    """The two values that dbt needs beside the feeds. The salt is secret, hence the mode."""
    folder = context.accepted / "run_parameters"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run_parameters.parquet"
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with duckdb.connect() as connection:
        connection.execute(
            "create table run_parameters as select cast(? as date) as as_of_date, cast(? as varchar) as person_salt",
            [as_of, context.home.person_salt()],
        )
        connection.execute(f"copy run_parameters to '{path}' (format parquet)")
    path.chmod(0o600)


def build(context: Context) -> Facts:
    """Metrics, scorecards and survey scores: everything that SQL can say."""
    warehouse.build(accepted=context.accepted, folder=context.folder, settings=context.settings)
    with duckdb.connect(str(context.warehouse), read_only=True) as connection:
        as_ofs, results = connection.execute(
            "select count(distinct as_of_date), count(*) from marts.metric_result"
        ).fetchone()
    return {"as_of_dates": as_ofs, "metric_results": results}


def survey(context: Context) -> Facts:
    """Case-mix adjusted survey scores and the labels made from them: least squares, hence after dbt."""
    from ml import survey_scores

    return dict(survey_scores.write_adjusted_scores(context.warehouse) or {})


def train(context: Context) -> Facts:
    """A model where there is a newer labelled wave or one is asked for; otherwise the champion stays."""
    from ml import training

    return dict(
        training.train(
            context.warehouse, tracking(context.home), seed=context.settings.seed, force=context.retrain
        )._asdict()
    )


def score(context: Context) -> Facts:
    """A risk for every practice, by the registered champion; none where there is no survey history."""
    from ml import scoring

    earlier = releases.earlier_releases(context.home, context.as_of.isoformat())
    return dict(scoring.score(context.warehouse, tracking(context.home), risk_lists(earlier))._asdict())


def risk_lists(earlier: list[Path]) -> list[Path]:
    """The risks that earlier releases published, so that they can be judged once their wave is surveyed."""
    return [path for folder in earlier if (path := folder / "marts" / "practice_risk.parquet").exists()]


def release(context: Context) -> Facts:
    """Marts, list, workbook and page: staged, audited, then published in one step."""
    import outreach
    from outreach import audit, successive

    home, as_of = context.home, context.as_of.isoformat()
    earlier = releases.earlier_releases(home, as_of)
    previous = earlier[0] if earlier else None
    before = releases.went_out_before(home, context.run_id)
    model = {key: context.facts["score"][key] for key in ("model_name", "model_version")}
    seen = [[folder.name for folder in earlier], [release.release_id for release in before]]
    release_id = f"{as_of.replace('-', '')}-{digest(context.run_id, seen, model)}"

    staged = releases.stage(home, release_id)
    rows = warehouse.export_public(context.warehouse, staged / "marts")
    successive.hold_back(staged / "marts", context.as_of, [home.release(r.release_id) / "marts" for r in before])
    practices = outreach.write(
        staged / "marts",
        staged / "outreach",
        as_of=context.as_of,
        release_id=release_id,
        previous_list=previous / "outreach" / "practices.csv" if previous else None,
        capacity=context.settings.outreach_capacity,
        choices=_choices(context.settings),
        past_draws=[draw for folder in earlier if (draw := folder / "outreach" / "hold_out.csv").exists()],
    )
    releases.write_manifest(
        staged,
        {
            "release_id": release_id,
            "run_id": context.run_id,
            "as_of": as_of,
            "code_version": code_version(),
            "parameters": context.settings.shaping(),
            "inputs": context.facts["inputs"],
            "feeds": context.facts["gate"]["feeds"],
            "model": model,
            "previous_release": previous.name if previous else None,
            "runs_before": releases.runs_of(before),
        },
        {f"marts/{name}.parquet": count for name, count in rows.items()} | {"outreach/practices.csv": practices},
    )
    faults = audit.faults(staged)
    if faults:
        shutil.rmtree(staged)
        raise RuntimeError(f"release {release_id} failed its audit and was not published: {'; '.join(faults)}")
    releases.publish(home, staged, release_id, context.settings.keep_releases)
    return {
        "release_id": release_id,
        "practices": practices,
        "previous_release": previous.name if previous else None,
    }


def _choices(settings: Settings):
    """The settings that shape the list, in the outreach room's own terms."""
    from outreach import Choices

    return Choices(
        order=settings.outreach_order,
        territory_column=settings.outreach_territory_column,
        territories=settings.outreach_territories,
        capacity_per_territory=settings.outreach_capacity_per_territory,
        territory_capacity=settings.outreach_territory_capacity,
        rest_days_after_decline=settings.outreach_rest_days_after_decline,
        hold_out_share=settings.outreach_hold_out_share,
        hold_out_seed=settings.seed,
    )


def tracking(home: Home):
    """Where this home keeps its models and their records."""
    from ml.registry import Tracking

    return Tracking(uri=home.tracking_uri, artifact_root=home.artifacts)


STAGES: tuple[Callable[[Context], Facts], ...] = (gate, build, survey, train, score, release)
