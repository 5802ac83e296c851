"""The order of the list: who comes first, in which tier, and what has changed since the last one."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from outreach.reasons import Slot, Trigger, pick

STEP_SUFFIXES = "select step_code, column_suffix from ref_step order by step_order"

# One row a practice that is active on the as-of date, in the list's order.
#   Hard compliance failures are a band of their own, first. Within a band those come first where help reaches most
#   members (risk x members); without a model, those with the weakest steps. Practices that nothing is known of stand
#   last: no data is no good news, but there is nothing to say to them yet. Ties fall by id.
RANKED = """
with scored as (
    select
        d.practice_id, d.practice_name, d.phone, d.city, d.state,
        r.risk, r.risk_low, r.risk_high, r.model_version,
        s.members, r.risk * s.members as expected_members_affected,
        s.hard_fail, s.data_gap_count as data_gaps,
        {weakness} as weakness
    from dim_practice as d
    inner join practice_scorecard as s on s.practice_id = d.practice_id and s.as_of_date = $as_of
    left join practice_risk as r on r.practice_id = d.practice_id and r.as_of_date = $as_of
    where s.is_active
),
contacts as (
    select
        practice_id,
        max(contact_date) as last_contact_date,
        max_by(outcome, (contact_date, outreach_id)) as last_outcome
    from outreach_contact
    where contact_date <= $as_of
    group by practice_id
)
select
    row_number() over (
        order by
            scored.hard_fail is not null desc,
            scored.expected_members_affected desc nulls last,
            scored.risk desc nulls last,
            scored.weakness desc nulls last,
            scored.practice_id
    ) as rank,
    scored.*,
    contacts.last_contact_date,
    contacts.last_outcome
from scored
left join contacts on contacts.practice_id = scored.practice_id
order by rank
"""

# Metrics that call for something: missed, or below target without certainty. Only ref_action knows what to advise.
TRIGGERS = """
with results as (
    select m.*, t.name, t.step_code, t.direction, t.hard_fail = 1 as is_hard
    from metric_result as m
    inner join ref_metric as t on t.metric_id = m.metric_id
    where m.as_of_date = $as_of and m.level = 'practice' and m.lob = 'all'
),
medians as (
    select metric_id, median(value) as median_value
    from results
    where status in ('met', 'not_met', 'uncertain')
    group by metric_id
),
advised as (
    select metric_id, min_by(a, place) as advice
    from (
        select
            unnest(string_split(a.triggers, ';')) as metric_id, a, row_number() over (order by a.action_code) as place
        from ref_action as a
    )
    group by metric_id
)
select
    results.practice_id, results.metric_id, results.name, results.step_code, results.unit, results.status,
    results.value, medians.median_value, results.target,
    abs(coalesce(results.value, results.target) - results.target) / greatest(abs(results.target), 0.01) as gap,
    results.is_hard and results.status = 'not_met' as is_hard_failure,
    advised.advice.action_code, advised.advice.advice, advised.advice.plan_support
from results
inner join medians on medians.metric_id = results.metric_id
inner join advised on advised.metric_id = results.metric_id
where results.status in ('not_met', 'uncertain')
order by results.practice_id, results.metric_id
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
    slots: tuple[Slot, ...]
    phone: str | None
    city: str | None
    state: str | None
    last_contact_date: date | None
    last_outcome: str | None
    change: str
    as_of: date
    model_version: str | None
    release_id: str


def ranked_practices(
    marts: Path, *, as_of: date, release_id: str, previous_list: Path | None, capacity: int
) -> list[Practice]:
    """Every practice that is active on the as-of date: ranked, tiered, with reasons and change since the last list."""
    with open_marts(marts) as connection:
        steps = {code: _score_column(suffix) for code, suffix in connection.execute(STEP_SUFFIXES).fetchall()}
        scores = _step_scores(connection, as_of, steps)
        triggers = _triggers(connection, as_of)
        weakness = f"100 - list_avg([{', '.join(f's.{column}' for column in steps.values())}])"
        rows = connection.execute(RANKED.format(weakness=weakness), {"as_of": as_of})
        names = [column[0] for column in rows.description]
        listed = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    before = _previous_ranks(previous_list)
    return [
        Practice(
            rank=row["rank"],
            practice_id=row["practice_id"],
            practice_name=row["practice_name"],
            tier=_tier(row["rank"], capacity),
            risk=row["risk"],
            risk_low=row["risk_low"],
            risk_high=row["risk_high"],
            members=row["members"],
            expected_members_affected=row["expected_members_affected"],
            hard_fail=row["hard_fail"],
            data_gaps=row["data_gaps"],
            slots=tuple(pick(triggers[row["practice_id"]], scores[row["practice_id"]])),
            phone=row["phone"],
            city=row["city"],
            state=row["state"],
            last_contact_date=row["last_contact_date"],
            last_outcome=row["last_outcome"],
            change=_change(row["rank"], before.get(row["practice_id"])),
            as_of=as_of,
            model_version=None if row["risk"] is None else str(row["model_version"]),
            release_id=release_id,
        )
        for row in listed
    ]


def open_marts(marts: Path) -> duckdb.DuckDBPyConnection:
    """A connection in which every Parquet file of a marts folder is a view of its name."""
    connection = duckdb.connect()
    for path in sorted(marts.glob("*.parquet")):
        connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
    return connection


def _score_column(suffix: str) -> str:
    return "compliance_index" if suffix == "compliance" else f"step_{suffix}"


def _step_scores(
    connection: duckdb.DuckDBPyConnection, as_of: date, steps: Mapping[str, str]
) -> dict[str, dict[str, float | None]]:
    rows = connection.execute(
        f"select practice_id, {', '.join(steps.values())} from practice_scorecard where as_of_date = ?", [as_of]
    ).fetchall()
    return {practice_id: dict(zip(steps, scores, strict=True)) for practice_id, *scores in rows}


def _triggers(connection: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, list[Trigger]]:
    found: dict[str, list[Trigger]] = defaultdict(list)
    for practice_id, *rest in connection.execute(TRIGGERS, {"as_of": as_of}).fetchall():
        found[practice_id].append(Trigger(*rest))
    return found


def _tier(rank: int, capacity: int) -> str:
    """A: reached with this list's capacity; B: the next as many; C: the rest."""
    return "A" if rank <= capacity else "B" if rank <= 2 * capacity else "C"


def _previous_ranks(previous_list: Path | None) -> dict[str, int]:
    if previous_list is None or not previous_list.exists():
        return {}
    with previous_list.open(encoding="utf-8", newline="") as file:
        return {row["practice_id"]: int(row["rank"]) for row in csv.DictReader(file)}


def _change(rank: int, before: int | None) -> str:
    """Movement on the list: up means nearer to the top."""
    if before is None:
        return "new"
    return "same" if rank == before else "up" if rank < before else "down"
