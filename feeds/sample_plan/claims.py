"""Medical claims of a block: professional and institutional lines for everything that happened, as paid by the end."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan.care import (
    ACUTE_REASONS,
    AFTER_DISCHARGE,
    CHRONIC_CARE,
    HIGH_ACUITY_DX,
    INFANT,
    LOW_ACUITY_DX,
    PHONE,
    PREVENTIVE,
    VIDEO,
    Care,
    expand,
    is_medicare,
)  # fmt: skip
from feeds.sample_plan.columns import coded, constant, dates, identifiers, integers, null_column, numbers
from feeds.sample_plan.events import Events, rank_within
from feeds.sample_plan.membership import LOBS, Block
from feeds.sample_plan.prevention import AT_PRACTICE, Prevention
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.timeline import to_business_day
from feeds.sample_plan.world import PRACTICE_TYPES, World

INSTITUTIONAL, PROFESSIONAL = 0, 1
CHRONIC_DX = ("I10", "E119", "J449", "F329", "I509", "N1830", "E785")
SICK_DX = ("J069", "J029", "R059", "N390", "M5450", "R109", "L309", "H6690", "K219", "F419")
REFERRAL_DX = ("I2510", "M1711", "L209", "K219", "F332", "G43909", "J329", "K429", "I480", "R079")
PANELS_OF_TESTS = ("80053", "85025", "80061", "83036", "84443")
REPEAT_WINDOW = np.array([7, 7, 30, 60, 30])
IMAGING = ("71046", "73030", "74177", "70450", "93306", "72148", "76700")
DISPOSITIONS = ("01", "06", "03", "07", "51", "20")


class Lexicon:
    """Gives every code word a number, so that lines stay integers until the table is written."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.numbers: dict[str, int] = {}

    def __call__(self, word: str) -> int:
        if word not in self.numbers:
            self.numbers[word] = len(self.words)
            self.words.append(word)
        return self.numbers[word]

    def many(self, words: tuple[str, ...]) -> np.ndarray:
        return np.array([self(word) for word in words])


NO_DAY = np.datetime64("NaT", "D")
DEFAULTS: dict[str, object] = {
    "line": 1, "kind": PROFESSIONAL, "end": None, "admit": NO_DAY, "discharge": NO_DAY, "admit_source": -1,
    "admit_type": -1, "dispo": -1, "pos": -1, "bill": -1, "drg": -1, "rev": -1, "units": 1, "hcpcs": -1,
    "modifier": -1, "rendering": -1, "billing": -1, "facility": -1, "dx1": -1, "dx2": -1, "procedure": -1,
    "charge": 100.0, "hour": -1,
}  # fmt: skip


