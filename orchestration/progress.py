"""What a person sees while a command runs: live on a terminal, plain lines anywhere else."""

import csv
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.home import Home

WHAT = {
    "gate": "checking the feeds",
    "build": "building the metrics",
    "survey": "adjusting the survey scores",
    "train": "training",
    "score": "scoring",
    "release": "writing and publishing the list",
}
TOP = 5
FILE_WIDTH = 160  # of lines that go to a file or a pipe


class Reporter:
    """Tells the stages of one run as they go."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        if not self.console.is_terminal:
            self.console.width = FILE_WIDTH
        self.started = time.monotonic()

    def note(self, text: str) -> None:
        self.console.print(f"  {text}", markup=False)

    def stage(self, name: str, facts: Mapping[str, Any] | None) -> None:
        """Called before a stage (facts None) and after it."""
        if facts is None:
            self.note(f"{WHAT[name]} ...")
            return
        said = ", ".join(f"{key} {value}" for key, value in facts.items() if isinstance(value, str | int | float))
        self.note(f"{WHAT[name]}: {said or 'done'} ({time.monotonic() - self.started:.0f} s)")
        for warning in facts.get("warnings", ()):
            self.note(f"  note: {warning}")

    def published(self, home: Home, record: Mapping[str, Any]) -> None:
        """The end of a run: what was published, where, and the top of the list."""
        facts = {stage["name"]: stage["facts"] for stage in record["stages"]}
        folder = home.release(facts["release"]["release_id"])
        outreach = folder / "outreach"
        manifest = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
        with (outreach / "practices.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        table = Table(
            title=f"Top of the list, as of {manifest['as_of']}", title_justify="left", box=None, padding=(0, 2, 0, 0)
        )
        for heading in ("rank", "practice", "risk", "why first"):
            table.add_column(heading, justify="right" if heading in ("rank", "risk") else "left")
        for row in rows[:TOP]:
            risk = f"{float(row['risk']):.0%}" if row["risk"] else "no model"
            table.add_row(row["rank"], Text(row["practice_name"]), risk, Text(row["reason_1"] or "no data"))
        self.console.print(table)
        self.note(f"published {manifest['release_id']}: {len(rows)} practices")
        for name in ("index.html", "practices.xlsx", "practices.csv"):
            self.note(f"  {outreach / name}")
        self.note(f"data quality: {home.run(record['run_id']) / 'gate.html'}")


def show(facts: Mapping[str, Any]) -> None:
    """A flat result, one line a fact."""
    for key, value in facts.items():
        print(f"{key:24} {'' if value is None else value}")


def show_gate(report: Mapping[str, Any], warnings: Iterable[str]) -> None:
    """The gate's verdict, one line a feed, its rules below, then what it noted about the files."""
    for name, feed in report["feeds"].items():
        if not feed["files"] and not feed["rejected"]:
            continue
        verdict = "REJECTED" if feed["rejected"] else "ok"
        print(
            f"{name:24} landed {feed['landed']:>9}  accepted {feed['accepted']:>9}  "
            f"quarantined {feed['quarantined']:>7}  {verdict}"
        )
        for rule_id, rule in feed["rules"].items():
            if rule["rows"]:
                print(f"    {rule['severity']:8} {rule['rows']:>9}  {rule_id}")
    for warning in warnings:
        print(f"note: {warning}")
    print(f"verdict: {report['verdict']}")


def show_evaluation(result: Mapping[str, Any]) -> None:
    """A panel's figures beside those of the baselines."""
    print(f"{result['n_train']} practices to learn from, {result['n_test']} judged; chosen: {result['chosen']}")
    rows = {"chosen": result["test"], "without score_prior": result["no_prior"], **result["baselines"]}
    for name, figures in rows.items():
        said = "  ".join(f"{key} {value:.3f}" for key, value in figures.items() if isinstance(value, float))
        print(f"{name:20} {said}")


def show_bench(result: Mapping[str, Any]) -> None:
    """Seconds and memory, one line a stage."""
    for step in result["steps"]:
        print(f"{step['name']:10} {step['seconds']:>8.1f} s  {step['peak_mib']:>6} MiB")
    print(f"{'main job':10} {result['seconds']:>8.1f} s  {result['peak_mib']:>6} MiB  ({result['members']} members)")
