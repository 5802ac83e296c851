"""Keeps the tables of docs/sample_plan.md equal to the parameters: `python -m feeds.sample_plan.page` rewrites them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from feeds.sample_plan import parameters as assumed
from feeds.sample_plan.dirt import KINDS
from feeds.sample_plan.world import FEEDS_OF_THEIR_OWN, PANEL_SHARES, PANELS, PRACTICE_TYPES, TYPE_SHARES

PAGE = Path(__file__).parents[2] / "docs" / "sample_plan.md"
MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def tables() -> dict[str, str]:
    """Markdown by the name in the page's markers."""
    items = {**assumed.ITEMS, **assumed.TOUCHPOINTS}
    levels = {
        "age band": zip(assumed.AGE_BANDS, assumed.AGE_SHIFT, strict=True),
        "education": enumerate(assumed.EDUCATION_SHIFT, 1),
        "general health": enumerate(assumed.GENERAL_HEALTH_SHIFT, 1),
        "mental health": enumerate(assumed.MENTAL_HEALTH_SHIFT, 1),
        "proxy": [(1, assumed.PROXY_SHIFT)],
    }
    return {
        "practices": table(
            ("practice type", "share"), zip(PRACTICE_TYPES, TYPE_SHARES, strict=True)
        ) + "\n" + table(("panel", "share"), zip(PANELS, PANEL_SHARES, strict=True)),
        "feeds": table(("a practice sends", "chance"), FEEDS_OF_THEIR_OWN.items()),
        "strengths": table(
            ("parameter", "value"),
            [
                ("variance shared by all steps", assumed.SHARED_VARIANCE),
                ("autocorrelation from wave to wave", assumed.WAVE_AUTOCORRELATION),
                ("standard deviation of a practice's own habit, per event", assumed.IDIOSYNCRATIC_SD),
            ],
        ),
        "chances": table(
            ("event", "step", "chance at strength 0", "logit slope"),
            [(f"`{name}`", e.step, e.base, e.slope) for name, e in assumed.CHANCES.items()],
        ),
        "rates": table(
            ("quantity", "step", "value at strength 0", "log slope"),
            [(f"`{name}`", e.step, e.base, e.slope) for name, e in assumed.RATES.items()],
        ),
        "outreach": table(
            ("parameter", "value"),
            [
                ("eligible: share of practices, weakest first, each wave", assumed.OUTREACH_ELIGIBLE_SHARE),
                ("contacted: share of the eligible, by fair draw; the rest is held out", assumed.OUTREACH_CONTACT_SHARE),
                ("agreed: share of the contacted", assumed.OUTREACH_AGREE_SHARE),
                ("effect on the named step, in standard deviations", assumed.OUTREACH_EFFECT),
                ("waves it lasts, from the one after the contact", assumed.OUTREACH_WAVES),
            ],
        ),
        "items": table(
            ("item", "hears", "slope", "practice share of variance", "shares of the codes, worst to best", "applies to"),
            [
                (
                    f"`{name}`",
                    "all steps" if item.steps == assumed.ALL else ", ".join(item.steps),
                    item.slope,
                    f"{item.slope**2 / (1 + item.slope**2):.3f}",
                    " ".join(f"{share:g}" for share in item.shares),
                    item.asked,
                )
                for name, item in items.items()
            ],
        ),
        "casemix": table(
            ("adjuster", "level", "shift"),
            [(name, level, shift) for name, pairs in levels.items() for level, shift in pairs],
        ),
        "dirt": table(("feed", "kind"), [(feed, kind) for feed, kinds in KINDS.items() for kind in kinds]),
    }  # fmt: skip


def rendered(text: str) -> str:
    """The page with every marked table made anew."""
    made = tables()
    return MARKED.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text("utf-8")), "utf-8")
