"""Anonymous surveys: what respondents of each practice and wave answer.

An answer is a latent normal value cut into codes: slope x the item's mean strength (unit variance) + case mix
+ what the respondent brings to all answers + chance. Nobody is linked to a member: a response has a random id,
a practice, a wave, a month, and coarse adjusters that are drawn here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from feeds.sample_plan import parameters as assumed
from feeds.sample_plan.columns import coded, constant, dates, integers, numbers
from feeds.sample_plan.events import Events
from feeds.sample_plan.membership import practice_id
from feeds.sample_plan.parameters import Item
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.world import PANELS, World

INSTRUMENTS = ("cahps_5_1h_adult", "cahps_5_1h_child", "qhp_ees", "medicare_cahps", "touchpoint")
TOUCHPOINT = 4
LOB_OF_INSTRUMENT = (0, 0, 1, 2)
LOBS = ("medicaid", "marketplace", "medicare", "dsnp", "mycare")
# The Medicaid 5.1H core leaves these to the other instruments.
NOT_IN_MEDICAID = (
    "seen_15_min",
    "informed_specialist",
    "talk_rx",
    "results_follow_up",
    "results_soon",
    "help_manage_care",
)
SCREENED_OUT_SENT = 0.15
NORMAL = NormalDist()


def thresholds(item: Item) -> np.ndarray:
    """Cuts of the latent answer (mean 0, variance 1 at an average practice) that give the item's shares."""
    return np.array([NORMAL.inv_cdf(float(c)) for c in np.cumsum(item.shares)[:-1]])


def code_scores(item: Item) -> np.ndarray:
    """0-100 score of each code, worst to best."""
    return np.linspace(0, 100, len(item.shares))


def item_strength(item: Item, strength: np.ndarray) -> np.ndarray:
    """Mean strength of the item's steps, scaled to unit variance. strength: practices x steps (x waves)."""
    steps = [assumed.STEPS.index(step) for step in item.steps]
    mean = strength[:, steps].mean(axis=1)
    shared = assumed.SHARED_VARIANCE
    return mean / np.sqrt(shared + (1 - shared) / len(steps))


CDF_GRID = np.linspace(-8, 8, 16_001)
CDF_VALUES = np.array([NORMAL.cdf(float(x)) for x in CDF_GRID])


def normal_cdf(x: np.ndarray) -> np.ndarray:
    """NumPy has none; a table is exact to eight digits."""
    return np.interp(x, CDF_GRID, CDF_VALUES)


def expected_score(item: Item, strength: np.ndarray) -> np.ndarray:
    """Noise-free 0-100 score at average case mix."""
    latent = item.slope * item_strength(item, strength)
    above = 1 - normal_cdf(thresholds(item) - latent[..., None])
    return (above * np.diff(code_scores(item))).sum(axis=-1)


def expected_index(strength: np.ndarray) -> np.ndarray:
    """Noise-free pe_index: plain mean of the composites, each the mean of its items."""
    composites = [
        np.mean([expected_score(assumed.ITEMS[name], strength) for name in names], axis=0)
        for names in assumed.PE_COMPOSITES.values()
    ]
    return np.mean(composites, axis=0)


def response_counts(rng: np.random.Generator, world: World, waves: int) -> np.ndarray:
    """CAHPS-like completes by practice and wave: 5 to 150, skewed, larger where the panel is larger."""
    weight = world.practices.weight / np.median(world.practices.weight)
    level = 30 * weight**0.55 * np.exp(rng.normal(0, 0.35, len(weight)))
    return np.clip(rng.poisson(level[:, None], (len(weight), waves)), 5, 150)


@dataclass(frozen=True)
class Respondents:
    """One row a response of one wave and family of instruments."""

    columns: Events
    shift: np.ndarray  # case mix, in standard deviations of an answer, centred on the plan's average
    own: np.ndarray  # what the respondent brings to all answers


