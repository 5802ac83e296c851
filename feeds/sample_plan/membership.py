"""Members of one block: who they are, when they are covered, where they are assigned, and why they move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from feeds.sample_plan.columns import coded, constant, dates, identifiers, integers, joined, null_column
from feeds.sample_plan.events import Events, rank_within, runs
from feeds.sample_plan.places import COUNTIES, TERRITORIES
from feeds.sample_plan.randomness import pick_from, pick_per_row, stream, weighted_picker
from feeds.sample_plan.timeline import DAY
from feeds.sample_plan.world import OBGYN, PANELS, World

LOBS = ("medicaid", "marketplace", "medicare", "dsnp", "mycare")
MEDICARE_LIKE = (2, 3, 4)
LOB_WEIGHTS_BY_AGE = np.array([
    [0.90, 0.10, 0.00, 0.00, 0.00],  # below 19
    [0.70, 0.20, 0.02, 0.06, 0.02],  # 19-64
    [0.06, 0.01, 0.45, 0.36, 0.12],  # 65 and over
])  # fmt: skip
CHRONIC = ("hypertension", "diabetes", "lung", "depression", "heart_failure", "kidney", "lipids")
CHRONIC_AT_40 = np.array([0.22, 0.12, 0.13, 0.16, 0.03, 0.04, 0.20])
LANGUAGES = ("en", "es", "so", "ne", "ar", "ase", "declined", "unknown")
RACES = ("aian", "asian", "black", "hispanic", "mena", "nhpi", "white")
RACE_SHARES = (0.01, 0.04, 0.26, 0.09, 0.02, 0.005, 0.575)

# What ended an assignment: reason, initiator, change type. Position 0 = nothing happened.
ENDINGS = (
    (None, None, "initial"),
    ("dissatisfied_care", "member", "transfer"),
    ("dissatisfied_staff", "member", "transfer"),
    ("access_wait", "member", "transfer"),
    ("language_culture", "member", "transfer"),
    ("convenience", "member", "transfer"),
    ("other", "member", "transfer"),
    ("member_moved", "member", "transfer"),
    ("auto_assign_correction", "plan", "transfer"),
    ("age_transition", "plan", "transfer"),
    ("provider_left_network", "plan", "transfer"),
    ("dismissed_noshow", "practice", "dismissal"),
    ("dismissed_behavior", "practice", "dismissal"),
    ("dismissed_nonpayment", "practice", "dismissal"),
    ("coverage_end", "state", "termination"),
)
CHOSEN_LEAVING = (1, 2, 3, 4, 5, 6)
CHOSEN_SHARES = (0.22, 0.16, 0.22, 0.06, 0.22, 0.12)
MOVED, CORRECTED, AGED_OUT, NETWORK, COVERAGE_END = 7, 8, 9, 10, 14
DISMISSED = (11, 12, 13)


@dataclass(frozen=True)
class Block:
    """Members `first` .. `first + n - 1`; matrices are persons x months, -1 where not covered."""

    first: int
    people: Events
    practice: np.ndarray
    clinician: np.ndarray
    lob: np.ndarray
    ending: np.ndarray  # what ended the previous month's assignment, by position in ENDINGS

    def __len__(self) -> int:
        return len(self.people)

    def person_id(self, person: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
        return identifiers("P", self.first + np.asarray(person) + 1, 8, missing)

    def member_id(self, person: np.ndarray, lob: np.ndarray) -> pa.Array:
        """One card a line of business."""
        return identifiers("MC", (self.first + np.asarray(person) + 1) * 10 + np.asarray(lob), 10)

    def age_on(self, person: np.ndarray, days: np.ndarray) -> np.ndarray:
        return ((days - self.people.birth[person]).astype(int) / 365.2425).astype(int)

    def alive_on(self, person: np.ndarray, days: np.ndarray) -> np.ndarray:
        death = self.people.death[person]
        return np.isnat(death) | (days <= death)


def draw_people(rng: np.random.Generator, world: World, n: int) -> Events:
    sites, timeline = world.practices, world.timeline
    practice = weighted_picker(sites.weight)(rng, n)
    panel = sites.panel[practice]
    child = np.where(panel == PANELS.index("pediatric"), True, (panel == 0) & (rng.random(n) < 0.32))
    elder = ~child & (rng.random(n) < sites.elder_share[practice])
    # Adults lean to the years before 65, most of all where the practice is for adults.
    adult_age = 19 + 46 * rng.random(n) ** np.where(panel == PANELS.index("adult"), 0.65, 0.85)
    age = np.where(child, rng.uniform(0, 20.5, n), np.where(elder, 65 + rng.gamma(2.0, 4.5, n), adult_age))
    birth = timeline.end - (np.clip(age, 0, 99) * 365.2425).astype(int)
    group = np.where(child, 0, np.where(elder, 2, 1))
    weights = LOB_WEIGHTS_BY_AGE[group] * (0.02 + sites.lobs[practice])
    chance = CHRONIC_AT_40 * np.clip(age[:, None] / 40, 0.05, 2.6) * np.exp(rng.normal(-0.2, 0.8, n))[:, None]
    chronic = rng.random((n, len(CHRONIC))) < np.clip(chance, 0, 0.8)
    load = chronic.sum(axis=1)
    gender = np.where(rng.random(n) < 0.54, 1, 0)
    language = np.where(
        rng.random(n) < sites.interpreter_need[practice], 1 + pick_from(rng, (0.55, 0.15, 0.12, 0.13, 0.05), n), 0
    )
    hazard = np.exp(np.clip((age - 92) / 9.5, -6, 0)) * 0.02 * (1 + load)
    dies = rng.random(n) < np.clip(hazard * timeline.months / 6, 0, 0.4)
    death = np.where(
        dies, timeline.start + (rng.random(n) * (timeline.end - timeline.start).astype(int)).astype(int),
        np.datetime64("NaT", "D"),
    )  # fmt: skip
    return Events(
        practice=practice,
        birth=birth,
        gender=gender,
        death=np.where(death > birth, death, np.datetime64("NaT", "D")),
        lob=pick_per_row(rng, weights),
        chronic=chronic,
        load=load,
        frailty=rng.gamma(1.2, 1 / 1.2, n) * (0.7 + 0.35 * load),
        language=language,
        needs_interpreter=(language > 0) & (rng.random(n) < 0.8),
        race=pick_from(rng, RACE_SHARES, n),
        place_on_roster=rng.random(n),
        practice_only=rng.random(n) < 0.08,
        days_before=rng.integers(31, 1600, n),
        hysterectomy=(gender == 1) & (age > 40) & (rng.random(n) < 0.08),
    )


def draw_coverage(rng: np.random.Generator, world: World, people: Events) -> np.ndarray:
    """Line of business by person and month, -1 where not covered."""
    timeline = world.timeline
    n, months = len(people), timeline.months
    entry = np.where(rng.random(n) < 0.68, 0, rng.integers(0, months, n))
    entry = np.maximum(entry, np.searchsorted(timeline.month_starts, people.birth, side="right") - 1)
    opened = world.practices.opened[people.practice]
    entry = np.maximum(entry, np.searchsorted(timeline.month_starts[:-1], opened, side="left")).clip(0, months - 1)
    leaving = np.where(people.lob == 1, 0.014, np.where(people.lob == 0, 0.008, 0.004))
    exit_month = entry + 1 + rng.geometric(leaving)
    death_month = np.where(np.isnat(people.death), months, timeline.month_of(people.death) + 1)
    exit_month = np.minimum(exit_month, np.maximum(death_month, entry + 1))
    gap_start = np.where(rng.random(n) < 0.10, entry + 1 + rng.integers(0, months, n), months)
    gap_length = rng.choice([1, 1, 2, 2, 3, 5], n)
    month = np.arange(months)
    covered = (month >= entry[:, None]) & (month < exit_month[:, None])
    covered &= ~((month >= gap_start[:, None]) & (month < (gap_start + gap_length)[:, None]))
    later_lob = np.where(people.lob == 0, 1, np.where(people.lob == 1, 0, people.lob))
    switch = np.where(rng.random(n) < 0.04, rng.integers(1, months + 1, n), months)
    lob = np.where(month >= switch[:, None], later_lob[:, None], people.lob[:, None])
    return np.where(covered, lob, -1).astype(np.int8)


class Destinations:
    """Where somebody who leaves a practice may go: open practices of the territory that take the age."""

    def __init__(self, world: World) -> None:
        sites = world.practices
        lasting = np.isnat(sites.closed) & (sites.opened < world.timeline.start)
        self.pools = {}
        for territory in range(len(TERRITORIES)):
            for adult, wrong_panel in ((0, PANELS.index("adult")), (1, PANELS.index("pediatric"))):
                fits = lasting & (sites.panel != wrong_panel)
                pool = np.flatnonzero(fits & (sites.territory == territory))
                if len(pool) < 2 and fits.any():
                    pool = np.flatnonzero(fits)
                if len(pool) == 0:
                    pool = np.flatnonzero(lasting)
                self.pools[territory, adult] = pool, weighted_picker(sites.weight[pool])

    def pick(self, rng: np.random.Generator, territory: np.ndarray, adult: np.ndarray) -> np.ndarray:
        chosen = np.empty(len(territory), dtype=np.int64)
        for (where, grown), (pool, pick) in self.pools.items():
            here = np.flatnonzero((territory == where) & (adult == grown))
            chosen[here] = pool[pick(rng, len(here))]
        return chosen


def assign_practices(
    rng: np.random.Generator, world: World, people: Events, covered: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Practice by person and month (changes take effect on the first of a month) and what ended the month before."""
    timeline, sites = world.timeline, world.practices
    destinations = Destinations(world)
    practice = np.full(covered.shape, -1, dtype=np.int32)
    ending = np.zeros(covered.shape, dtype=np.int8)
    place = people.practice.copy()
    everyone = np.arange(len(people))
    for month in range(timeline.months):
        stays = covered[:, month] & (covered[:, month - 1] if month else False)
        before = np.full(len(people), max(month - 1, 0))
        draw = rng.random(len(people))
        leave = world.rate("leave_practice", place, before)
        dismiss = leave + world.rate("dismissal", place, before)
        why = np.zeros(len(people), dtype=np.int8)
        why[stays & (draw < leave)] = CHOSEN_LEAVING[0]
        why[stays & (draw >= leave) & (draw < dismiss)] = DISMISSED[0]
        why[stays & (draw >= dismiss) & (draw < dismiss + 0.0016)] = MOVED
        why[stays & (draw >= dismiss + 0.0016) & (draw < dismiss + 0.0022)] = CORRECTED
        age = (timeline.month_starts[month] - people.birth).astype(int) / 365.2425
        why[covered[:, month] & (sites.panel[place] == PANELS.index("pediatric")) & (age >= 19)] = AGED_OUT
        why[sites.closed[place] < timeline.month_starts[month]] = NETWORK
        movers = everyone[why > 0]
        if len(movers):
            target = destinations.pick(rng, sites.territory[place[movers]], (age[movers] >= 19).astype(int))
            moved = target != place[movers]
            movers, target = movers[moved], target[moved]
            detail = why[movers]
            chosen = np.array(CHOSEN_LEAVING)[pick_from(rng, CHOSEN_SHARES, len(movers))]
            detail = np.where(detail == CHOSEN_LEAVING[0], chosen, detail)
            detail = np.where(detail == DISMISSED[0], rng.choice(DISMISSED, len(movers), p=(0.5, 0.3, 0.2)), detail)
            place[movers] = target
            ending[movers, month] = np.where(stays[movers], detail, 0)
        practice[:, month] = np.where(covered[:, month], place, -1)
    return practice, ending


