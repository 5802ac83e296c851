"""What happens to the members of a block: hospital stays, ED visits, primary-care visits, referrals.

Claims, appointments, notifications and the rest are later written from the same encounters, so that the
feeds agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feeds.sample_plan.events import Events, concatenate
from feeds.sample_plan.membership import MEDICARE_LIKE, Block
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import HOLIDAYS, add_business_days, to_business_day
from feeds.sample_plan.world import OBGYN, SPECIALIST_TAXONOMIES, World, sister_site

SICK, CHRONIC_CARE, PREVENTIVE, AFTER_DISCHARGE, AFTER_ED, INFANT = range(6)
IN_PERSON, VIDEO, PHONE = range(3)
MINUTE = np.timedelta64(1, "m")
# When somebody falls ill: colds in winter.
SEASON = np.array([1.25, 1.2, 1.1, 1.0, 0.95, 0.85, 0.8, 0.85, 0.95, 1.0, 1.1, 1.2])
# Acute stays: principal diagnosis, DRG.
ACUTE_REASONS = (("J189", "194"), ("I509", "291"), ("A419", "871"), ("K529", "392"), ("N179", "683"),
                 ("J441", "190"), ("I214", "281"), ("E1165", "638"), ("I639", "065"), ("K8000", "418"))  # fmt: skip
LOW_ACUITY_DX = ("J069", "J029", "R109", "M5450", "R51.9".replace(".", ""), "H6690", "N390", "S93401A")
HIGH_ACUITY_DX = ("R079", "J189", "I509", "J4521", "F329", "E1165", "S72001A", "I4891", "N179", "F1010")


@dataclass(frozen=True)
class Care:
    stays: Events
    ed_visits: Events
    visits: Events
    referrals: Events


def expand(rng: np.random.Generator, world: World, block: Block, per_month: np.ndarray) -> Events:
    """Events at the given expected number per person and month, on a random day while alive and covered."""
    count = rng.poisson(np.where(block.practice >= 0, per_month, 0.0))
    person, month = np.nonzero(count)
    times = count[person, month]
    return dated(rng, world, block, np.repeat(person, times), np.repeat(month, times))


def dated(rng: np.random.Generator, world: World, block: Block, person: np.ndarray, month: np.ndarray) -> Events:
    timeline = world.timeline
    day = timeline.month_starts[month] + (rng.random(len(month)) * timeline.days_in_month[month]).astype(int)
    happened = Events(person=person, month=month, day=day, practice=block.practice[person, month])
    # Nobody is seen before birth, after death, or after the end of the history.
    real = block.alive_on(person, day) & (day >= block.people.birth[person]) & (day <= timeline.end)
    return happened.take(real)


def covered_at(world: World, block: Block, events: Events) -> Events:
    """Events re-anchored on their day: month and practice of that day; those out of cover or time are dropped."""
    month = world.timeline.month_of(events.day)
    practice = block.practice[events.person, month]
    real = (practice >= 0) & (events.day <= world.timeline.end) & block.alive_on(events.person, events.day)
    return events.having(month=month, practice=practice).take(real)


def yearly(rng: np.random.Generator, world: World, block: Block, who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One candidate (person, month) for each of `who` and each year of the plan, in a random month."""
    months = world.timeline.months
    years = -(-months // 12)
    month = np.arange(years) * 12 + rng.integers(0, 12, (len(who), years))
    person = np.repeat(who, years)
    month = month.ravel()
    inside = month < months
    person, month = person[inside], month[inside]
    covered = block.practice[person, month] >= 0
    return person[covered], month[covered]


def age_matrix(world: World, block: Block) -> np.ndarray:
    days = world.timeline.month_starts[:-1][None, :] - block.people.birth[:, None]
    return (days.astype(np.int32) / np.float32(365.2425)).astype(np.float32)


def draw_stays(rng: np.random.Generator, world: World, block: Block, age: np.ndarray) -> Events:
    """Acute, psychiatric, maternity, newborn stays, readmissions, and what follows a transfer."""
    people = block.people
    by_age = 0.0026 + 0.00019 * np.clip(age, 0, 90)
    first = expand(rng, world, block, by_age * people.frailty[:, None])
    women = (people.gender[:, None] == 1) & (age > 18) & (age < 42)
    births = expand(rng, world, block, np.where(women, 0.0035, 0.0))
    born_month = world.timeline.month_of(people.birth)
    newborn = np.flatnonzero(
        (people.birth >= world.timeline.start) & (block.practice[np.arange(len(block)), born_month] >= 0)
    )
    babies = Events(person=newborn, month=born_month[newborn], day=people.birth[newborn],
                    practice=block.practice[newborn, born_month[newborn]])  # fmt: skip
    length = 1 + rng.poisson(2.8, len(first))
    kind = np.where(rng.random(len(first)) < 0.06, 3, 0)  # 3 = psychiatric
    kind = np.where((kind == 0) & (rng.random(len(first)) < 0.01), 4, kind)  # 4 = planned chemotherapy
    first = first.having(nights=np.where(kind == 3, length + 4, length), kind=kind)
    births = births.having(nights=np.full(len(births), 2), kind=np.full(len(births), 1))
    babies = babies.having(nights=np.full(len(babies), 2), kind=np.full(len(babies), 2))
    again = first.take((first.kind == 0) & world.happens(rng, "readmission", first.practice, first.month))
    again = again.having(day=again.day + again.nights + rng.integers(1, 31, len(again)),
                         nights=1 + rng.poisson(2.5, len(again)))  # fmt: skip
    stays = covered_at(world, block, concatenate(first, again, births, babies))
    n = len(stays)
    discharge = stays.day + stays.nights
    died = block.people.death[stays.person]
    in_hospital = ~np.isnat(died) & (died >= stays.day) & (died <= discharge)
    discharge = np.where(in_hospital, died, discharge)
    stays = stays.having(
        discharge=discharge,
        dispo=np.where(in_hospital, 5, np.where(stays.kind > 0, 0, pick_from(rng, (0.70, 0.12, 0.10, 0.02, 0.01), n))),
        hospital=rng.choice(world.providers.of_kind("282N00000X"), n),
        reason=rng.integers(0, len(ACUTE_REASONS), n),
        transferred=(stays.kind == 0) & (rng.random(n) < 0.025),
        observed=np.zeros(n, dtype=bool),
        hour=rng.integers(0, 24, n),
    )
    stays = stays.take(stays.discharge <= world.timeline.end)
    return stays.having(observed=(stays.kind == 0) & (stays.nights == 1) & (rng.random(len(stays)) < 0.5))


def draw_ed_visits(rng: np.random.Generator, world: World, block: Block, age: np.ndarray) -> Events:
    people = block.people
    site, month = np.maximum(block.practice, 0), np.arange(world.timeline.months)[None, :]
    low_rate = world.rate("low_acuity_ed", site, np.broadcast_to(month, site.shape))
    use = 0.25 + 0.75 * people.frailty[:, None]
    low = expand(rng, world, block, low_rate * use)
    high = expand(rng, world, block, (0.016 + 0.00012 * np.clip(age, 0, 90)) * use)
    level = np.concatenate([pick_from(rng, (0.3, 0.7), len(low)), 2 + pick_from(rng, (0.45, 0.4, 0.15), len(high))])
    visits = concatenate(low, high).having(level=level)
    n = len(visits)
    return visits.having(
        hospital=rng.choice(world.providers.of_kind("282N00000X"), n),
        hour=np.clip(rng.normal(15, 5.5, n), 0, 23).astype(int),
        dx=rng.integers(0, 8, n),
        urgent_care=(level < 2) & (rng.random(n) < 0.12),
    )


def seen_clinicians(rng: np.random.Generator, world: World, block: Block, visits: Events) -> Events:
    """Who was seen, and where: mostly the own PCP, else a colleague, sometimes another practice."""
    providers = world.providers
    own = block.clinician[visits.person, visits.month]
    colleague = providers.founder[visits.practice] + (
        rng.random(len(visits)) * providers.count[visits.practice]
    ).astype(int)
    there = (providers.start[colleague] <= visits.day) & ~(providers.end[colleague] < visits.day)
    not_women = (providers.taxonomy[colleague] == OBGYN) & (block.people.gender[visits.person] == 0)
    colleague = np.where(there & ~not_women, colleague, providers.founder[visits.practice])
    keeps = world.happens(rng, "own_clinician", visits.practice, visits.month)
    clinician = np.where(keeps, own, colleague)
    elsewhere = ~keeps & (rng.random(len(visits)) < 0.18)
    away = np.where(elsewhere, sister_site(rng, world.practices, visits.practice), visits.practice)
    lasting = (world.practices.opened[away] <= visits.day) & ~(world.practices.closed[away] < visits.day)
    away = np.where(lasting, away, visits.practice)
    clinician = np.where(away != visits.practice, providers.founder[away], clinician)
    return visits.having(clinician=clinician, site=away)


def follow_ups(rng: np.random.Generator, world: World, after: Events, chance: str, kind: int, earliest: int) -> Events:
    """Primary-care visits inside seven days after the event (by the practice's strength), or later, or never."""
    site = np.maximum(after.practice, 0)
    prompt = world.happens(rng, chance, site, after.month)
    late = ~prompt & (rng.random(len(after)) < 0.35)
    wait = np.where(prompt, rng.integers(earliest, 8, len(after)), rng.integers(9, 31, len(after)))
    coming = prompt | late
    return Events(
        person=after.person[coming], month=after.month[coming], day=(after.day + wait)[coming],
        practice=after.practice[coming], kind=np.full(int(coming.sum()), kind),
    )  # fmt: skip


def draw_visits(
    rng: np.random.Generator, world: World, block: Block, age: np.ndarray, stays: Events, ed: Events
) -> Events:
    people, timeline = block.people, world.timeline
    season = SEASON[(timeline.month_starts[:-1].astype("datetime64[M]").astype(int)) % 12]
    sick = expand(rng, world, block, 0.075 * (0.4 + 0.6 * people.frailty[:, None]) * season)
    chronic = expand(rng, world, block, np.minimum(0.018 + 0.05 * people.load[:, None], 0.22) * np.ones_like(season))
    infants = expand(rng, world, block, np.where(age < 2.5, 0.32, 0.0))
    person, month = yearly(rng, world, block, np.arange(len(block)))
    site = block.practice[person, month]
    keen = world.happens(rng, "preventive", site, month) & (age[person, month] >= 2.5)
    well = dated(rng, world, block, person[keen], month[keen])

    def of(events: Events, kind: int) -> Events:
        return events.having(kind=np.full(len(events), kind))

    home = stays.take((stays.dispo <= 1) & (stays.kind != 2))
    released = ed.take(~ed.urgent_care)
    visits = concatenate(
        of(sick, SICK), of(chronic, CHRONIC_CARE), of(infants, INFANT), of(well, PREVENTIVE),
        follow_ups(rng, world, home.having(day=home.discharge), "fu7_discharge", AFTER_DISCHARGE, 1),
        follow_ups(rng, world, released, "fu7_ed", AFTER_ED, 0),
    )  # fmt: skip
    visits = covered_at(world, block, visits)
    return place_visits(rng, world, block, visits)


def place_visits(rng: np.random.Generator, world: World, block: Block, visits: Events) -> Events:
    """Day and time of the slot, modality, clinician; and when the visit was asked for."""
    n = len(visits)
    site, month = visits.practice, visits.month
    extended = world.practices.extended_hours[site] & world.happens(rng, "extended_visit", site, month)
    on_saturday = extended & (rng.random(n) < 0.4)
    weekday = to_business_day(visits.day)
    saturday = np.busday_offset(visits.day, 0, roll="forward", weekmask="Sat")
    day = np.where(on_saturday, saturday, weekday)
    urgent = np.isin(visits.kind, (SICK, AFTER_ED)) & (rng.random(n) < 0.75)
    # A visit on a closed day moves; follow-ups keep to their week by going back instead.
    earlier = np.busday_offset(visits.day, 0, roll="backward", holidays=HOLIDAYS)
    soon = np.isin(visits.kind, (AFTER_DISCHARGE, AFTER_ED)) & ~on_saturday & (rng.random(n) < 0.7)
    day = np.where(soon, earlier, day)
    remote = world.practices.telehealth[site] & world.happens(rng, "telehealth", site, month)
    remote &= ~np.isin(visits.kind, (PREVENTIVE, INFANT))
    slot = np.where(
        extended & ~on_saturday, rng.choice([7 * 60, 17 * 60, 17 * 60 + 30, 18 * 60, 18 * 60 + 30], n),
        8 * 60 + 15 * rng.integers(0, 34, n),
    )  # fmt: skip
    slot = np.where(on_saturday, 9 * 60 + 15 * rng.integers(0, 14, n), slot)
    visits = visits.having(
        day=day, urgent=urgent, extended=extended, minute=slot,
        modality=np.where(remote, np.where(rng.random(n) < 0.7, VIDEO, PHONE), IN_PERSON),
    )  # fmt: skip
    visits = covered_at(world, block, visits)
    order = np.lexsort((visits.minute, visits.day, visits.person))
    return seen_clinicians(rng, world, block, visits.take(order))


def draw_referrals(rng: np.random.Generator, world: World, block: Block, visits: Events) -> Events:
    """Orders to see a specialist, what came of them, and the specialist's visit where there was one."""
    likely = np.where(np.isin(visits.kind, (CHRONIC_CARE, AFTER_DISCHARGE)), 0.27, 0.15)
    source = visits.take((rng.random(len(visits)) < likely) & (visits.modality != PHONE))
    n = len(source)
    site, month = source.site, source.month
    taxonomy = rng.choice(SPECIALIST_TAXONOMIES, n)
    specialists = {t: np.flatnonzero(world.providers.taxonomy == t) for t in SPECIALIST_TAXONOMIES}
    pick = rng.random(n)
    chosen = np.array([specialists[t][int(u * len(specialists[t]))] for t, u in zip(taxonomy, pick, strict=True)], int)
    lag = rng.gamma(2.5, world.rate("referral_lag", site, month) / 2.5) + 1
    planned = add_business_days(source.day, lag.astype(int))
    status = pick_from(rng, (0.83, 0.06, 0.03, 0.07, 0.01), n)  # goes, not booked, declined, patient cancelled, error
    goes = (status == 0) & (rng.random(n) < 0.93)
    closed = goes & world.happens(rng, "loop_closed", site, month)
    report = planned + 2 + rng.gamma(1.6, 8, n).astype(int)
    contacted = world.happens(rng, "referral_contact", site, month)
    contact_wait = np.where(contacted, rng.integers(0, 8, n), rng.integers(8, 40, n))
    tried = contacted | (rng.random(n) < 0.4)
    return source.having(
        taxonomy=taxonomy, specialist=chosen, planned=planned, status=status, goes=goes, closed=closed,
        report=report, contact=source.day + contact_wait, tried=tried,
        urgent=rng.random(n) < 0.08, options=1 + world.happens(rng, "referral_several_options", site, month)
        * (1 + rng.integers(0, 2, n)), dx=rng.integers(0, 10, n),
    )  # fmt: skip


def build_care(world: World, block: Block) -> Care:
    """All encounters of a block, drawn in one fixed order."""
    rng = stream(world.seed, "care", block.first)
    age = age_matrix(world, block)
    stays = draw_stays(rng, world, block, age)
    ed_visits = draw_ed_visits(rng, world, block, age)
    visits = draw_visits(rng, world, block, age, stays, ed_visits)
    return Care(stays, ed_visits, visits, draw_referrals(rng, world, block, visits))


def is_medicare(block: Block, person: np.ndarray, month: np.ndarray) -> np.ndarray:
    return np.isin(block.lob[person, month], MEDICARE_LIKE)