def draw_respondents(
    rng: np.random.Generator, world: World, site: np.ndarray, wave_months: range, touchpoint: bool
) -> Respondents:
    n = len(site)
    panel = world.practices.panel[site]
    if touchpoint:
        instrument = np.full(n, TOUCHPOINT)
    else:
        child = np.where(panel == PANELS.index("pediatric"), 1.0, np.where(panel == 0, 0.2, 0.0))
        instrument = np.where(rng.random(n) < child, 1, np.array([0, 2, 3])[pick_from(rng, (0.64, 0.2, 0.16), n)])
    older = instrument == 3
    age = np.where(
        older, 4 + pick_from(rng, (0.15, 0.5, 0.35), n), pick_from(rng, (0.12, 0.22, 0.22, 0.2, 0.2, 0.04), n)
    )
    # Practices differ in whom they serve; that is what case mix is there to take out.
    tilt = (world.habits["lead_days"][site] + world.habits["grievance"][site]) / assumed.IDIOSYNCRATIC_SD
    education = np.clip(np.round(3.4 - 0.35 * tilt + rng.normal(0, 1.3, n)), 1, 6).astype(int)
    general = np.clip(np.round(2.7 + 0.25 * tilt + 0.15 * (age > 3) + rng.normal(0, 1.0, n)), 1, 5).astype(int)
    mental = np.clip(np.round(2.4 + 0.2 * tilt + rng.normal(0, 1.1, n)), 1, 5).astype(int)
    proxy = (rng.random(n) < np.where(older, 0.12, 0.05)).astype(int)
    shift = (
        np.array(assumed.AGE_SHIFT)[age] + np.array(assumed.EDUCATION_SHIFT)[education - 1]
        + np.array(assumed.GENERAL_HEALTH_SHIFT)[general - 1] + np.array(assumed.MENTAL_HEALTH_SHIFT)[mental - 1]
        + assumed.PROXY_SHIFT * proxy
    )  # fmt: skip
    lob = np.where(instrument == TOUCHPOINT, pick_from(rng, (0.68, 0.15, 0.08, 0.07, 0.02), n),
                   np.array([*LOB_OF_INSTRUMENT, 0])[instrument])  # fmt: skip
    lob = np.where((instrument == 3) & (rng.random(n) < 0.45), 3, lob)
    month = np.array(list(wave_months))[np.minimum(rng.integers(1, 7, n), len(wave_months) - 1)]
    columns = Events(
        site=site, instrument=instrument, lob=lob, age=age, education=education, general=general, mental=mental,
        proxy=proxy, month=month, mode=pick_from(rng, (0.0, 0.2, 0.8) if touchpoint else (0.45, 0.3, 0.25), n),
        language=np.where(rng.random(n) < world.practices.interpreter_need[site] * 0.5, 1, 0),
    )  # fmt: skip
    own = rng.normal(0, np.sqrt(assumed.RESPONDENT_VARIANCE), n)
    return Respondents(columns, shift, own)


