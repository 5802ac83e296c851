"""Registers: practices, providers, affiliations, and what the practices attest about their listings."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from feeds.sample_plan.columns import coded, dates, identifiers, integers, joined, null_column, numbers, texts
from feeds.sample_plan.events import Events
from feeds.sample_plan.identifiers import phone, tin_hash
from feeds.sample_plan.membership import LOBS, practice_id
from feeds.sample_plan.places import COUNTIES, FIRST_NAMES, LAST_NAMES, PRACTICE_WORDS, STREETS
from feeds.sample_plan.randomness import pick_from, stream
from feeds.sample_plan.world import FIRST_ORGANISATION, OBGYN, PRACTICE_TYPES, TAXONOMIES, World

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
KIND_WORDS = {"fqhc": "Community Health Center", "rhc": "Rural Health Clinic", "retail": "Walk-In Care",
              "school_based": "School Health Center", "tribal": "Tribal Health Clinic"}  # fmt: skip
PANEL_WORDS = ("Family Medicine", "Pediatrics", "Internal Medicine")
SPOKEN = ("en", "es", "so", "ne", "ar", "ase")


def practice_names(world: World) -> list[str]:
    """Plausible and unique: word, city where needed, what it does."""
    taken: dict[str, int] = {}
    names = []
    rng = stream(world.seed, "practice_names")
    sites = world.practices
    for site in range(len(sites)):
        word = PRACTICE_WORDS[rng.integers(0, len(PRACTICE_WORDS))]
        what = KIND_WORDS.get(PRACTICE_TYPES[sites.kind[site]], PANEL_WORDS[sites.panel[site]])
        name = f"{word} {what}"
        if name in taken:
            name = f"{word} {what} of {COUNTIES[sites.county[site]].city}"
        taken[name] = taken.get(name, 0) + 1
        names.append(name if taken[name] == 1 else f"{name} {taken[name]}")
    return names


def office_hours(extended: bool, weekend: bool) -> str:
    hours = {day: ["08:00", "17:00"] for day in WEEKDAYS}
    if extended:
        hours["tue"] = hours["thu"] = ["08:00", "19:00"]
    if weekend:
        hours["sat"] = ["09:00", "13:00"]
    return json.dumps(hours)


def build_practices(world: World) -> pa.Table:
    """Grain: practice."""
    rng = stream(world.seed, "practices_feed")
    sites, providers = world.practices, world.providers
    n = len(sites)
    last = np.full(n, world.timeline.months - 1)
    everyone = np.arange(n)

    def field() -> np.ndarray:
        return world.happens(rng, "directory_field", everyone, last)

    counties = [COUNTIES[c] for c in sites.county]
    slug = [f"https://practice{i + 1:04d}.example.org" for i in range(n)]
    streets = [f"{rng.integers(10, 9900)} {STREETS[rng.integers(0, len(STREETS))]}" for _ in range(n)]
    weekend = sites.extended_hours & (rng.random(n) < 0.6)
    channels = rng.random((n, 5)) < np.array([0.0, 0.5, 0.2, 0.6, 0.35])
    channels[:, 0] = True
    has_web, has_contact = field(), rng.random(n) < 0.6
    return pa.table({
        "practice_id": practice_id(everyone),
        "practice_name": texts(practice_names(world)),
        "organization_npi": providers.text(providers.organisation),
        "tin_hash": texts([tin_hash(int(g)) for g in sites.organisation]),
        "practice_type": coded(sites.kind, PRACTICE_TYPES),
        "address": texts(streets),
        "city": texts([c.city for c in counties]),
        "state": texts([c.state for c in counties]),
        "zip_code": texts([f"{c.zip_prefix}{rng.integers(1, 99):02d}" for c in counties]),
        "county_fips": texts([c.fips for c in counties]),
        "time_zone": texts([c.time_zone for c in counties]),
        "phone": texts([phone(c.area_code, i) for i, c in enumerate(counties)]),
        "website_url": pa.array(np.where(has_web, np.array(slug, dtype=object), None), pa.string()),
        "digital_contact": texts([f"office@practice{i + 1:04d}.example.org" if has_contact[i] else None for i in range(n)]),
        "hours_json": texts([office_hours(bool(e), bool(w)) for e, w in zip(sites.extended_hours, weekend, strict=True)]),
        "scheduling_channels": joined(("phone", "website", "app", "portal", "walkin"), channels),
        "lob_participation": joined(LOBS, sites.lobs),
        "accessibility_office": integers(rng.random(n) < 0.93, ~field()),
        "accessibility_exam_room": integers(rng.random(n) < 0.85, ~field()),
        "accessibility_equipment": integers(rng.random(n) < 0.6, ~field()),
        "telehealth_offered": integers(sites.telehealth, ~field()),
        "active_start_date": dates(sites.opened),
        "active_end_date": dates(sites.closed),
    })  # fmt: skip


def build_providers(world: World) -> pa.Table:
    """Grain: NPI; clinicians first, then organisations, specialists and facilities."""
    rng = stream(world.seed, "providers_feed")
    providers, timeline = world.providers, world.timeline
    n = len(providers.npi)
    site = np.maximum(providers.practice, 0)
    last = np.full(n, timeline.months - 1)
    person = (providers.taxonomy < FIRST_ORGANISATION).astype(bool)
    first = coded(np.where(person, rng.integers(0, len(FIRST_NAMES), n), -1), FIRST_NAMES)
    organisation_names = practice_names(world)
    last_names = [
        LAST_NAMES[k] if p else (organisation_names[h] if h >= 0 else f"Sample {TAXONOMIES[t][1]} {i % 97 + 1}")
        for i, (k, p, h, t) in enumerate(
            zip(rng.integers(0, len(LAST_NAMES), n), person, providers.practice, providers.taxonomy, strict=True))
    ]  # fmt: skip
    trained = world.happens(rng, "clas_training", site, last) & (providers.practice >= 0) & person
    training = timeline.end - np.where(trained, rng.integers(20, 690, n), rng.integers(760, 1500, n))
    untrained = ~person | (~trained & (rng.random(n) < 0.6))
    languages = rng.random((n, len(SPOKEN))) < np.array([1.0, 0.12, 0.02, 0.02, 0.04, 0.01])
    languages &= (person & world.happens(rng, "directory_field", site, last))[:, None]
    return pa.table({
        "npi": providers.npi_text,
        "first_name": first,
        "last_name": texts(last_names),
        "primary_taxonomy_code": coded(providers.taxonomy, [t[0] for t in TAXONOMIES]),
        "secondary_taxonomy_codes": null_column(n, pa.string()),
        "specialty": coded(providers.taxonomy, [t[1] for t in TAXONOMIES]),
        "sub_specialty": null_column(n, pa.string()),
        "entity_type": integers(np.where(person, 1, 2)),
        "languages": joined(SPOKEN, languages),
        "clas_training_date": dates(training, untrained),
        "network_status": coded((~np.isnat(providers.end)).astype(int), ("active", "termed")),
        "network_start_date": dates(providers.start),
        "network_end_date": dates(providers.end),
    })  # fmt: skip


@dataclass(frozen=True)
class Listings:
    """Clinician x practice, the rows of `provider_affiliations`."""

    rows: Events

    @property
    def affiliation_id(self) -> pa.Array:
        return identifiers("AF", np.arange(len(self.rows)) + 1, 6)


def build_listings(world: World) -> Listings:
    rng = stream(world.seed, "listings")
    providers, timeline = world.providers, world.timeline
    clinician = np.arange(providers.clinicians)
    second = np.flatnonzero(providers.second_practice[: providers.clinicians] >= 0)
    who = np.concatenate([clinician, second])
    site = np.concatenate([providers.practice[clinician], providers.second_practice[second]])
    main = np.arange(len(who)) < len(clinician)
    begin = np.where(main, providers.start[who], np.maximum(providers.start[who] + 90, world.practices.opened[site]))
    end = np.fmin(providers.end[who], world.practices.closed[site])
    real = (begin <= timeline.end) & ~(end <= begin)
    rows = Events(clinician=who, site=site, main=main, begin=begin, end=end).take(real)
    n = len(rows)
    pcp = providers.taxonomy[rows.clinician] != OBGYN
    return Listings(rows.having(
        pcp=pcp, listed=rng.random(n) > 0.03, accepting=rng.random(n) < 0.82, fte=np.where(rows.main, 0.9, 0.3),
        order=rng.random(n),
    ))  # fmt: skip


def build_affiliations(world: World, listings: Listings) -> pa.Table:
    """Grain: provider x practice x span."""
    rng = stream(world.seed, "provider_affiliations")
    rows = listings.rows
    n = len(rows)
    panel = world.practices.panel[rows.site]
    lobs = world.practices.lobs[rows.site]
    return pa.table({
        "affiliation_id": listings.affiliation_id,
        "npi": world.providers.text(rows.clinician),
        "practice_id": practice_id(rows.site),
        "start_date": dates(rows.begin),
        "end_date": dates(rows.end),
        "pcp_flag": integers(rows.pcp),
        "accepting_new_patients": integers(rows.accepting, ~world.happens(
            rng, "directory_field", rows.site, np.full(n, world.timeline.months - 1))),
        "accepting_new_medicaid": integers(rows.accepting & lobs[:, 0]),
        "accepting_new_marketplace": integers(rows.accepting & lobs[:, 1]),
        "accepting_new_medicare": integers(rows.accepting & lobs[:, 2]),
        "panel_limit": integers(rng.choice([600, 1200, 1800, 2400], n), ~rows.pcp),
        "panel_age_min": integers(np.array([0, 0, 18])[panel]),
        "panel_age_max": integers(np.array([120, 21, 120])[panel]),
        "listed_in_directory": integers(rows.listed),
        "fte": numbers(rows.fte, 2),
    })  # fmt: skip


def build_attestations(world: World, listings: Listings) -> pa.Table:
    """Grain: listing x verification event, about every quarter; careless practices let it lapse."""
    rng = stream(world.seed, "directory_attestations")
    timeline, rows = world.timeline, listings.rows
    quarters = np.arange(0, timeline.months, 2)
    listing = np.repeat(np.arange(len(rows)), len(quarters))
    month = np.tile(quarters, len(rows))
    day = timeline.month_starts[month] + rng.integers(0, 58, len(month))
    site = rows.site[listing]
    # One diligence draw a practice and two months: an office attests for all its clinicians or for none.
    office = rng.random((len(world.practices), timeline.months))[site, month]
    lapses = office > world.chance("attested_in_time", site, month)
    outcome = np.where(lapses, np.where(rng.random(len(month)) < 0.5, 2, 4), pick_from(rng, (0.82, 0.18), len(month)))
    # Those in step attest each second month; the rest of the time nothing is asked.
    real = (outcome < 4) & (day >= rows.begin[listing]) & ~(day > rows.end[listing]) & (day <= timeline.end)
    rng_equal = world.chance(
        "hours_equal", np.arange(len(world.practices)), np.full(len(world.practices), timeline.months - 1)
    )
    equal = (rng.random(len(world.practices)) < rng_equal)[site]
    listing, month, day, site, outcome, equal = (v[real] for v in (listing, month, day, site, outcome, equal))
    n = len(listing)
    clinician = rows.clinician[listing]
    full = np.where(world.practices.extended_hours[site], 44.0, 40.0)
    updated = outcome == 1
    changed = pick_from(rng, (0.3, 0.25, 0.25, 0.2), n)
    effective = day - rng.integers(0, 45, n)
    reported = effective + rng.integers(0, 12, n)
    reported = np.minimum(reported, day)
    return pa.table({
        "attestation_id": identifiers("AT", np.arange(n) + 1, 8),
        "npi": world.providers.text(clinician),
        "practice_id": practice_id(site),
        "verified_at": dates(day),
        "method": coded(pick_from(rng, (0.5, 0.2, 0.2, 0.06, 0.04), n), ("portal", "caqh", "roster", "phone", "mail")),
        "outcome": coded(outcome, ("confirmed", "updated", "no_response", "removed")),
        "changed_fields": coded(np.where(updated, changed, -1), ("phone", "address", "accepting_new|panel_limit", "hours")),
        "change_effective_date": dates(effective, ~updated),
        "change_reported_date": dates(reported, ~updated),
        "directory_published_date": dates(np.minimum(day + rng.integers(0, 5, n), timeline.end), ~updated),
        "weekly_hours_medicaid": numbers(np.where(equal, full, full - 8), 1),
        "weekly_hours_commercial": numbers(full, 1),
        "weekly_hours_all": numbers(full, 1),
        "accepting_new_medicaid": integers(rows.accepting[listing] & world.practices.lobs[site, 0]),
        "languages": coded(pick_from(rng, (0.85, 0.15), n), ("en", "en|es")),
        "cultural_competence_training": integers(rng.random(n) < 0.8),
        "attested_by_role": coded(pick_from(rng, (0.6, 0.3, 0.1), n), ("office_manager", "credentialing", "provider")),
    })  # fmt: skip
