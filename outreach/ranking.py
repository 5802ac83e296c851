"""The order of the list: who comes first, in which tier, and what has changed since the last one."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from outreach.choices import DEFAULT, Choices
from outreach.marts import open_marts, practice_by_practice, records, steps
from outreach.reasons import Slot, Trigger, nothing_to_say, pick
from outreach.safe_text import cell

# What comes first within a band, by the plan's choice. Without a model risk is null, and what remains decides:
# more duties missed, then weaker steps. Practices that nothing is known of stand last: no data is no good news,
# but there is nothing to say to them yet. Ties fall by id.
ORDER_BY = {
    "members_helped": "expected_members_affected desc nulls last, risk desc nulls last",
    "risk": "risk desc nulls last, members desc nulls last",
    "members": "members desc nulls last, risk desc nulls last",
}
WITHOUT_MODEL = "n_hard_fails desc"
IN_WORDS = {
    "members_helped": "those where help is expected to reach most members",
    "risk": "those at the highest risk",
    "members": "those with most members",
}
AVERAGE_RISK = 0.25  # the lowest quarter of a wave is a quarter of the practices
IN_WORDS_WITHOUT_MODEL = "those that miss most duties and have the weakest steps"

# One row a practice that is active on the as-of date. Hard compliance failures are a band of their own, first.
RANKED = """
with scored as (
    select
        d.practice_id, d.practice_name, d.phone, d.city, d.state, d.county_fips,
        r.risk, r.risk_low, r.risk_high, r.model_version, r.path,
        s.members, r.risk * s.members as expected_members_affected,
        s.hard_fail, s.data_gap_count as data_gaps,
        coalesce(len(string_split(s.hard_fail, ';')), 0) as n_hard_fails,
        {weakness} as weakness
    from dim_practice as d
    inner join practice_scorecard as s on s.practice_id = d.practice_id and s.as_of_date = $as_of
    left join practice_risk as r on r.practice_id = d.practice_id and r.as_of_date = $as_of and r.path <> 'no_model'
    where s.is_active
),
contacts as (
    select
        *,
        case
            when outcome = 'declined' then contact_date + $rest_days
            when completed_date is null then follow_up_due_date
        end as rest_until
    from outreach_contact
    where contact_date <= $as_of
    qualify row_number() over (partition by practice_id order by contact_date desc, outreach_id desc) = 1
)
select
    row_number() over (
        order by scored.hard_fail is not null desc, {order_by}, scored.weakness desc nulls last, scored.practice_id
    ) as rank,
    scored.*,
    contacts.contact_date as last_contact_date,
    contacts.outcome as last_outcome,
    case when contacts.rest_until > $as_of then contacts.rest_until end as rest_until
from scored
left join contacts on contacts.practice_id = scored.practice_id
order by rank
"""

# Pairs of an action and a metric that calls for it: missed, or below target without certainty. A metric of few people
# may be missed without a number to show.
TRIGGERS = """
with advised as (
    select unnest(string_split(triggers, ';')) as metric_id, * exclude (triggers)
    from ref_action
)
select
    m.practice_id, m.metric_id, m.name, advised.step_code, m.unit, m.status,
    m.value, m.median_value, m.target, m.before_value, m.before_date,
    coalesce(abs(m.value - m.target) / greatest(abs(m.target), 0.01), 0) as gap,
    m.is_hard and m.status = 'not_met' as is_hard_failure,
    advised.action_code, advised.advice, advised.plan_support
