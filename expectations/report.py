"""gate.html: the gate's verdict for people. Counts and rule texts only, never a value of a feed."""

from __future__ import annotations

from pathlib import Path

from expectations.results import GateResult

TEMPLATES = Path(__file__).parent / "templates"


def render(result: GateResult) -> str:
    """The page as text: one file, no script, nothing fetched."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("gate.html.j2").render(
        result=result,
        arrived=[feed for feed in result.feeds.values() if feed.files or feed.rejected],
        absent=[name for name, feed in result.feeds.items() if not feed.files and not feed.rejected],
    )
