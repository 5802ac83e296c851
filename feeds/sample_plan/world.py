"""The world behind the feeds: practices with hidden strengths, their clinicians, and the facilities around.

Nothing here is written to a feed as such; rosters, events and surveys are drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from feeds.sample_plan import parameters as assumed
from feeds.sample_plan.columns import coded
from feeds.sample_plan.identifiers import npi, tin_hash
from feeds.sample_plan.places import COUNTIES, TERRITORIES, TIME_ZONES
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import Timeline

PRACTICE_TYPES = ("private", "fqhc", "hospital_owned", "rhc", "school_based", "retail", "tribal")
TYPE_SHARES = (0.50, 0.17, 0.20, 0.06, 0.03, 0.025, 0.015)
PANELS = ("family", "pediatric", "adult")
PANEL_SHARES = (0.60, 0.13, 0.27)
FEEDS_OF_THEIR_OWN = {  # chance that a practice sends it at all
    "appointments": 0.80,
    "seen_times": 0.78,
    "lab_results": 0.48,
    "notifications": 0.88,
    "referral_contacts": 0.90,
    "record_requests": 0.85,
}

# taxonomy, specialty, entity type
TAXONOMIES = (
    ("207Q00000X", "Family Medicine"), ("207R00000X", "Internal Medicine"), ("208000000X", "Pediatrics"),
    ("363LF0000X", "Nurse Practitioner, Family"), ("363L00000X", "Nurse Practitioner"),
    ("363A00000X", "Physician Assistant"), ("363AM0700X", "Physician Assistant, Medical"),
    ("207V00000X", "Obstetrics & Gynecology"),
    ("207RC0000X", "Cardiology"), ("207X00000X", "Orthopaedic Surgery"), ("207N00000X", "Dermatology"),
    ("207RG0100X", "Gastroenterology"), ("2084P0800X", "Psychiatry"), ("2084N0400X", "Neurology"),
    ("207Y00000X", "Otolaryngology"), ("208600000X", "General Surgery"),
    ("261QF0400X", "Federally Qualified Health Center"), ("261QR1300X", "Rural Health Clinic"),
    ("261QP2300X", "Primary Care Clinic"),
    ("282N00000X", "General Acute Care Hospital"), ("283Q00000X", "Psychiatric Hospital"),
    ("283X00000X", "Rehabilitation Hospital"), ("314000000X", "Skilled Nursing Facility"),
    ("291U00000X", "Clinical Medical Laboratory"), ("261QR0200X", "Radiology Clinic"),
    ("261QU0200X", "Urgent Care Clinic"), ("3336C0003X", "Community Pharmacy"), ("251G00000X", "Hospice"),
)  # fmt: skip
TAXONOMY_CODES = tuple(code for code, _ in TAXONOMIES)
FIRST_ORGANISATION = TAXONOMY_CODES.index("261QF0400X")
SPECIALIST_TAXONOMIES = tuple(range(TAXONOMY_CODES.index("207RC0000X"), FIRST_ORGANISATION))
OBGYN = TAXONOMY_CODES.index("207V00000X")
CLINICIAN_MIX = {"family": (0.50, 0.08, 0.06, 0.20, 0.06, 0.05, 0.02, 0.03),
                 "pediatric": (0.05, 0.0, 0.72, 0.13, 0.05, 0.03, 0.02, 0.0),
                 "adult": (0.12, 0.58, 0.0, 0.16, 0.05, 0.05, 0.04, 0.0)}  # fmt: skip


def logistic(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


@dataclass(frozen=True)
class Practices:
    """One entry a practice; codes are positions in the tuples above or in `places`."""

    county: np.ndarray
    kind: np.ndarray
    panel: np.ndarray
    weight: np.ndarray
    organisation: np.ndarray  # practices of one group share a TIN
    opened: np.ndarray
    closed: np.ndarray  # NaT = open
    telehealth: np.ndarray
    extended_hours: np.ndarray
    sends: dict[str, np.ndarray]
    interpreter_need: np.ndarray  # share of members who need an interpreter
    elder_share: np.ndarray  # of adults, those aged 65 and over
    lobs: np.ndarray  # practices x 5

    def __len__(self) -> int:
        return len(self.county)

    @property
    def zone(self) -> np.ndarray:
        return np.array([TIME_ZONES.index(c.time_zone) for c in COUNTIES])[self.county]

    @property
    def territory(self) -> np.ndarray:
        return np.array([TERRITORIES.index(c.territory) for c in COUNTIES])[self.county]


@dataclass(frozen=True)
class Providers:
    """Clinicians of the practices first, then organisations of the practices, specialists, facilities."""

    npi: np.ndarray
    taxonomy: np.ndarray
    practice: np.ndarray  # home practice, -1 for specialists and facilities
    second_practice: np.ndarray  # -1 = works at one
    start: np.ndarray
    end: np.ndarray  # NaT = still there
    clinicians: int  # the first so many are practice clinicians
    founder: np.ndarray  # first clinician of each practice: never leaves
    count: np.ndarray  # clinicians of each practice
    organisation: np.ndarray  # provider index of each practice's own organisation NPI

    @cached_property
    def npi_text(self) -> pa.Array:
        return pa.array(self.npi.astype(str), pa.string())

    def text(self, index: np.ndarray) -> pa.Array:
        """NPI text by provider index, -1 = null."""
        return coded(index, self.npi_text)

    def of_kind(self, code: str) -> np.ndarray:
        return np.flatnonzero(self.taxonomy == TAXONOMY_CODES.index(code))


@dataclass(frozen=True)
class World:
    seed: int
    timeline: Timeline
    practices: Practices
    providers: Providers
    strength: np.ndarray  # practices x steps x waves, outreach included
    innate_strength: np.ndarray  # the same without outreach
    habits: dict[str, np.ndarray]  # per effect: what each practice does differently for other reasons

    @cached_property
    def monthly_strength(self) -> np.ndarray:
        """practices x steps x months."""
        return self.strength[:, :, self.timeline.wave_of_month()].astype(np.float32)

    @cached_property
    def tins(self) -> tuple[pa.Array, np.ndarray]:
        """Hashed TINs, and which of them each provider bills under: the practice group's, else one's own."""
        count = len(self.providers.npi)
        own_start = len(self.practices)
        hashes = pa.array([tin_hash(serial) for serial in range(own_start + count)], pa.string())
        home = self.providers.practice
        return hashes, np.where(
            home >= 0, self.practices.organisation[np.maximum(home, 0)], own_start + np.arange(count)
        )

    def lean(self, effect: assumed.Effect, name: str, practice: np.ndarray, month: np.ndarray) -> np.ndarray:
        strength = self.monthly_strength[practice, assumed.STEPS.index(effect.step), month]
        return effect.slope * (strength + self.habits[name][practice])

    def chance(self, name: str, practice: np.ndarray, month: np.ndarray) -> np.ndarray:
        """Probability of the named event at each (practice, month)."""
        effect = assumed.CHANCES[name]
        return logistic(np.log(effect.base / (1 - effect.base)) + self.lean(effect, name, practice, month))

    def happens(self, rng: np.random.Generator, name: str, practice: np.ndarray, month: np.ndarray) -> np.ndarray:
        return rng.random(len(practice)) < self.chance(name, practice, month)

    def rate(self, name: str, practice: np.ndarray, month: np.ndarray) -> np.ndarray:
        """Expected value (or rate) of the named quantity at each (practice, month)."""
        effect = assumed.RATES[name]
        return effect.base * np.exp(self.lean(effect, name, practice, month))


def draw_strengths(rng: np.random.Generator, practices: int, waves: int) -> np.ndarray:
    """Standard normal over practices, AR(1) over waves, correlated between steps by one shared factor."""

    def path(*shape: int) -> np.ndarray:
        steps = rng.standard_normal((waves, *shape))
        for wave in range(1, waves):
            steps[wave] = assumed.WAVE_AUTOCORRELATION * steps[wave - 1] + (
                np.sqrt(1 - assumed.WAVE_AUTOCORRELATION**2) * steps[wave]
            )
        return np.moveaxis(steps, 0, -1)

    shared, own = path(practices, 1), path(practices, len(assumed.STEPS))
    return np.sqrt(assumed.SHARED_VARIANCE) * shared + np.sqrt(1 - assumed.SHARED_VARIANCE) * own


def draw_practices(rng: np.random.Generator, n: int, timeline: Timeline) -> Practices:
    county = pick_from(rng, [c.weight for c in COUNTIES], n)
    kind = pick_from(rng, TYPE_SHARES, n)
    panel = np.where(kind == PRACTICE_TYPES.index("school_based"), 1, pick_from(rng, PANEL_SHARES, n))
    weight = np.exp(rng.normal(0, 0.62, n)) * np.where(kind == PRACTICE_TYPES.index("fqhc"), 1.6, 1.0)
    groups = max(1, int(n * 0.8))
    organisation = np.where(rng.random(n) < 0.35, rng.integers(0, groups, n), np.arange(n) % groups)
    opened = timeline.start - rng.integers(30, 9000, n)
    late = rng.random(n) < 0.03
    late[0] = False  # somebody is always there for those who must move
    opened = np.where(late, timeline.month_starts[rng.integers(1, max(2, timeline.months // 2), n)], opened)
    closing = (rng.random(n) < 0.025) & ~late
    if n >= 10:  # a plan of any size has seen a practice close
        closing[-1] = True
    closing[0] = False
    closed = np.where(
        closing,
        timeline.month_starts[rng.integers(timeline.months // 2, timeline.months, n)] - 1,
        np.datetime64("NaT", "D"),
    )
    lobs = rng.random((n, 5)) < np.array([0.97, 0.75, 0.70, 0.75, 0.30])
    lobs[:, 0] |= ~lobs.any(axis=1)
    return Practices(
        county=county,
        kind=kind,
        panel=panel,
        weight=weight,
        organisation=organisation,
        opened=opened,
        closed=closed,
        telehealth=rng.random(n) < 0.86,
        extended_hours=rng.random(n) < 0.70,
        sends={name: rng.random(n) < share for name, share in FEEDS_OF_THEIR_OWN.items()},
        interpreter_need=np.clip(rng.gamma(0.6, 0.06, n), 0, 0.5),
        elder_share=np.clip(rng.gamma(1.4, np.where(panel == PANELS.index("adult"), 0.24, 0.13)), 0.02, 0.75),
        lobs=lobs,
    )


def draw_providers(rng: np.random.Generator, practices: Practices, timeline: Timeline, members: int) -> Providers:
    n = len(practices)
    size = members * practices.weight / practices.weight.sum()
    count = 1 + rng.poisson(np.clip(size / 110, 0.6, 14))
    founder = np.concatenate([[0], np.cumsum(count)[:-1]])
    home = np.repeat(np.arange(n), count)
    clinicians = len(home)
    mix = np.array([CLINICIAN_MIX[p] for p in PANELS])[practices.panel[home]]
    edges = np.cumsum(mix, axis=1)
    taxonomy = (rng.random(clinicians)[:, None] * edges[:, -1:] >= edges).sum(axis=1)
    is_founder = np.zeros(clinicians, dtype=bool)
    is_founder[founder] = True
    lead = np.array([0, 2, 1])[practices.panel[home]]
    taxonomy = np.where(is_founder, lead, taxonomy)

    opened = practices.opened[home]
    start = np.where(
        is_founder | (rng.random(clinicians) < 0.7),
        np.maximum(opened, timeline.start - rng.integers(30, 4000, clinicians)),
        np.maximum(opened, timeline.month_starts[rng.integers(0, timeline.months, clinicians)]),
    )
    leaves = (rng.random(clinicians) < 0.12) & ~is_founder
    end = np.where(leaves, start + rng.integers(200, 1500, clinicians), np.datetime64("NaT", "D")).astype(
        "datetime64[D]"
    )
    end = np.fmin(end, practices.closed[home])
    end = np.where(end > timeline.end, np.datetime64("NaT", "D"), end)
    second = np.where((rng.random(clinicians) < 0.09) & ~is_founder, sister_site(rng, practices, home), -1)
    second = np.where(second == home, -1, second)

    organisations = np.array([FIRST_ORGANISATION + k for k in (2, 0, 2, 1, 2, 2, 2)])[practices.kind]
    scale = max(1, n // 30)
    others = [
        *np.repeat(SPECIALIST_TAXONOMIES, 2 + scale),
        *np.repeat(TAXONOMY_CODES.index("282N00000X"), 2 + scale),
        *np.repeat([TAXONOMY_CODES.index(c) for c in ("283Q00000X", "283X00000X", "251G00000X")], 2),
        *np.repeat(TAXONOMY_CODES.index("314000000X"), 1 + scale),
        *np.repeat(TAXONOMY_CODES.index("291U00000X"), 3),
        *np.repeat([TAXONOMY_CODES.index(c) for c in ("261QR0200X", "261QU0200X")], 1 + scale),
        *np.repeat(TAXONOMY_CODES.index("3336C0003X"), 4 + scale),
    ]
    total = clinicians + n + len(others)
    nowhere = np.full(n + len(others), -1)
    return Providers(
        npi=npi(rng.permutation(10 * total)[:total] * 37 % 90_000_000),
        taxonomy=np.concatenate([taxonomy, organisations, others]).astype(int),
        practice=np.concatenate([home, np.arange(n), np.full(len(others), -1)]),
        second_practice=np.concatenate([second, nowhere]),
        start=np.concatenate([start, practices.opened, np.full(len(others), timeline.start - 3000)]),
        end=np.concatenate([end, practices.closed, np.full(len(others), np.datetime64("NaT", "D"))]),
        clinicians=clinicians,
        founder=founder,
        count=count,
        organisation=clinicians + np.arange(n),
    )


def sister_site(rng: np.random.Generator, practices: Practices, home: np.ndarray) -> np.ndarray:
    """Another practice of the same territory, at random."""
    order = np.argsort(practices.territory, kind="stable")
    territory = practices.territory[order]
    first = np.searchsorted(territory, practices.territory[home], side="left")
    last = np.searchsorted(territory, practices.territory[home], side="right")
    return order[first + (rng.random(len(home)) * (last - first)).astype(int)]


def build_world(seed: int, timeline: Timeline, practices: int, members: int, nudge: np.ndarray | None = None) -> World:
    """Draw everything that holds for the whole plan; `nudge` (practices x steps x waves) is outreach's gain."""
    sites = draw_practices(stream(seed, "practices"), practices, timeline)
    innate = draw_strengths(stream(seed, "strengths"), practices, len(timeline.waves))
    habit_rng = stream(seed, "habits")
    return World(
        seed=seed,
        timeline=timeline,
        practices=sites,
        providers=draw_providers(stream(seed, "providers"), sites, timeline, members),
        strength=innate if nudge is None else innate + nudge,
        innate_strength=innate,
        habits={
            name: habit_rng.normal(0, assumed.IDIOSYNCRATIC_SD, practices)
            for name in (*assumed.CHANCES, *assumed.RATES)
        },
    )