from practice_metric as m
inner join advised on advised.metric_id = m.metric_id
where m.status in ('not_met', 'uncertain')
order by m.practice_id, m.metric_id, advised.action_code
"""
MEASURED = """
select practice_id, count(*) as measured
from practice_metric
where tier = 'core' and status in ('met', 'not_met', 'uncertain')
group by practice_id
"""


@dataclass(frozen=True)
class Practice:
    """One line of the list. Unknown and suppressed numbers are None."""

    rank: int
    practice_id: str
    practice_name: str
    tier: str
    risk: float | None
    risk_low: float | None
    risk_high: float | None
    members: int | None
    expected_members_affected: float | None
    hard_fail: str | None
    data_gaps: int
    slots: tuple[Slot, ...]  # never empty: where there is no reason, the one slot says why not
    phone: str | None
    city: str | None
    state: str | None
    territory: str
    last_contact_date: date | None
    last_outcome: str | None
    rest: str | None  # why it is not to be called from this list although its turn has come
    held_out: bool  # by lot, so that what calls change can be seen later
    change: str
    standing: str  # why it stands where it stands
    is_uncertain: bool  # the interval of its risk holds the plan's average
    as_of: date
    model_version: str | None
    release_id: str


@dataclass(frozen=True)
class Ranking:
    """The list and how to explain it."""

    practices: tuple[Practice, ...]
    dropped: tuple[tuple[str, str], ...]  # on the last list but not on this: id and name as that list had them
    has_model: bool
    then_come: str  # who comes after missed duties


def rank(
    marts: Path, *, as_of: date, release_id: str, previous_list: Path | None, capacity: int, choices: Choices = DEFAULT
) -> Ranking:
    """Every practice that is active on the as-of date: ranked, tiered, with reasons and change since the last list."""
    with open_marts(marts, as_of) as connection:
        has_model = _has_model(connection, as_of)
        listed = _listed(connection, as_of, choices, has_model)
        scores = _step_scores(connection, as_of)
        slots = {
            practice_id: tuple(pick(map(_trigger, rows), scores[practice_id]))
            for practice_id, rows in practice_by_practice(connection, TRIGGERS)
            if practice_id in scores
        }
        measured = dict(connection.execute(MEASURED).fetchall())
    before = _previous(previous_list)
    places = _places(listed, capacity, choices)
    then_come = IN_WORDS[choices.order] if has_model else IN_WORDS_WITHOUT_MODEL
    practices = tuple(
        Practice(
            **{name: row[name] for name in _COPIED},
            territory=choices.territory(row),
            standing=_standing(row, then_come),
            is_uncertain=row["risk"] is not None and row["risk_low"] < AVERAGE_RISK < row["risk_high"],
            tier=place.tier,
            rest=place.rest,
            held_out=place.held_out,
            slots=slots.get(row["practice_id"]) or (nothing_to_say(measured.get(row["practice_id"], 0)),),
            change=_change(row["rank"], before.get(cell(row["practice_id"]))),
            as_of=as_of,
            model_version=None if row["risk"] is None else str(row["model_version"]),
            release_id=release_id,
        )
        for row, place in zip(listed, places, strict=True)
    )
    return Ranking(practices, _dropped(practices, before), has_model, then_come)


_COPIED = (
    "rank", "practice_id", "practice_name", "risk", "risk_low", "risk_high", "members", "expected_members_affected",
    "hard_fail", "data_gaps", "phone", "city", "state", "last_contact_date", "last_outcome",
)  # fmt: skip


def _standing(row: Mapping[str, Any], then_come: str) -> str:
    """Why it stands where it stands: the band, what decides within it, and what of that is known."""
    band = "No duty is known to be missed, so it comes after those that miss one."
    if row["hard_fail"]:
        band = "A duty is not met: such practices come first."
    return f"{band} Within its group, first come {then_come}: {_known(row)}."


def _known(row: Mapping[str, Any]) -> str:
    if row["risk"] is None:
        return "here the risk is not known"
    risk = f"here a risk of {row['risk']:.0%}{' (estimated without an earlier survey)' if row['path'] == 'no_history' else ''}"
    if row["members"] is None:
        return f"{risk}, but a number of members that is unknown or too small to show"
    return f"{risk} among {row['members']:,} members, so help would reach about {row['expected_members_affected']:.0f}"


def _has_model(connection: duckdb.DuckDBPyConnection, as_of: date) -> bool:
    """Whether a model has judged this plan: no practice has a risk otherwise."""
    return connection.execute(
        "select count(*) > 0 from practice_risk where as_of_date = ? and path <> 'no_model' and risk is not null",
        [as_of],
    ).fetchone()[0]


def _listed(
    connection: duckdb.DuckDBPyConnection, as_of: date, choices: Choices, has_model: bool
) -> list[dict[str, Any]]:
    query = RANKED.format(
        weakness=f"100 - list_avg([{', '.join(f's.{step.column}' for step in steps(connection))}])",
        order_by=ORDER_BY[choices.order] if has_model else WITHOUT_MODEL,
    )
    return records(connection, query, {"as_of": as_of, "rest_days": choices.rest_days_after_decline})


def _step_scores(connection: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, dict[str, float | None]]:
    columns = {step.code: step.column for step in steps(connection)}
    rows = connection.execute(
        f"select practice_id, {', '.join(columns.values())} from practice_scorecard where as_of_date = ?", [as_of]
    ).fetchall()
    return {practice_id: dict(zip(columns, scores, strict=True)) for practice_id, *scores in rows}


def _trigger(row: Mapping[str, Any]) -> Trigger:
    return Trigger(**{name: value for name, value in row.items() if name != "practice_id"})


@dataclass(frozen=True)
class _Place:
    tier: str
    rest: str | None = None
    held_out: bool = False


def _places(listed: list[dict[str, Any]], capacity: int, choices: Choices) -> Iterator[_Place]:
    """Where each row stands, in the list's order.

    A: reached with this list's capacity; B: the next as many; C: the rest. Who rests or is held out takes nobody's
    place and stands in C; so does who would exceed the territory's share of tier A and B.
    """
    filled: Counter[Any] = Counter()  # by tier, and by tier and territory
    for row in listed:
        place = _place(row, filled, capacity, choices)
        filled.update([place.tier, (place.tier, choices.territory(row))])
        yield place


def _place(row: Mapping[str, Any], filled: Mapping[Any, int], capacity: int, choices: Choices) -> _Place:
    rest = _rest(row)
    if rest:
        return _Place("C", rest)
    tier = _first_free_tier(choices.territory(row), filled, capacity, choices)
    if tier == "A" and held_out(row["practice_id"], choices):
        return _Place("C", "held out by lot, to see later what calls change", held_out=True)
    return _Place(tier)


def _rest(row: Mapping[str, Any]) -> str | None:
    if row["rest_until"] is None:
        return None
    why = "declined" if row["last_outcome"] == "declined" else "follow-up agreed"
    return f"{why}; not before {row['rest_until']}"


def _first_free_tier(territory: str, filled: Mapping[Any, int], capacity: int, choices: Choices) -> str:
    limit = choices.limit(territory, capacity)
    for tier in "AB":
        if filled[tier] < capacity and filled[tier, territory] < limit:
            return tier
    return "C"


def held_out(practice_id: str, choices: Choices) -> bool:
    """Whether the lot of this seed leaves the practice uncalled. The draw depends on nothing but seed and id."""
    lot = hashlib.sha256(f"{choices.hold_out_seed}:{practice_id}".encode()).digest()
    return int.from_bytes(lot[:8]) / 2**64 < choices.hold_out_share


def _previous(previous_list: Path | None) -> dict[str, tuple[int, str]]:
    """Rank and name of each practice on the list that changes are told against, by id as written there."""
    if previous_list is None or not previous_list.exists():
        return {}
    with previous_list.open(encoding="utf-8", newline="") as file:
        return {row["practice_id"]: (int(row["rank"]), row["practice_name"]) for row in csv.DictReader(file)}


def _change(rank: int, before: tuple[int, str] | None) -> str:
    """Movement on the list: up means nearer to the top."""
    if before is None:
        return "new"
    return "same" if rank == before[0] else "up" if rank < before[0] else "down"


def _dropped(practices: Iterable[Practice], before: Mapping[str, tuple[int, str]]) -> tuple[tuple[str, str], ...]:
    still = {cell(practice.practice_id) for practice in practices}
    return tuple((identifier, name) for identifier, (_, name) in before.items() if identifier not in still)