def random_ids(rng: np.random.Generator, wave: str, n: int) -> pa.Array:
    """Random per wave: says nothing about who answered, not even the order of arrival."""
    draws = rng.permutation(np.unique(rng.integers(0, 2**52, n + n // 50 + 16)))[:n]
    hexadecimal = np.char.mod("%013x", draws)
    return pa.array([f"{wave}-{word}" for word in hexadecimal.tolist()], pa.string())


def answers(
    rng: np.random.Generator, item: Item, strength: np.ndarray, people: Respondents, mean_shift: float
) -> np.ndarray:
    """0-based code of each respondent, worst to best."""
    latent = (
        item.slope * item_strength(item, strength)[people.columns.site] + people.shift - mean_shift + people.own
        + rng.normal(0, np.sqrt(1 - assumed.RESPONDENT_VARIANCE), len(people.own))
    )  # fmt: skip
    return np.searchsorted(thresholds(item), latent)


def build_wave(world: World, position: int, counts: np.ndarray, touchpoint: bool) -> pa.Table:
    """Grain: response x item, one wave, CAHPS-like instruments or touchpoints."""
    wave = world.timeline.waves[position]
    rng = stream(world.seed, f"survey-{'touchpoint' if touchpoint else 'cahps'}", position)
    open_then = ~(world.practices.closed < wave.end) & (world.practices.opened <= wave.start)
    site = np.repeat(np.arange(len(counts)), np.where(open_then, counts, 0))
    people = draw_respondents(rng, world, site, wave.months, touchpoint)
    ids = random_ids(rng, wave.wave_id, len(site))
    items = assumed.TOUCHPOINTS if touchpoint else assumed.ITEMS
    strength = world.strength[:, :, position]
    mean_shift = float(people.shift.mean()) if len(site) else 0.0
    codes, silent, respondent, which = [], [], [], []
    for number, (name, item) in enumerate(items.items()):
        given = answers(rng, item, strength, people, mean_shift)
        draw = rng.random(len(site))
        applies = draw < item.asked
        if name in NOT_IN_MEDICAID:
            asked = people.columns.instrument >= 2
        elif name == "flu_shot":
            asked = people.columns.instrument != 1
        else:
            asked = np.ones(len(site), bool)
        skipped = applies & (rng.random(len(site)) < 0.02)
        code = 2 - given if name == "flu_shot" else given + (0 if len(item.shares) == 11 else 1)
        # Most vendors send no row for a question that was screened out.
        rows = np.flatnonzero(asked & (applies | (rng.random(len(site)) < SCREENED_OUT_SENT)))
        codes.append(np.where(applies & ~skipped, code, -1)[rows])
        silent.append(np.where(~applies, 1, np.where(skipped, 0, -1))[rows])
        respondent.append(rows)
        which.append(np.full(len(rows), number))
    return as_table(
        world, wave, people, ids, tuple(items), *(np.concatenate(c) for c in (codes, silent, respondent, which))
    )


def as_table(world, wave, people, ids, names, codes, silent, respondent, which) -> pa.Table:
    """Rows in the order of the random ids, so that the file's order says nothing either."""
    order = np.lexsort((which, np.argsort(np.argsort(ids.to_numpy(zero_copy_only=False)))[respondent]))
    codes, silent, respondent, which = codes[order], silent[order], respondent[order], which[order]
    rows = people.columns.take(respondent)
    n = len(rows)
    month = world.timeline.month_starts[rows.month]
    return pa.table({
        "response_id": ids.take(pa.array(respondent)),
        "instrument": coded(rows.instrument, INSTRUMENTS),
        "wave_id": constant(wave.wave_id, n),
        "response_month": dates(month),
        "practice_id": practice_id(rows.site),
        "lob": coded(rows.lob, LOBS),
        "item_id": coded(which, names),
        "response_code": integers(np.maximum(codes, 0), codes < 0),
        "nonresponse_reason": coded(silent, ("skipped", "screened_out")),
        "mode": coded(rows.mode, ("mail", "phone", "web")),
        "survey_language": coded(rows.language, ("en", "es")),
        "age_band": coded(rows.age, assumed.AGE_BANDS),
        "education_band": integers(rows.education),
        "general_health": integers(rows.general),
        "mental_health": integers(rows.mental),
        "proxy_flag": integers(rows.proxy),
        "response_weight": numbers(np.ones(n), 1),
    })  # fmt: skip


def build_survey_responses(world: World):
    """Yields one table a finished wave and family of instruments."""
    waves = len(world.timeline.waves)
    cahps = response_counts(stream(world.seed, "survey_counts"), world, waves)
    touch = np.clip((cahps * 1.5).astype(int), 8, 250)
    takes_part = stream(world.seed, "survey_participation").random(len(world.practices)) > 0.04
    for position, wave in enumerate(world.timeline.waves):
        if wave in world.timeline.finished_waves:
            yield build_wave(world, position, np.where(takes_part, cahps[:, position], 0), touchpoint=False)
            yield build_wave(world, position, np.where(takes_part, touch[:, position], 0), touchpoint=True)
