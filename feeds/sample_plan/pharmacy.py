"""Pharmacy claims of a block: long-term drugs filled month after month, short courses, flu shots."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan.care import PREVENTIVE, SICK, Care
from feeds.sample_plan.columns import coded, constant, dates, identifiers, integers, numbers
from feeds.sample_plan.events import Events
from feeds.sample_plan.membership import LOBS, Block
from feeds.sample_plan.prevention import AT_PHARMACY, Prevention
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.world import World

# ingredient, RxNorm ingredient, NDC of the covered product, generic, chronic condition it treats (-1 = short course)
DRUGS = (
    ("lisinopril", "29046", "68180051301", 1, 0), ("amlodipine", "17767", "59762153001", 1, 0),
    ("metformin", "6809", "00093104801", 1, 1), ("empagliflozin", "1545653", "00597015230", 0, 1),
    ("albuterol", "435", "00173068220", 1, 2), ("fluticasone", "41126", "00173071920", 0, 2),
    ("sertraline", "36437", "16714061101", 1, 3), ("bupropion", "42347", "43598063830", 1, 3),
    ("furosemide", "4603", "00054429725", 1, 4), ("carvedilol", "20352", "68382009301", 1, 4),
    ("losartan", "52175", "65862020190", 1, 5), ("sevelamer", "214824", "00955104890", 1, 5),
    ("atorvastatin", "83367", "00378395077", 1, 6), ("rosuvastatin", "301542", "00310075590", 0, 6),
    ("amoxicillin", "723", "00093310905", 1, -1), ("azithromycin", "18631", "59762306001", 1, -1),
    ("ibuprofen", "5640", "53746046505", 1, -1), ("prednisone", "8640", "00591544301", 1, -1),
    ("omeprazole", "7646", "62175011832", 1, -1), ("cetirizine", "20610", "45802091987", 1, -1),
    ("cephalexin", "2231", "00093314501", 1, -1), ("cyclobenzaprine", "21949", "52817033210", 1, -1),
)  # fmt: skip
FLU_VACCINE_NDC = "49281042250"
SHORT_COURSES = tuple(i for i, d in enumerate(DRUGS) if d[4] < 0)
COVERAGE_REJECTS = ("70", "75", "76", "MR", "608")
OTHER_REJECTS = ("79", "65", "69")


def ndc_text() -> tuple[str, ...]:
    return tuple(d[2] for d in DRUGS)


def long_term_fills(rng: np.random.Generator, world: World, block: Block) -> Events:
    """A fill a month (or a quarter) for each drug of each condition; a new prescription about once a year."""
    months = np.arange(world.timeline.months)
    found = []
    for drug, (_, _, _, _, condition) in enumerate(DRUGS):
        if condition < 0:
            continue
        share = 0.85 if drug % 2 == 0 else 0.55
        who = np.flatnonzero(block.people.chronic[:, condition] & (rng.random(len(block)) < share))
        quarterly = rng.random(len(who)) < 0.60
        phase = rng.integers(0, 12, len(who))
        due = ~quarterly[:, None] | ((months + phase[:, None]) % 3 == 0)
        due &= (block.practice[who] >= 0) & (rng.random((len(who), len(months))) < 0.85)
        row, month = np.nonzero(due)
        found.append(Events(
            person=who[row], month=month, drug=np.full(len(row), drug),
            supply=np.where(quarterly[row], 90, 30),
            fill=((month + phase[row]) % 12) // np.where(quarterly[row], 3, 1),
        ))  # fmt: skip
    fills = Events(**{name: np.concatenate([f.columns[name] for f in found]) for name in found[0].columns})
    day = world.timeline.month_starts[fills.month] + rng.integers(0, 28, len(fills))
    return fills.having(day=day, practice=block.practice[fills.person, fills.month],
                        clinician=block.clinician[fills.person, fills.month])  # fmt: skip


def short_fills(rng: np.random.Generator, world: World, care: Care) -> Events:
    visits = care.visits.take(np.isin(care.visits.kind, (SICK, PREVENTIVE)))
    visits = visits.take(rng.random(len(visits)) < np.where(visits.kind == SICK, 0.62, 0.15))
    n = len(visits)
    return Events(
        person=visits.person, month=visits.month, drug=np.array(SHORT_COURSES)[rng.integers(0, len(SHORT_COURSES), n)],
        supply=rng.choice([7, 10, 14, 30], n), fill=np.zeros(n, dtype=int), day=visits.day + rng.integers(0, 2, n),
        practice=visits.site, clinician=visits.clinician,
    )  # fmt: skip


def build_pharmacy_claims(world: World, block: Block, care: Care, prevention: Prevention) -> pa.Table:
    """Grain: claim line, one a claim; a rejected claim that was mended is followed by a paid one."""
    rng = stream(world.seed, "pharmacy_claims", block.first)
    parts = [long_term_fills(rng, world, block), short_fills(rng, world, care)]
    fills = Events(**{name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns})
    fills = fills.take(block.alive_on(fills.person, fills.day) & (fills.day <= world.timeline.end))
    first = fills.fill == 0
    covered = world.happens(rng, "on_formulary", fills.practice, fills.month)
    refused = first & world.happens(rng, "coverage_reject", fills.practice, fills.month)
    other = ~refused & (rng.random(len(fills)) < 0.015)
    mended = np.flatnonzero((refused | other) & (rng.random(len(fills)) < 0.7))
    repeat = fills.take(mended)
    repeat = repeat.having(day=repeat.day + rng.integers(0, 6, len(repeat)))
    shots = prevention.flu.take(prevention.flu.source == AT_PHARMACY)
    n_first, n_again = len(fills), len(mended)
    rejected = np.concatenate([refused | other, np.zeros(n_again, bool)])
    coverage = np.concatenate([refused, np.zeros(n_again, bool)])
    formulary = np.concatenate([covered, covered[mended]])
    rows = Events(**{name: np.concatenate([fills.columns[name], repeat.columns[name]]) for name in fills.columns})
    claim = np.arange(n_first + n_again + len(shots))
    n = len(rows)
    paid_status = np.where(rejected, 1, np.where(rng.random(n) < 0.012, 2, 0))
    rows = rows.having(
        status=paid_status, formulary=formulary, coverage=coverage & rejected, other=rejected & ~coverage
    )
    flu = Events(
        person=shots.person, month=shots.month, drug=np.full(len(shots), len(DRUGS)), supply=np.ones(len(shots), int),
        fill=np.zeros(len(shots), int), day=shots.day, practice=shots.practice, clinician=np.full(len(shots), -1),
        status=np.zeros(len(shots), int), formulary=np.ones(len(shots), bool), coverage=np.zeros(len(shots), bool),
        other=np.zeros(len(shots), bool),
    )  # fmt: skip
    rows = Events(**{name: np.concatenate([rows.columns[name], flu.columns[name]]) for name in flu.columns})
    return as_table(rng, world, block, rows.having(claim=claim))


def as_table(rng: np.random.Generator, world: World, block: Block, rows: Events) -> pa.Table:
    paid = rows.day + np.clip(5 + rng.gamma(1.5, 4, len(rows)).astype(int), 5, 120)
    known = paid <= world.timeline.end
    rows, paid = rows.take(known), paid[known]
    n = len(rows)
    month = world.timeline.month_of(rows.day)
    lob = np.maximum(block.lob[rows.person, month], 0)
    pharmacies = world.providers.of_kind("3336C0003X")
    generic = np.array([d[3] for d in DRUGS] + [0])[rows.drug]
    # An uncovered prescription is for the brand: same ingredient, another product.
    brand = ~rows.formulary
    ndc = pa.array([d[2] for d in DRUGS] + [FLU_VACCINE_NDC] + [f"{99000 + i}0{i:03d}01"[:11] for i in range(len(DRUGS))],
                   pa.string())  # fmt: skip
    position = np.where(brand & (rows.drug < len(DRUGS)), rows.drug + len(DRUGS) + 1, rows.drug)
    status = np.where(brand, 2 + (rng.random(n) < 0.3), (rng.random(n) < 0.15).astype(int))
    status = np.where(rng.random(n) < 0.004, 4, status)
    reject = np.where(rows.coverage, pick_from(rng, (0.40, 0.30, 0.12, 0.10, 0.08), n),
                      np.where(rows.other, 5 + pick_from(rng, (0.7, 0.15, 0.15), n), -1))  # fmt: skip
    price = (8 + 0.6 * rows.supply) * np.where(generic == 1, 1.0, 6.0)
    is_paid = rows.status == 0
    reversed_ = rows.status == 2
    return pa.table({
        "claim_id": identifiers("RX", block.first * 1000 + rows.claim, 12),
        "claim_line_number": integers(np.ones(n)),
        "person_id": block.person_id(rows.person),
        "member_id": block.member_id(rows.person, lob),
        "payer": constant("Sample Health Plan", n),
        "plan": coded(lob, tuple(f"sample_{name}" for name in LOBS)),
        "prescribing_provider_npi": world.providers.text(rows.clinician),
        "dispensing_provider_npi": world.providers.text(pharmacies[rows.person % len(pharmacies)]),
        "dispensing_date": dates(rows.day),
        "ndc_code": coded(position, ndc),
        "quantity": numbers(rows.supply * np.where(rows.drug % 3 == 0, 2, 1), 1),
        "days_supply": integers(rows.supply),
        "refills": integers(np.where(rows.supply >= 30, 11, 0)),
        "paid_date": dates(paid),
        "paid_amount": numbers(np.where(is_paid, price, 0.0), 2),
        "copayment_amount": numbers(np.where(is_paid, np.where(lob == 1, 10.0, 1.0), 0.0), 2),
        "in_network_flag": integers(np.ones(n)),
        "fill_number": integers(rows.fill),
        "claim_status": coded(np.where(reversed_, 2, rows.status), ("paid", "rejected", "reversed")),
        "reject_code_1": coded(reject, (*COVERAGE_REJECTS, *OTHER_REJECTS)),
        "reject_code_2": coded(np.where(rows.coverage & (rng.random(n) < 0.05), 2, -1), COVERAGE_REJECTS),
        "reject_code_3": coded(np.full(n, -1), COVERAGE_REJECTS),
        "formulary_status": coded(status, ("preferred", "non_preferred_covered", "non_formulary", "excluded", "unknown")),
        "generic_flag": integers(np.where(brand, 0, generic)),
        "ingredient_rxcui": coded(np.where(rows.drug < len(DRUGS), rows.drug, -1), [d[1] for d in DRUGS]),
    })  # fmt: skip
