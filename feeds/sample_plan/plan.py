"""The whole generated plan: checks the call, draws the world, writes feed after feed, block after block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from expectations import BadInput
from feeds.sample_plan import audits, claims, coordination, orders, roster, surveys, truth
from feeds.sample_plan import outreach as past_outreach
from feeds.sample_plan.appointments import build_appointments
from feeds.sample_plan.care import build_care
from feeds.sample_plan.dirt import Facts, Soiler
from feeds.sample_plan.membership import Block, build_block, eligibility, members, pcp_assignments
from feeds.sample_plan.pharmacy import build_pharmacy_claims
from feeds.sample_plan.prevention import build_prevention
from feeds.sample_plan.randomness import stream
from feeds.sample_plan.timeline import build_timeline
from feeds.sample_plan.world import World, build_world, draw_strengths
from feeds.sample_plan.writing import FeedFolder, write_truth

MEMBERS_PER_BLOCK = 20_000


def generate(
    out: Path,
    *,
    practices: int = 300,
    members: int = 40_000,
    months: int = 48,
    end: date = date(2026, 6, 30),
    seed: int = 7,
    dirt: float = 0.01,
    lists: Sequence[Path] = (),
) -> None:
    """Write `out/feeds/<feed>/...` (22 feeds) and `out/truth/*.csv`; the same arguments give the same bytes.

    `dirt` is the rate of each kind of bad data; 0 writes feeds from which nothing is quarantined. `lists` are hold_out.csv
    files of releases: from the first of them on, who was called gains what the lists are known to give.
    Raises BadInput when an argument makes no plan.
    """
    check_arguments(practices, members, months, end, seed, dirt)
    timeline = build_timeline(end, months)
    innate = draw_strengths(stream(seed, "strengths"), practices, len(timeline.waves))
    outreach = past_outreach.draw_outreach(seed, timeline, innate, lists)
    world = build_world(seed, timeline, practices, members, nudge=outreach.gain)
    soiler = Soiler(seed, dirt, Facts.of(world))
    with FeedFolder(Path(out) / "feeds", end) as folder:
        for feed, table in all_tables(world, outreach, members):
            for part, piece in soiler.soil(feed, table):
                folder.append(feed, piece, part)
    home = Path(out) / "truth"
    write_truth(home, "dirt", soiler.ledger())
    write_truth(home, "outreach", past_outreach.build_truth(world, outreach))
    write_truth(home, "practice_wave", truth.build_practice_wave(world))


def check_arguments(practices: int, members: int, months: int, end: date, seed: int, dirt: float) -> None:
    if practices < 1 or practices > 50_000:
        raise BadInput(f"sample: --practices must be 1 to 50000, not {practices}")
    if members < practices:
        raise BadInput(f"sample: --members ({members}) must be at least --practices ({practices})")
    if members > 10_000_000:
        raise BadInput(f"sample: --members must be at most 10000000, not {members}")
    if not 12 <= months <= 240:
        raise BadInput(f"sample: --months must be 12 to 240, not {months}")
    if not date(2010, 1, 1) <= end <= date(2050, 12, 31):
        raise BadInput(f"sample: --end must lie between 2010-01-01 and 2050-12-31, not {end}")
    if seed < 0:
        raise BadInput(f"sample: --seed must not be negative, not {seed}")
    if not 0 <= dirt <= 0.2:
        raise BadInput(f"sample: --dirt must be 0 to 0.2, not {dirt}")


def all_tables(world: World, outreach: past_outreach.Outreach, members: int) -> Iterator[tuple[str, pa.Table]]:
    yield from plan_tables(world, outreach)
    for block in blocks(world, members):
        yield from block_tables(world, block)


def plan_tables(world: World, outreach: past_outreach.Outreach) -> Iterator[tuple[str, pa.Table]]:
    """Feeds about practices, drawn for the whole plan at once."""
    listings = roster.build_listings(world)
    yield "practices", roster.build_practices(world)
    yield "providers", roster.build_providers(world)
    yield "provider_affiliations", roster.build_affiliations(world, listings)
    yield "directory_attestations", roster.build_attestations(world, listings)
    yield "access_audits", audits.build_access_audits(world, listings)
    yield "outreach_log", past_outreach.build_outreach_log(world.seed, world.timeline, outreach)
    for table in surveys.build_survey_responses(world):
        yield "survey_responses", table


def blocks(world: World, members: int) -> Iterator[Block]:
    for number, first in enumerate(range(0, members, MEMBERS_PER_BLOCK)):
        yield build_block(world, number, first, min(MEMBERS_PER_BLOCK, members - first))


def block_tables(world: World, block: Block) -> Iterator[tuple[str, pa.Table]]:
    """Feeds about members, one block at a time."""
    care = build_care(world, block)
    prevention = build_prevention(world, block, care)
    yield "members", members(world, block)
    yield "eligibility", eligibility(world, block)
    yield "pcp_assignments", pcp_assignments(world, block)
    yield "medical_claims", claims.build_claims(world, block, care, prevention)
    yield "pharmacy_claims", build_pharmacy_claims(world, block, care, prevention)
    yield "lab_results", orders.build_lab_results(world, block, care)
    yield "appointments", build_appointments(world, block, care)
    yield "referrals", orders.build_referrals(world, block, care)
    yield "prior_authorizations", orders.build_prior_authorizations(world, block)
    yield "adt_notifications", coordination.build_adt_notifications(world, block, care)
    yield "screenings", coordination.build_screenings(world, block, care, prevention)
    yield "care_management", coordination.build_care_management(world, block, care)
    yield "grievances", coordination.build_grievances(world, block)
    yield "interpreter_requests", coordination.build_interpreter_requests(world, block, care)
    yield "immunizations", coordination.build_immunizations(world, block, prevention)