class Claims:
    """Collects lines; `add` takes arrays (or one value for all lines) by column name."""

    def __init__(self) -> None:
        self.code = Lexicon()
        self.parts: list[dict[str, np.ndarray]] = []
        self.claims = 0

    def new(self, n: int) -> np.ndarray:
        numbers = np.arange(self.claims, self.claims + n)
        self.claims += n
        return numbers

    def add(self, claim: np.ndarray, person: np.ndarray, day: np.ndarray, **given: object) -> None:
        n = len(claim)
        part = {"claim": claim, "person": person, "day": day}
        for name, default in DEFAULTS.items():
            value = given.pop(name, default)
            if value is None:
                value = day
            if isinstance(value, str):
                value = self.code(value)
            part[name] = np.broadcast_to(np.asarray(value), (n,))
        if given:
            raise TypeError(f"unknown claim columns {sorted(given)}")
        self.parts.append(part)

    def lines(self) -> Events:
        """All lines in claim order, numbered from 1 within the claim."""
        columns = {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        order = np.lexsort((columns["line"], columns["claim"]))
        lines = Events(**{name: values[order] for name, values in columns.items()})
        return lines.having(line=1 + rank_within(lines.claim))


def visit_codes(claims: Claims, rng: np.random.Generator, world: World, block: Block, care: Care) -> dict:
    """Evaluation-and-management code, place, modifier and diagnoses of every primary-care visit."""
    code, visits = claims.code, care.visits
    n = len(visits)
    age = block.age_on(visits.person, visits.day)
    medicare = is_medicare(block, visits.person, visits.month)
    hcpcs = code.many(("99213", "99214", "99212", "99203", "99215"))[pick_from(rng, (0.47, 0.33, 0.08, 0.08, 0.04), n)]
    by_age = code.many(("99391", "99392", "99393", "99394", "99395", "99396", "99397"))
    band = np.searchsorted([1, 5, 12, 18, 40, 65], age, side="right")
    well = np.isin(visits.kind, (PREVENTIVE, INFANT))
    annual = medicare & (visits.kind == PREVENTIVE) & (rng.random(n) < 0.7)
    hcpcs = np.where(well, by_age[band], hcpcs)
    hcpcs = np.where(annual, np.where(rng.random(n) < 0.12, code("G0438"), code("G0439")), hcpcs)
    recent = visits.day >= np.datetime64("2025-01-01")
    phone = visits.modality == PHONE
    phone_codes = np.where(recent & ~medicare, code("98013"), np.where(recent, code("98016"), code("99442")))
    hcpcs = np.where(phone, phone_codes, hcpcs)
    video = visits.modality == VIDEO
    hcpcs = np.where(video & recent & ~medicare & (rng.random(n) < 0.3), code("98005"), hcpcs)
    site_kind = world.practices.kind[visits.site]
    clinic = np.select(
        [site_kind == PRACTICE_TYPES.index(name) for name in ("fqhc", "rhc", "hospital_owned", "school_based")],
        [code("50"), code("72"), code("22"), code("03")], code("11"),
    )  # fmt: skip
    pos = np.where(video | phone, np.where(rng.random(n) < 0.8, code("10"), code("02")), clinic)
    chronic = block.people.chronic[visits.person]
    main = np.where(chronic.any(axis=1), np.argmax(chronic * rng.random(chronic.shape), axis=1), -1)
    chronic_dx = np.where(main >= 0, code.many(CHRONIC_DX)[main], code("Z719"))
    sick_dx = code.many(SICK_DX)[rng.integers(0, len(SICK_DX), n)]
    well_dx = np.where(
        age >= 18, np.where(rng.random(n) < 0.7, code("Z0000"), code("Z0001")),
        np.where(rng.random(n) < 0.75, code("Z00129"), code("Z00121")),
    )  # fmt: skip
    dx1 = np.where(well, well_dx, np.where(visits.kind == CHRONIC_CARE, chronic_dx, sick_dx))
    dx1 = np.where(visits.kind == AFTER_DISCHARGE, code("Z09"), dx1)
    dx2 = np.where(main >= 0, code.many(CHRONIC_DX)[main], -1)
    dx2 = np.where(block.people.hysterectomy[visits.person] & well, code("Z90710"), dx2)
    smoker = (visits.person * 7 + 3) % 11 < 2
    dx2 = np.where((dx2 < 0) & smoker & (age >= 18), code("F17210"), dx2)
    return {"hcpcs": hcpcs, "pos": pos, "modifier": np.where(video, code("95"), -1), "dx1": dx1, "dx2": dx2}


def transition_codes(
    claims: Claims, rng: np.random.Generator, world: World, care: Care, hcpcs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Transitional care codes on visits after discharge, and whether the drug lists were compared."""
    visits = care.visits
    after = visits.kind == AFTER_DISCHARGE
    reconciled = after & world.happens(rng, "med_reconciled", visits.practice, visits.month)
    managed = reconciled & (rng.random(len(visits)) < 0.5)
    wait = days_since_discharge(care)
    hcpcs = np.where(managed & (wait <= 7), claims.code("99496"), hcpcs)
    hcpcs = np.where(managed & (wait > 7) & (wait <= 14), claims.code("99495"), hcpcs)
    return hcpcs, reconciled


def days_since_discharge(care: Care) -> np.ndarray:
    """Days from the person's latest discharge before each visit; large where there was none."""
    stays, visits = care.stays, care.visits
    order = np.lexsort((stays.discharge, stays.person))
    horizon = 10_000_000
    key = stays.person[order] * horizon + stays.discharge[order].astype(int)
    at = np.searchsorted(key, visits.person * horizon + visits.day.astype(int), side="right") - 1
    wait = visits.person * horizon + visits.day.astype(int) - np.append(key, -horizon)[at]
    return np.minimum(wait, horizon)


def add_visits(
    claims: Claims, rng: np.random.Generator, world: World, block: Block, care: Care, prevention: Prevention
) -> None:
    code, visits, screens = claims.code, care.visits, prevention.screens
    n = len(visits)
    codes = visit_codes(claims, rng, world, block, care)
    codes["hcpcs"], reconciled = transition_codes(claims, rng, world, care, codes["hcpcs"])
    claim = claims.new(n)
    billing = world.providers.organisation[visits.site]
    of_group = rng.random(n) < 0.02
    rendering = np.where(of_group, billing, visits.clinician)

    def extra(mask: np.ndarray, hcpcs: str | np.ndarray, line: int, charge: float = 0.01) -> None:
        rows = np.flatnonzero(mask)
        if isinstance(hcpcs, np.ndarray):
            hcpcs = hcpcs[rows]
        claims.add(claim[rows], visits.person[rows], visits.day[rows], line=line, pos=codes["pos"][rows],
                   hcpcs=hcpcs, rendering=rendering[rows], billing=billing[rows], dx1=codes["dx1"][rows],
                   dx2=codes["dx2"][rows], charge=charge)  # fmt: skip

    claims.add(claim, visits.person, visits.day, line=2, pos=codes["pos"], hcpcs=codes["hcpcs"],
               modifier=codes["modifier"], rendering=rendering, billing=billing, dx1=codes["dx1"], dx2=codes["dx2"],
               charge=90 + 80 * rng.random(n))  # fmt: skip
    health_center = (world.practices.kind[visits.site] == PRACTICE_TYPES.index("fqhc")) & (visits.modality == 0)
    extra(health_center, "T1015", 1, 180.0)
    medicare = is_medicare(block, visits.person, visits.month)
    billed = rng.random((5, n)) < 0.65
    extra(screens["depression_screen"] & billed[0], np.where(medicare, code("G0444"), code("96127")), 3, 8.0)
    extra(screens["tobacco_screen"] & billed[1], np.where(rng.random(n) < 0.25, code("99406"), code("1036F")), 4)
    falls = np.where(rng.random(n) < 0.5, code("1101F"), code("3288F"))
    extra(screens["fall_screen"] & (billed[2] | ~billed[3]), falls, 5)
    extra(screens["fall_screen"] & billed[3] & (block.people.gender[visits.person] == 1), "1090F", 6)
    extra(screens["sdoh_screen"] & (rng.random(n) < 0.2), "G0136", 7, 18.0)
    extra(screens["med_review"], "1159F", 8)
    extra(screens["med_review"], "1160F", 9)
    extra(reconciled & (rng.random(n) < 0.7), "1111F", 10)
    extra(visits.extended & (rng.random(n) < 0.6), "99051", 11, 25.0)
    extra((visits.kind == AFTER_DISCHARGE) & (rng.random(n) < 0.10), "99490", 12, 60.0)


def add_laboratory(claims: Claims, rng: np.random.Generator, world: World, block: Block, care: Care) -> None:
    """Panels drawn at visits, done by a reference laboratory; repeats come from another one soon after."""
    visits = care.visits
    likely = np.where(np.isin(visits.kind, (CHRONIC_CARE, PREVENTIVE)), 0.55, 0.18)
    drawn = visits.take((rng.random(len(visits)) < likely) & (block.age_on(visits.person, visits.day) > 10))
    n = len(drawn)
    panel = pick_from(rng, (0.34, 0.28, 0.17, 0.15, 0.06), n)
    laboratories = world.providers.of_kind("291U00000X")
    lab = laboratories[drawn.site % len(laboratories)]
    other = laboratories[(drawn.site + 1) % len(laboratories)]
    repeated = rng.random(n) < np.minimum(world.rate("repeat_test", drawn.practice, drawn.month), 0.5)
    again = np.flatnonzero(repeated)
    later = drawn.day[again] + 1 + (rng.random(len(again)) * REPEAT_WINDOW[panel[again]]).astype(int)
    code = claims.code
    dx = code.many(CHRONIC_DX)[rng.integers(0, len(CHRONIC_DX), n)]
    tests = code.many(PANELS_OF_TESTS)

    def bill(rows: np.ndarray, day: np.ndarray, lab: np.ndarray) -> None:
        common = {"pos": "81", "rendering": lab, "billing": lab, "dx1": dx[rows]}
        claim = claims.new(len(rows))
        declared = np.where(rng.random(len(rows)) < 0.03, code("91"), -1)
        claims.add(claim, drawn.person[rows], day, hcpcs=tests[panel[rows]], modifier=declared, charge=25.0, **common)
        more = np.flatnonzero((panel[rows] < 2) & (rng.random(len(rows)) < 0.5))
        chosen = {k: v[more] if isinstance(v, np.ndarray) else v for k, v in common.items()}
        beside = tests[1 - panel[rows[more]]]
        claims.add(claim[more], drawn.person[rows[more]], day[more], line=2, hcpcs=beside, charge=20.0, **chosen)
        claims.add(claim, drawn.person[rows], day, line=3, hcpcs="36415", charge=5.0, **common)

    bill(np.arange(n), drawn.day, lab)
    bill(again, later, other[again])


def add_emergency(claims: Claims, rng: np.random.Generator, care: Care, world: World) -> None:
    code, visits = claims.code, care.ed_visits
    dx = np.where(
        visits.level < 2, code.many(LOW_ACUITY_DX)[visits.dx % len(LOW_ACUITY_DX)],
        code.many(HIGH_ACUITY_DX)[visits.dx % len(HIGH_ACUITY_DX)],
    )  # fmt: skip
    levels = code.many(("99281", "99282", "99283", "99284", "99285"))[visits.level]
    walk_in = visits.urgent_care
    centers = world.providers.of_kind("261QU0200X")
    rows = np.flatnonzero(walk_in)
    center = centers[visits.hospital[rows] % len(centers)]
    claims.add(claims.new(len(rows)), visits.person[rows], visits.day[rows], pos="20", hcpcs="S9083",
               rendering=center, billing=center, dx1=dx[rows], charge=140.0)  # fmt: skip
    rows = np.flatnonzero(~walk_in)
    seen = visits.take(rows)
    facility = {"kind": INSTITUTIONAL, "bill": "0131", "billing": seen.hospital, "facility": seen.hospital,
                "dx1": dx[rows], "dispo": "01", "hour": seen.hour, "admit_type": "1"}  # fmt: skip
    claim = claims.new(len(rows))
    claims.add(
        claim, seen.person, seen.day, rev="0450", hcpcs=levels[rows], charge=600 + 400.0 * seen.level, **facility
    )
    pictured = np.flatnonzero(rng.random(len(rows)) < 0.35)
    images = code.many(IMAGING[:4])[rng.integers(0, 4, len(pictured))]
    part = {name: value[pictured] if isinstance(value, np.ndarray) else value for name, value in facility.items()}
    claims.add(claim[pictured], seen.person[pictured], seen.day[pictured], line=2, rev="0320", hcpcs=images,
               charge=350.0, **part)  # fmt: skip
    claims.add(claims.new(len(rows)), seen.person, seen.day, pos="23", hcpcs=levels[rows], rendering=seen.hospital,
               billing=seen.hospital, facility=seen.hospital, dx1=dx[rows], charge=250.0)  # fmt: skip


def add_stays(claims: Claims, rng: np.random.Generator, world: World, block: Block, care: Care) -> None:
    code, stays, providers = claims.code, care.stays, world.providers
    n = len(stays)
    dx = code.many(tuple(d for d, _ in ACUTE_REASONS))[stays.reason]
    drg = code.many(tuple(g for _, g in ACUTE_REASONS))[stays.reason]
    special = [stays.kind == kind for kind in (1, 2, 3, 4)]
    dx = np.select(special, [code("O80"), code("Z3800"), code("F332"), code("Z5111")], dx)
    drg = np.select(special, [code("807"), code("795"), code("885"), code("847")], drg)
    room = np.select(special, [code("0122"), code("0170"), code("0124"), code("0120")], code("0120"))
    psychiatric = providers.of_kind("283Q00000X")
    hospital = np.where(stays.kind == 3, psychiatric[stays.hospital % len(psychiatric)], stays.hospital)
    dispo = code.many(DISPOSITIONS)[stays.dispo]
    admit_type = np.select([stays.kind == 2, stays.kind == 4], [code("4"), code("3")], code("1"))

    def inpatient(rows: np.ndarray, admit: np.ndarray, out: np.ndarray, where: np.ndarray, how: np.ndarray) -> None:
        nights = np.maximum((out - admit).astype(int), 1)
        common = {
            "kind": INSTITUTIONAL, "bill": "0111", "end": out, "admit": admit, "discharge": out, "dispo": how,
            "admit_type": admit_type[rows], "admit_source": "1", "drg": drg[rows], "billing": where,
            "facility": where, "dx1": dx[rows], "dx2": code("I10"), "hour": stays.hour[rows],
        }  # fmt: skip
        claim = claims.new(len(rows))
        person = stays.person[rows]
        claims.add(claim, person, admit, rev=room[rows], units=nights, charge=2500.0 * nights, **common)
        claims.add(claim, person, admit, line=2, rev="0250", charge=400.0 * nights, **common)

    moved = np.flatnonzero(stays.transferred & (stays.nights > 1) & (stays.dispo < 5))
    whole = np.flatnonzero(~stays.observed & ~np.isin(np.arange(n), moved))
    inpatient(whole, stays.day[whole], stays.discharge[whole], hospital[whole], dispo[whole])
    between = stays.day[moved] + 1
    inpatient(moved, stays.day[moved], between, hospital[moved], np.full(len(moved), code("02")))
    general = providers.of_kind("282N00000X")
    second = general[(np.searchsorted(general, stays.hospital[moved]) + 1) % len(general)]
    inpatient(moved, between, stays.discharge[moved], second, dispo[moved])

    watched = np.flatnonzero(stays.observed)
    claims.add(claims.new(len(watched)), stays.person[watched], stays.day[watched], kind=INSTITUTIONAL, bill="0131",
               rev="0762", hcpcs="G0378", units=24, end=stays.discharge[watched], billing=hospital[watched],
               facility=hospital[watched], dx1=code("R079"), dispo="01", charge=1800.0)  # fmt: skip
    rounds = np.flatnonzero(~stays.observed & (stays.kind != 2))
    claims.add(claims.new(len(rounds)), stays.person[rounds], stays.day[rounds], pos="21", hcpcs="99223",
               rendering=hospital[rounds], billing=hospital[rounds], facility=hospital[rounds], dx1=dx[rounds],
               charge=240.0)  # fmt: skip
    nursing = np.flatnonzero((stays.dispo == 2) & (stays.discharge + 14 <= world.timeline.end))
    homes = providers.of_kind("314000000X")
    home = homes[stays.hospital[nursing] % len(homes)]
    claims.add(claims.new(len(nursing)), stays.person[nursing], stays.discharge[nursing], kind=INSTITUTIONAL,
               bill="0211", rev="0022", units=14, end=stays.discharge[nursing] + 14, admit=stays.discharge[nursing],
               discharge=stays.discharge[nursing] + 14, dispo="01", billing=home, facility=home, dx1=dx[nursing],
               charge=4200.0)  # fmt: skip
    # A long stay is billed in pieces: an interim bill (frequency 2) beside the final one.
    long = np.flatnonzero((stays.discharge - stays.day).astype(int) >= 7)
    claims.add(claims.new(len(long)), stays.person[long], stays.day[long], kind=INSTITUTIONAL, bill="0112",
               rev=room[long], units=5, end=stays.day[long] + 5, admit=stays.day[long], dispo="30",
               admit_type=admit_type[long], drg=drg[long], billing=hospital[long], facility=hospital[long],
               dx1=dx[long], charge=9000.0)  # fmt: skip


def add_specialists(claims: Claims, rng: np.random.Generator, world: World, block: Block, care: Care) -> None:
    """First visits after referrals, the specialist's own follow-up visits, and therapy for depression."""
    code = claims.code
    went = care.referrals.take(care.referrals.goes & (care.referrals.planned <= world.timeline.end))
    first = code.many(("99204", "99203", "99244", "99214"))[pick_from(rng, (0.4, 0.3, 0.15, 0.15), len(went))]
    common = {"pos": "11", "rendering": went.specialist, "billing": went.specialist}
    dx = code.many(REFERRAL_DX)[went.dx]
    claims.add(claims.new(len(went)), went.person, went.planned, hcpcs=first, dx1=dx, charge=220.0, **common)
    again = np.repeat(np.arange(len(went)), rng.poisson(1.1, len(went)))
    day = to_business_day(went.planned[again] + rng.integers(20, 240, len(again)))
    claims.add(claims.new(len(again)), went.person[again], day, pos="11", hcpcs="99214", dx1=dx[again], charge=140.0,
               rendering=went.specialist[again], billing=went.specialist[again])  # fmt: skip
    in_therapy = block.people.chronic[:, CHRONIC_DX.index("F329")] & (rng.random(len(block)) < 0.25)
    sessions = expand(rng, world, block, np.where(in_therapy[:, None], 1.2, 0.0) * np.ones(world.timeline.months))
    psychiatry = world.providers.of_kind("2084P0800X")
    therapist = psychiatry[sessions.person % len(psychiatry)]
    claims.add(claims.new(len(sessions)), sessions.person, to_business_day(sessions.day), pos="11", hcpcs="90834",
               rendering=therapist, billing=therapist, dx1="F329", charge=110.0)  # fmt: skip


def add_prevention(claims: Claims, rng: np.random.Generator, world: World, prevention: Prevention) -> None:
    code, tests = claims.code, prevention.cancer
    n = len(tests)
    centers, laboratories = world.providers.of_kind("261QR0200X"), world.providers.of_kind("291U00000X")
    pick = rng.random(n)
    hcpcs = np.select(
        [tests.test == 0, (tests.test == 1) & (pick < 0.75), tests.test == 1, pick < 0.60, pick < 0.72],
        [code("77067"), code("88175"), code("87624"), code("82274"), code("81528")], code("45378"),
    )  # fmt: skip
    scope = hcpcs == code("45378")
    where = np.where((tests.test == 0) | scope, centers[tests.person % len(centers)],
                     laboratories[tests.practice % len(laboratories)])  # fmt: skip
    dx = code.many(("Z1231", "Z124", "Z1211"))[tests.test]
    claims.add(claims.new(n), tests.person, tests.day, hcpcs=hcpcs, rendering=where, billing=where, dx1=dx,
               pos=np.where(tests.test == 0, code("49"), np.where(scope, code("24"), code("81"))),
               charge=np.where(scope, 1200.0, 140.0))  # fmt: skip
    shots = prevention.flu.take(prevention.flu.source == AT_PRACTICE)
    claim = claims.new(len(shots))
    common = {"pos": "11", "rendering": shots.clinician, "dx1": code("Z23"),
              "billing": world.providers.organisation[shots.practice]}  # fmt: skip
    claims.add(claim, shots.person, shots.day, hcpcs="90686", charge=25.0, **common)
    claims.add(claim, shots.person, shots.day, line=2, hcpcs="90471", charge=20.0, **common)


def add_others(claims: Claims, rng: np.random.Generator, world: World, block: Block, care: Care) -> None:
    """Imaging, hospice, and the rare histories that exclude somebody from screening."""
    code, visits = claims.code, care.visits
    imaged = visits.take((rng.random(len(visits)) < 0.07) & (block.age_on(visits.person, visits.day) > 12))
    centers = world.providers.of_kind("261QR0200X")
    center = centers[imaged.site % len(centers)]
    codes = code.many(IMAGING)[rng.integers(0, len(IMAGING), len(imaged))]
    day = to_business_day(imaged.day + rng.integers(1, 15, len(imaged)))
    claims.add(claims.new(len(imaged)), imaged.person, day, pos="49", hcpcs=codes, rendering=center, billing=center,
               dx1=code("R109"), charge=260.0)  # fmt: skip
    dying = np.flatnonzero(~np.isnat(block.people.death))
    in_hospice = dying[dying % 3 == 0]
    day = block.people.death[in_hospice] - 20
    covered = block.practice[in_hospice, world.timeline.month_of(day)] >= 0
    in_hospice, day = in_hospice[covered], day[covered]
    agency = world.providers.of_kind("251G00000X")[in_hospice % 2]
    claims.add(claims.new(len(in_hospice)), in_hospice, day, kind=INSTITUTIONAL, bill="0811", rev="0651",
               end=day + 15, units=15, billing=agency, facility=agency, dx1=code("C3490"), dispo="30",
               charge=3000.0)  # fmt: skip
    for share, dx in ((0.004, "Z9013"), (0.004, "C189"), (0.003, "Z940"), (0.003, "N186"), (0.004, "Z515"),
                      (0.004, "F3190"), (0.002, "Z7401")):  # fmt: skip
        marked = visits.take(rng.random(len(visits)) < share / 2.5)
        adult = marked.take(block.age_on(marked.person, marked.day) > 30)
        specialist = np.flatnonzero(world.providers.practice < 0)[0]
        claims.add(claims.new(len(adult)), adult.person, adult.day, pos="22", hcpcs="99214", rendering=specialist,
                   billing=specialist, dx1=code(dx), charge=180.0)  # fmt: skip


def settle(rng: np.random.Generator, world: World, lines: Events, claims: Claims) -> Events:
    """Give each claim its payment; append adjusted and voided versions; keep what was paid by the end."""
    count = claims.claims
    lag = np.clip(5 + rng.gamma(1.7, 15, count).astype(int), 5, 120)
    status = pick_from(rng, (0.93, 0.03, 0.005, 0.035), count)  # primary, secondary, tertiary, denied
    last_day = np.maximum(lines.end, lines.day)
    lines = lines.having(paid=last_day + lag[lines.claim], status=status[lines.claim])
    fate = rng.random(count)
    adjusted = lines.take(fate[lines.claim] < 0.006)
    adjusted = adjusted.having(paid=adjusted.paid + 20 + adjusted.claim % 40, status=np.zeros(len(adjusted), int))
    voided = (fate > 0.996)[lines.claim]
    void = lines.take(voided)
    inpatient = claims.code("0111")
    void = void.having(
        paid=void.paid + 15 + void.claim % 30, status=np.full(len(void), 4),
        bill=np.where(void.bill == inpatient, claims.code("0118"), void.bill),
    )  # fmt: skip
    everything = Events(**{
        name: np.concatenate([lines.columns[name], adjusted.columns[name], void.columns[name]])
        for name in lines.columns
    })  # fmt: skip
    return everything.take((everything.paid <= world.timeline.end) & (everything.day >= world.timeline.start))


def build_claims(world: World, block: Block, care: Care, prevention: Prevention) -> pa.Table:
    """Grain: claim x line x version (adjusted and voided claims keep their id and have a later paid_date)."""
    rng = stream(world.seed, "medical_claims", block.first)
    claims = Claims()
    add_visits(claims, rng, world, block, care, prevention)
    add_laboratory(claims, rng, world, block, care)
    add_emergency(claims, rng, care, world)
    add_stays(claims, rng, world, block, care)
    add_specialists(claims, rng, world, block, care)
    add_prevention(claims, rng, world, prevention)
    add_others(claims, rng, world, block, care)
    return as_table(world, block, settle(rng, world, claims.lines(), claims), claims.code)


def as_table(world: World, block: Block, lines: Events, code: Lexicon) -> pa.Table:
    n = len(lines)
    words = pa.array(code.words, pa.string())
    month = world.timeline.month_of(lines.day)
    lob = np.maximum(block.lob[lines.person, month], 0)
    tin, group = world.tins
    paid = np.where(lines.status == 3, 0.0, lines.charge * 0.62)
    columns = {
        "claim_id": identifiers("CL", block.first * 10**3 + lines.claim, 12),
        "claim_line_number": integers(lines.line),
        "claim_type": coded(lines.kind, ("institutional", "professional")),
        "person_id": block.person_id(lines.person),
        "member_id": block.member_id(lines.person, lob),
        "payer": constant("Sample Health Plan", n),
        "plan": coded(lob, tuple(f"sample_{name}" for name in LOBS)),
        "claim_start_date": dates(lines.day),
        "claim_end_date": dates(lines.end),
        "claim_line_start_date": dates(lines.day),
        "claim_line_end_date": dates(lines.end),
        "admission_date": dates(lines.admit),
        "discharge_date": dates(lines.discharge),
        "admit_source_code": coded(lines.admit_source, words),
        "admit_type_code": coded(lines.admit_type, words),
        "discharge_disposition_code": coded(lines.dispo, words),
        "place_of_service_code": coded(lines.pos, words),
        "bill_type_code": coded(lines.bill, words),
        "drg_code_type": coded(np.where(lines.drg >= 0, 0, -1), ("ms-drg",)),
        "drg_code": coded(lines.drg, words),
        "revenue_center_code": coded(lines.rev, words),
        "service_unit_quantity": numbers(lines.units, 0),
        "hcpcs_code": coded(lines.hcpcs, words),
        "hcpcs_modifier_1": coded(lines.modifier, words),
        **{f"hcpcs_modifier_{k}": null_column(n, pa.string()) for k in range(2, 6)},
        "rendering_npi": world.providers.text(lines.rendering),
        "rendering_tin": coded(np.where(lines.rendering < 0, -1, group[lines.rendering]), tin),
        "billing_npi": world.providers.text(lines.billing),
        "billing_tin": coded(group[lines.billing], tin),
        "facility_npi": world.providers.text(lines.facility),
        "paid_date": dates(lines.paid),
        "paid_amount": numbers(paid, 2),
        "allowed_amount": numbers(lines.charge * 0.7, 2),
        "charge_amount": numbers(lines.charge, 2),
        "diagnosis_code_type": constant("icd-10-cm", n),
        "diagnosis_code_1": coded(lines.dx1, words),
        "diagnosis_code_2": coded(lines.dx2, words),
        **{f"diagnosis_code_{k}": null_column(n, pa.string()) for k in range(3, 26)},
        "procedure_code_1": coded(lines.procedure, words),
        **{f"procedure_code_{k}": null_column(n, pa.string()) for k in range(2, 26)},
        "in_network_flag": integers(np.ones(n)),
        "claim_status_code": coded(lines.status, ("1", "2", "3", "4", "22")),
        "admit_hour": integers(np.maximum(lines.hour, 0), lines.hour < 0),
    }
    return pa.table(columns)