def assign_clinicians(world: World, people: Events, practice: np.ndarray) -> np.ndarray:
    """The PCP of each person and month: a fixed place on the practice's roster, the founder while that is vacant."""
    providers, timeline = world.providers, world.timeline
    site = np.maximum(practice, 0)
    choice = providers.founder[site] + (people.place_on_roster[:, None] * providers.count[site]).astype(int)
    can_be_pcp = providers.taxonomy != OBGYN
    working = (
        (providers.start[:, None] <= timeline.month_starts[:-1])
        & ~(providers.end[:, None] < timeline.month_starts[1:] - DAY)
        & can_be_pcp[:, None]
    )
    there = working[choice, np.arange(timeline.months)]
    return np.where(practice < 0, -1, np.where(there, choice, providers.founder[site])).astype(np.int32)


def build_block(world: World, number: int, first: int, n: int) -> Block:
    people = draw_people(stream(world.seed, "people", number), world, n)
    lob = draw_coverage(stream(world.seed, "coverage", number), world, people)
    practice, ending = assign_practices(stream(world.seed, "moves", number), world, people, lob >= 0)
    return Block(first, people, practice, assign_clinicians(world, people, practice), lob, ending)


def span_ends(world: World, block: Block, spans: Events) -> np.ndarray:
    """Last day of each run of months, cut at death; NaT = goes on past the end."""
    ends = np.where(
        spans.last == world.timeline.months - 1,
        np.datetime64("NaT", "D"),
        world.timeline.month_starts[spans.last + 1] - DAY,
    )
    death = block.people.death[spans.person]
    died = ~np.isnat(death) & (death >= world.timeline.month_starts[spans.first]) & ~(death > ends)
    return np.where(died, death, ends)


