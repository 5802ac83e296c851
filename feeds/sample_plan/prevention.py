"""Prevention of a block: flu shots, cancer screening, and the short screens done at the year's first visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feeds.sample_plan.care import PHONE, Care, age_matrix, dated, yearly
from feeds.sample_plan.events import Events
from feeds.sample_plan.membership import Block
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import to_business_day
from feeds.sample_plan.world import World

AT_PRACTICE, AT_PHARMACY, REGISTRY_ONLY = range(3)
# Flu shots by month: July to June, hardly any before September.
FLU_MONTH_WEIGHT = {9: 0.22, 10: 0.38, 11: 0.22, 12: 0.11, 1: 0.07}
CANCER_TESTS = ("mammogram", "cervical", "colorectal")


@dataclass(frozen=True)
class Prevention:
    flu: Events  # person, month, day, practice, source, clinician
    cancer: Events  # person, month, day, practice, test
    year_first: np.ndarray  # of `care.visits`: the person's first visit of the calendar year
    screens: dict[str, np.ndarray]  # of `care.visits`: done at this visit


def draw_flu(rng: np.random.Generator, world: World, block: Block) -> Events:
    """At most one dose a person and season."""
    calendar_month = world.timeline.month_starts[:-1].astype("datetime64[M]").astype(int) % 12 + 1
    seasons = np.flatnonzero(calendar_month == 10)
    found = []
    for october in seasons:
        shift = np.array([-1, 0, 1, 2, 3])[pick_from(rng, list(FLU_MONTH_WEIGHT.values()), len(block))]
        month = october + shift
        inside = (month >= 0) & (month < world.timeline.months)
        person = np.flatnonzero(inside)
        month = month[inside]
        covered = block.practice[person, month] >= 0
        person, month = person[covered], month[covered]
        takes = world.happens(rng, "flu_shot", block.practice[person, month], month)
        found.append((person[takes], month[takes]))
    person = np.concatenate([p for p, _ in found]) if found else np.empty(0, int)
    month = np.concatenate([m for _, m in found]) if found else np.empty(0, int)
    doses = dated(rng, world, block, person, month)
    doses = doses.take(doses.day - block.people.birth[doses.person] > np.timedelta64(190, "D"))
    source = pick_from(rng, (0.48, 0.37, 0.15), len(doses))
    child = block.age_on(doses.person, doses.day) < 9
    source = np.where(child & (source == AT_PHARMACY), AT_PRACTICE, source)
    return doses.having(
        source=source,
        day=np.where(source == AT_PRACTICE, to_business_day(doses.day), doses.day),
        clinician=block.clinician[doses.person, doses.month],
    )


def draw_cancer_tests(rng: np.random.Generator, world: World, block: Block) -> Events:
    age = age_matrix(world, block)[:, -1]
    women = block.people.gender == 1
    eligible = (
        women & (age > 48) & (age < 76),
        women & (age > 22) & (age < 66) & ~block.people.hysterectomy,
        (age > 45) & (age < 77),
    )
    parts = []
    for test, who in enumerate(eligible):
        person, month = yearly(rng, world, block, np.flatnonzero(who))
        done = world.happens(rng, CANCER_TESTS[test], block.practice[person, month], month)
        parts.append((person[done], month[done], np.full(int(done.sum()), test)))
    person, month, test = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((month, person))
    person, month, test = person[order], month[order], test[order]
    events = dated(rng, world, block, person, month)
    # `dated` may drop a few rows; the test is drawn per (person, month), so look it up again.
    key = person * world.timeline.months + month
    return events.having(
        test=test[np.searchsorted(key, events.person * world.timeline.months + events.month)],
        day=to_business_day(events.day),
    )


def first_of_year(visits: Events) -> np.ndarray:
    """Visits are sorted by person and day."""
    year = visits.day.astype("datetime64[Y]").astype(int)
    key = visits.person * 10_000 + year
    return np.append(True, key[1:] != key[:-1])[: len(visits)]


def build_prevention(world: World, block: Block, care: Care) -> Prevention:
    rng = stream(world.seed, "prevention", block.first)
    visits = care.visits
    first = first_of_year(visits) & (visits.modality != PHONE)
    age = block.age_on(visits.person, visits.day)
    suited = {
        "depression_screen": first & (age >= 12),
        "tobacco_screen": first & (age >= 12),
        "fall_screen": first & (age >= 65),
        "sdoh_screen": first,
        "med_review": first & (block.people.load[visits.person] >= 2),
    }
    return Prevention(
        flu=draw_flu(rng, world, block),
        cancer=draw_cancer_tests(rng, world, block),
        year_first=first,
        screens={name: at & world.happens(rng, name, visits.practice, visits.month) for name, at in suited.items()},
    )