def coverage_start(world: World, block: Block, spans: Events) -> np.ndarray:
    """First day of each run; those covered when the plan's history begins joined some time before."""
    started = world.timeline.month_starts[spans.first]
    earlier = started - block.people.days_before[spans.person]
    earlier = earlier.astype("datetime64[M]").astype("datetime64[D]")
    born = block.people.birth[spans.person].astype("datetime64[M]").astype("datetime64[D]")
    return np.where(spans.first == 0, np.minimum(np.maximum(earlier, born), started), started)


def eligibility(world: World, block: Block) -> pa.Table:
    """Grain: person x card x span. A Marketplace span ends with the year, as policies do."""
    year = world.timeline.month_starts[:-1].astype("datetime64[Y]").astype(int)
    spans = runs(np.where(block.lob < 0, -1, block.lob + 8 * np.where(block.lob == 1, year, 0)))
    lob = spans.value % 8
    n = len(spans)
    ends = span_ends(world, block, spans)
    open_end = np.where((lob == 0) & np.isnat(ends), np.datetime64("9999-12-31", "D"), ends)
    hospice = ~np.isnat(block.people.death[spans.person]) & (spans.person % 3 == 0) & ~np.isnat(ends)
    payer_type = np.array([0, 2, 1, 1, 1])[lob]
    member = block.member_id(spans.person, lob)
    institutional = (block.age_on(spans.person, np.full(n, world.timeline.end)) > 80) & (spans.person % 11 == 0)
    return pa.table({
        "person_id": block.person_id(spans.person),
        "member_id": member,
        "subscriber_id": member,
        "enrollment_start_date": dates(coverage_start(world, block, spans)),
        "enrollment_end_date": dates(open_end),
        "payer": constant("Sample Health Plan", n),
        "payer_type": coded(payer_type, ("medicaid", "medicare", "commercial")),
        "plan": coded(lob, tuple(f"sample_{name}" for name in LOBS)),
        "lob": coded(lob, LOBS),
        "dual_status_code": coded(np.array([-1, -1, -1, 0, 1])[lob], ("02", "08")),
        "enrollment_status": coded(np.where(np.isnat(ends), 0, 1), ("active", "terminated")),
        "hospice_flag": integers(hospice),
        "institutional_snp_flag": integers(np.zeros(n)),
        "long_term_institutional_flag": integers(institutional),
        "group_id": coded(np.where(lob == 1, 0, -1), ("EXCHANGE",)),
    })  # fmt: skip


def pcp_assignments(world: World, block: Block) -> pa.Table:
    """Grain: assignment span."""
    rng = stream(world.seed, "pcp_assignments", block.first)
    timeline = world.timeline
    covered = block.practice >= 0
    # A move between practices may land on the same clinician slot number, so the key holds both.
    key = np.where(covered, block.practice.astype(np.int64) * 1_000_000 + block.clinician, -1)
    spans = runs(key)
    n = len(spans)
    practice, clinician = spans.value // 1_000_000, spans.value % 1_000_000
    ends = span_ends(world, block, spans)
    following = np.minimum(spans.last + 1, timeline.months - 1)
    goes_on = (spans.last < timeline.months - 1) & covered[spans.person, following]
    why = np.where(goes_on, block.ending[spans.person, following], 0)
    why = np.where(goes_on & (why == 0), NETWORK, why)
    why = np.where(~np.isnat(ends) & ~goes_on, COVERAGE_END, why)
    why = np.where(np.isnat(ends), 0, why)
    began = coverage_start(world, block, spans)
    # Nobody can be assigned to a practice before it opened or to a clinician before the start there.
    first_span = rank_within(spans.person) == 0
    began = np.where(first_span, np.maximum(began, np.minimum(
        world.practices.opened[practice], timeline.month_starts[spans.first])), began)  # fmt: skip
    methods = ("member_choice", "auto_assign", "family_link", "claims_attribution", "retained")
    method = np.where(first_span, pick_from(rng, (0.45, 0.35, 0.08, 0.07, 0.05), n), 0)
    again = ~first_span & (np.append(-1, spans.person[:-1]) == spans.person)
    method = np.where(again & (np.append(0, why[:-1]) >= NETWORK), 4, method)
    dismissed = np.isin(why, DISMISSED)
    notice = np.where(dismissed, ends - rng.integers(0, 28, n), np.datetime64("NaT", "D"))
    kept = world.happens(rng, "dismissal_cover", practice, spans.last)
    cover = np.where(kept, 30 + rng.integers(0, 3, n), rng.integers(5, 30, n))
    cover_end = np.where(kept | (rng.random(n) < 0.5), notice + cover, np.datetime64("NaT", "D"))
    channels = ("member_services_call", "portal", "mail")
    by_member = np.isin(why, (*CHOSEN_LEAVING, MOVED))
    words = [pa.array([e[k] for e in ENDINGS], pa.string()) for k in range(3)]
    return pa.table({
        "assignment_id": identifiers("AS", (block.first + spans.person + 1) * 100 + rank_within(spans.person), 11),
        "person_id": block.person_id(spans.person),
        "member_id": block.member_id(spans.person, block.lob[spans.person, spans.first]),
        "practice_id": practice_id(practice),
        "npi": world.providers.text(np.where(block.people.practice_only[spans.person], -1, clinician)),
        "assignment_start_date": dates(began),
        "assignment_end_date": dates(ends),
        "assignment_method": coded(method, methods),
        "change_type": coded(why, words[2]),
        "change_initiator": coded(why, words[1]),
        "reason_code": coded(why, words[0]),
        "dismissal_notice_date": dates(notice),
        "emergency_coverage_end_date": dates(cover_end),
        "safety_exception_flag": integers(dismissed & (why == DISMISSED[1]) & (rng.random(n) < 0.2), ~dismissed),
        "change_request_channel": coded(np.where(by_member, pick_from(rng, (0.7, 0.25, 0.05), n), -1), channels),
    })  # fmt: skip


def practice_id(index: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return identifiers("PR", np.asarray(index) + 1, 5, missing)


def members(world: World, block: Block) -> pa.Table:
    """Grain: person."""
    rng = stream(world.seed, "members", block.first)
    people, timeline = block.people, world.timeline
    n = len(people)
    practice = np.where(block.practice.max(axis=1) >= 0, last_practice(block), people.practice)
    last = np.full(n, timeline.months - 1)
    collected = world.happens(rng, "rel_collected", practice, last)
    language_known = world.happens(rng, "rel_collected", practice, last) | (rng.random(n) < 0.5)
    declined = rng.random(n) < 0.03
    second_race = rng.random(n) < 0.04
    race = np.zeros((n, len(RACES)), dtype=bool)
    race[np.arange(n), people.race] = True
    race[np.flatnonzero(second_race), rng.integers(0, len(RACES), int(second_race.sum()))] = True
    poor_source = pick_from(rng, (0.45, 0.25, 0.30), n)  # state file, imputed, unknown
    source = np.where(collected, pick_from(rng, (0.6, 0.4), n), 2 + poor_source)
    unknown = source == 4
    race_text = joined(RACES, race).to_numpy(zero_copy_only=False)
    race_text = np.where(unknown, np.where(rng.random(n) < 0.5, "unknown", None), race_text)
    race_text = np.where(collected & declined, "declined", race_text)
    asked = timeline.end - rng.integers(10, 1400, n)
    county = world.practices.county[practice]
    home = np.where(rng.random(n) < 0.9, county, pick_from(rng, [c.weight for c in COUNTIES], n))
    contact_known = world.happens(rng, "contact_preference", practice, last)
    language = np.where(language_known, np.where(rng.random(n) < 0.01, 6, people.language), 7)
    zip_code = np.char.add(
        np.array([c.zip_prefix for c in COUNTIES])[home], np.char.zfill(rng.integers(1, 99, n).astype(str), 2)
    )
    legacy = ~collected & (rng.random(n) < 0.3)
    return pa.table({
        "person_id": block.person_id(np.arange(n)),
        "birth_date": dates(people.birth),
        "gender": coded(np.where(rng.random(n) < 0.002, 2, people.gender), ("male", "female", "unknown")),
        "death_date": dates(people.death),
        "death_flag": integers(~np.isnat(people.death)),
        "race_ethnicity": pa.array(race_text, pa.string()),
        "race_ethnicity_detail": null_column(n, pa.string()),
        "race_ethnicity_source": coded(source, ("member_direct", "provider_direct", "state_file", "imputed", "unknown")),
        "race_ethnicity_date": dates(asked, missing=~collected),
        "race": coded(np.where(legacy, people.race, -1), RACES),
        "ethnicity": coded(np.where(legacy, (people.race == RACES.index("hispanic")).astype(int), -1),
                           ("not_hispanic", "hispanic")),
        "preferred_language": coded(language, LANGUAGES),
        "language_source": coded(np.where(language_known, 0, 1), ("member_direct", "unknown")),
        "language_date": dates(asked, missing=~language_known),
        "interpreter_needed": integers(people.needs_interpreter, ~language_known & (rng.random(n) < 0.5)),
        "preferred_contact_method": coded(np.where(contact_known, pick_from(rng, (0.36, 0.30, 0.10, 0.20, 0.04), n), 5),
                                          ("phone", "text", "email", "portal", "mail", "unknown")),
        "zip_code": pa.array(zip_code.astype(object), pa.string()),
        "state": coded(home, [c.state for c in COUNTIES]),
        "county_fips": coded(home, [c.fips for c in COUNTIES]),
    })  # fmt: skip


def last_practice(block: Block) -> np.ndarray:
    """The practice of each person's last covered month."""
    months = block.practice.shape[1]
    last = months - 1 - np.argmax(block.practice[:, ::-1] >= 0, axis=1)
    return block.practice[np.arange(len(block)), last]
