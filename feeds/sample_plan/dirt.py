"""Dirt: the flaws that real feeds have, put in at a known rate, each kind on rows of its own, and counted.

The kinds are those that the feed contracts list (same words), so that every way of handling dirt has its case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from feeds.sample_plan.columns import constant
from feeds.sample_plan.membership import practice_id
from feeds.sample_plan.randomness import stream
from feeds.sample_plan.world import World

FEWEST_ROWS = 20  # in a smaller table a single flaw would be a flood
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Facts:
    """What some flaws need to know about the plan."""

    end: np.datetime64
    termed_npis: pa.Array
    closed_practices: pa.Array
    organisation_npis: pa.Array
    practice_ids: pa.Array

    @classmethod
    def of(cls, world: World) -> Facts:
        providers, sites = world.providers, world.practices
        gone = ~np.isnat(providers.end[: providers.clinicians])
        return cls(
            world.timeline.end,
            providers.text(np.flatnonzero(gone)),
            practice_id(np.flatnonzero(~np.isnat(sites.closed))),
            providers.text(providers.organisation),
            practice_id(np.arange(len(sites))),
        )


class Sheet:
    """A feed table being soiled: values replaced in place, rows added at the end, rows taken out."""

    def __init__(self, table: pa.Table, rng: np.random.Generator, facts: Facts) -> None:
        self.table, self.rng, self.facts = table, rng, facts
        self.added: list[pa.Table] = []
        self.aside: list[pa.Table] = []
        self.dropped = np.zeros(table.num_rows, dtype=bool)

    def values(self, column: str, rows: np.ndarray) -> pa.Array:
        return self.table[column].combine_chunks().take(pa.array(rows))

    def days(self, column: str, rows: np.ndarray) -> np.ndarray:
        return as_days(self.values(column, rows))

    def replace(self, column: str, rows: np.ndarray, values: pa.Array) -> None:
        mask = np.zeros(self.table.num_rows, dtype=bool)
        mask[rows] = True
        kind = self.table.schema.field(column).type
        changed = pc.replace_with_mask(self.table[column].combine_chunks(), pa.array(mask), values.cast(kind))
        self.table = self.table.set_column(self.table.schema.get_field_index(column), column, changed)

    def copy(self, rows: np.ndarray, **columns: pa.Array) -> None:
        """Add copies of rows with some columns changed."""
        extra = self.table.take(pa.array(rows))
        for name, values in columns.items():
            kind = extra.schema.field(name).type
            extra = extra.set_column(extra.schema.get_field_index(name), name, values.cast(kind))
        self.added.append(extra)

    def finished(self) -> pa.Table:
        kept = self.table.filter(pa.array(~self.dropped)) if self.dropped.any() else self.table
        return pa.concat_tables([kept, *self.added]).combine_chunks()


# A flaw soils the given rows and returns how many rows of the feed it touched (changed, added or taken out).
Flaw = Callable[[Sheet, np.ndarray], int]
Where = Callable[[pa.Table], np.ndarray]


@dataclass(frozen=True)
class Kind:
    flaw: Flaw
    where: Where | None = None
    # A flaw that touches many rows for each row it starts from is rarer by that factor.
    rows_each: int = 1


def rewrite(**changes: Callable[[pa.Array, Sheet], pa.Array]) -> Flaw:
    """Replace the values of columns by a function of the old ones."""

    def flaw(sheet: Sheet, rows: np.ndarray) -> int:
        new = {name: change(sheet.values(name, rows), sheet) for name, change in changes.items()}
        for name, values in new.items():
            sheet.replace(name, rows, values)
        return len(rows)

    return flaw


def repeat(times: int = 1, **changes: Callable[[pa.Array, Sheet], pa.Array]) -> Flaw:
    """Add `times` changed copies; key columns get a suffix by way of `renamed`."""

    def flaw(sheet: Sheet, rows: np.ndarray) -> int:
        for copy in range(times):
            columns = {name: change(sheet.values(name, rows), sheet) for name, change in changes.items()}
            for name, change in changes.items():
                if change is renamed:
                    columns[name] = pc.binary_join_element_wise(sheet.values(name, rows), f"D{copy + 1}", "-")
            sheet.copy(rows, **columns)
        return times * len(rows)

    return flaw


def drop(sheet: Sheet, rows: np.ndarray) -> int:
    sheet.dropped[rows] = True
    return len(rows)


# How a value changes.
def renamed(values: pa.Array, sheet: Sheet) -> pa.Array:
    return values


def same(values: pa.Array, sheet: Sheet) -> pa.Array:
    return values


def blank(values: pa.Array, sheet: Sheet) -> pa.Array:
    return pa.nulls(len(values), values.type)


def to(value: object) -> Callable[[pa.Array, Sheet], pa.Array]:
    return lambda values, sheet: pa.array([value] * len(values), values.type)


def one_of(*words: object) -> Callable[[pa.Array, Sheet], pa.Array]:
    return lambda values, sheet: pa.array(
        [words[i] for i in sheet.rng.integers(0, len(words), len(values))], values.type
    )


def translated(words: Mapping[str, str], otherwise: str) -> Callable[[pa.Array, Sheet], pa.Array]:
    return lambda values, sheet: pa.array([words.get(v, otherwise) for v in values.to_pylist()], pa.string())


def some(name: str) -> Callable[[pa.Array, Sheet], pa.Array]:
    """One of the ids that `Facts` holds under this name."""

    def change(values: pa.Array, sheet: Sheet) -> pa.Array:
        ids = getattr(sheet.facts, name)
        return ids.take(pa.array(sheet.rng.integers(0, len(ids), len(values)))) if len(ids) else values

    return change


def worded(change: Callable[[str], str]) -> Callable[[pa.Array, Sheet], pa.Array]:
    return lambda values, sheet: pa.array([None if v is None else change(v) for v in values.to_pylist()], pa.string())


def shifted(days: int) -> Callable[[pa.Array, Sheet], pa.Array]:
    """Dates or timestamps moved by whole days."""

    def change(values: pa.Array, sheet: Sheet) -> pa.Array:
        if pa.types.is_date32(values.type):
            return pc.cast(pc.add(pc.cast(values, pa.int32()), pa.scalar(days, pa.int32())), pa.date32())
        return pc.add(values, pa.scalar(days * DAY_US, pa.duration("us")).cast(pa.duration(values.type.unit)))

    return change


def hours_later(hours: int) -> Callable[[pa.Array, Sheet], pa.Array]:
    return lambda values, sheet: pc.add(
        values, pa.scalar(hours * 3600, pa.duration("s")).cast(pa.duration(values.type.unit))
    )


def on_the_hour(values: pa.Array, sheet: Sheet) -> pa.Array:
    return pc.cast(pc.floor_temporal(values, unit="hour"), values.type)


def negated(values: pa.Array, sheet: Sheet) -> pa.Array:
    return pc.negate(values)


# Where a flaw can happen.
def has(*columns: str) -> Where:
    return lambda table: np.logical_and.reduce([as_bool(pc.is_valid(table[c])) for c in columns])


def equal(column: str, *values: object) -> Where:
    def where(table: pa.Table) -> np.ndarray:
        wanted = pa.array(values, table.schema.field(column).type)
        return as_bool(pc.is_in(table[column], value_set=wanted))

    return where


def both(*conditions: Where) -> Where:
    return lambda table: np.logical_and.reduce([condition(table) for condition in conditions])


def lacking(column: str) -> Where:
    return lambda table: as_bool(pc.is_null(table[column]))


def as_bool(values: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(bool)


def as_days(values: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return values.to_numpy(zero_copy_only=False).astype("datetime64[D]")


def decided_later(table: pa.Table) -> np.ndarray:
    """Requests decided more than two days after receipt, so that a later receipt stays believable."""
    wait = pc.subtract(table["decision_datetime"], table["received_datetime"])
    return as_bool(pc.greater(wait, pa.scalar(50 * 3600, pa.duration("s"))))


def past_booking(table: pa.Table) -> np.ndarray:
    return equal("status_code", "noshow", "fulfilled")(table)


# Flaws that need more than a column at a time.
def swap_with_neighbour(sheet: Sheet, rows: np.ndarray) -> int:
    """Two persons merged: the row carries somebody else's birth date and gender."""
    other = (rows + 1) % sheet.table.num_rows
    for column in ("birth_date", "gender"):
        sheet.replace(column, rows, sheet.values(column, other))
    return len(rows)


def monthly_rows(sheet: Sheet, rows: np.ndarray) -> int:
    """The first three months of a span arrive as rows of their own."""
    start = sheet.days("enrollment_start_date", rows)
    first = start.astype("datetime64[M]")
    for month in (1, 2):
        begin = (first + month).astype("datetime64[D]")
        end = (first + month + 1).astype("datetime64[D]") - 1
        last = pa.array(end, pa.date32())
        if month == 2:
            last = sheet.values("enrollment_end_date", rows)
        sheet.copy(rows, enrollment_start_date=pa.array(begin, pa.date32()), enrollment_end_date=last)
    sheet.replace("enrollment_end_date", rows, pa.array((first + 1).astype("datetime64[D]") - 1, pa.date32()))
    return 3 * len(rows)


def one_day_gap(sheet: Sheet, rows: np.ndarray) -> int:
    """A span in two pieces with a single day between them."""
    start = sheet.days("enrollment_start_date", rows)
    sheet.copy(rows, enrollment_start_date=pa.array(start + 60, pa.date32()))
    sheet.replace("enrollment_end_date", rows, pa.array(start + 58, pa.date32()))
    return 2 * len(rows)


def long_span(table: pa.Table) -> np.ndarray:
    start = as_days(table["enrollment_start_date"])
    end = as_days(table["enrollment_end_date"])
    return np.isnat(end) | ((end - start).astype(int) > 120)


def retro_terminated(sheet: Sheet, rows: np.ndarray) -> int:
    start = sheet.days("enrollment_start_date", rows)
    sheet.replace("enrollment_end_date", rows, pa.array(start + 29, pa.date32()))
    return len(rows)


def end_before_start(start: str, end: str) -> Flaw:
    def flaw(sheet: Sheet, rows: np.ndarray) -> int:
        began = sheet.days(start, rows)
        sheet.replace(end, rows, pa.array(began - 10, pa.date32()))
        return len(rows)

    return flaw


def before(earlier: str, later: str, hours: int) -> Flaw:
    """`later` moves to `hours` before `earlier`."""

    def flaw(sheet: Sheet, rows: np.ndarray) -> int:
        kind = sheet.table.schema.field(later).type
        reference = sheet.values(earlier, rows)
        if pa.types.is_date32(kind):
            days = as_days(reference.cast(pa.date32()))
            values = pa.array(days - max(1, hours // 24), pa.date32())
        else:
            values = pc.subtract(reference, pa.scalar(hours * 3600, pa.duration("s")).cast(pa.duration(kind.unit)))
        sheet.replace(later, rows, values)
        return len(rows)

    return flaw


def whole_groups(*keys: str, flaw: Flaw) -> Flaw:
    """Extend the rows to all rows of the feed with the same keys, then soil."""

    def widened(sheet: Sheet, rows: np.ndarray) -> int:
        joined = pc.binary_join_element_wise(*(pc.cast(sheet.table[k], pa.string()) for k in keys), "|")
        wanted = joined.combine_chunks().take(pa.array(rows))
        return flaw(sheet, np.flatnonzero(as_bool(pc.is_in(joined, value_set=wanted))))

    return widened


def straight_lined(sheet: Sheet, rows: np.ndarray) -> int:
    answered = has("response_code")(sheet.table)[rows]
    plain = ~equal("item_id", "flu_shot")(sheet.table)[rows]
    rows = rows[answered & plain]
    sheet.replace("response_code", rows, pa.array(np.full(len(rows), 4), pa.int32()))
    return len(rows)


def frequency_text(sheet: Sheet, rows: np.ndarray) -> int:
    """A vendor sends words: those rows go to a text file of their own, since a Parquet number cannot hold them."""
    words = ["Never", "Sometimes", "Usually", "Always"]
    codes = sheet.values("response_code", rows).to_numpy(zero_copy_only=False).astype(int)
    table = sheet.table.take(pa.array(rows))
    column = pa.array([words[c - 1] for c in codes], pa.string())
    sheet.aside.append(table.set_column(table.schema.get_field_index("response_code"), "response_code", column))
    sheet.dropped[rows] = True
    return len(rows)


def web_retry(sheet: Sheet, rows: np.ndarray) -> int:
    codes = sheet.values("response_code", rows).to_numpy(zero_copy_only=False).astype(int)
    sheet.copy(rows, response_code=pa.array(np.where(codes > 1, codes - 1, codes + 1), pa.int32()))
    return len(rows)


def bulk_confirmed(sheet: Sheet, rows: np.ndarray) -> int:
    """One click confirms the practice's whole roster: all its events of that month become one day's "confirmed"."""
    month = pc.strftime(pc.cast(sheet.table["verified_at"], pa.timestamp("s")), "%Y-%m").combine_chunks()
    key = pc.binary_join_element_wise(sheet.table["practice_id"].combine_chunks(), month, "|")
    roster = np.flatnonzero(as_bool(pc.is_in(key, value_set=key.take(pa.array(rows)))))
    days = sheet.days("verified_at", roster)
    names, group = np.unique(key.take(pa.array(roster)).to_numpy(zero_copy_only=False), return_inverse=True)
    first = np.full(len(names), np.datetime64("9999-12-31"))
    np.minimum.at(first, group, days)
    sheet.replace("verified_at", roster, pa.array(first[group], pa.date32()))
    sheet.replace("outcome", roster, constant("confirmed", len(roster)))
    sheet.replace("changed_fields", roster, pa.nulls(len(roster), pa.string()))
    return len(roster)


def visit_only_as_t1015(table: pa.Table) -> np.ndarray:
    """Lines of an FQHC claim beside its T1015 line."""
    center = pc.unique(table["claim_id"].filter(pc.equal(table["hcpcs_code"], "T1015")))
    beside = as_bool(pc.is_in(table["claim_id"], value_set=center))
    return beside & ~equal("hcpcs_code", "T1015")(table)


def starts_with(column: str, prefix: str) -> Where:
    return lambda table: as_bool(pc.starts_with(table[column], prefix))


def longer(column: str, length: int) -> Where:
    return lambda table: as_bool(pc.greater(pc.utf8_length(table[column]), length))


def dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}"


def of_group(sheet: Sheet, rows: np.ndarray) -> int:
    sheet.replace("rendering_npi", rows, sheet.values("billing_npi", rows))
    return len(rows)


def many_sites(sheet: Sheet, rows: np.ndarray) -> int:
    """One NPI loaded at 12 sites, since billing addresses were read as practices."""
    sites = sheet.facts.practice_ids
    count = min(11, len(sites))
    for number in range(count):
        new = pc.binary_join_element_wise(sheet.values("affiliation_id", rows), f"S{number + 1}", "-")
        practice = sites.take(pa.array((rows * 7 + number) % len(sites)))
        sheet.copy(
            rows, affiliation_id=new, practice_id=practice, pcp_flag=to(0)(sheet.values("pcp_flag", rows), sheet)
        )
    return count * len(rows)


APPOINTMENT_TIMES = (
    "start_datetime", "end_datetime", "requested_datetime", "created_datetime", "first_offered_datetime",
    "checkin_datetime", "roomed_datetime", "provider_seen_datetime", "checkout_datetime", "cancel_datetime",
)  # fmt: skip
VISIT_TIMES = ("checkin_datetime", "roomed_datetime", "provider_seen_datetime", "checkout_datetime")
X12_RACES = {"black": "B", "white": "C", "hispanic": "H", "asian": "2028-9", "aian": "1002-5", "nhpi": "2076-8",
             "mena": "2118-8"}  # fmt: skip
VENDOR_NAMES = {"PHQ-2": "PHQ2 (kiosk)", "PHQ-9": "PHQ9 (kiosk)", "PRAPARE": "Protocol for Responding PRAPARE",
                "AHC-HRSN": "AHC HRSN tool", "AUDIT-C": "AUDIT C", "STEADI": "CDC STEADI"}  # fmt: skip

KINDS: dict[str, dict[str, Kind]] = {
    "practices": {
        "same office under 2-3 ids after a merger": Kind(repeat(practice_id=renamed)),
        "suite number in the city field": Kind(rewrite(city=worded(lambda v: f"{v} Suite 200"))),
        "phone with extension": Kind(rewrite(phone=worded(lambda v: f"{v} x12"))),
        "closed sites not end-dated": Kind(rewrite(active_end_date=blank), has("active_end_date")),
        "hours text instead of JSON": Kind(rewrite(hours_json=to("M-F 8-5"))),
    },
    "providers": {
        "deactivated NPIs": Kind(rewrite(network_status=to("termed")), both(equal("network_status", "active"), has("first_name"))),
        "maiden and married names": Kind(rewrite(last_name=worded(lambda v: f"{v}-Twonames")), has("first_name")),
        "taxonomy of a resident programme": Kind(rewrite(primary_taxonomy_code=to("390200000X")), has("first_name")),
        "languages as free text": Kind(rewrite(languages=to("spanish/eng")), has("languages")),
    },
    "provider_affiliations": {
        "overlapping spans": Kind(repeat(affiliation_id=renamed, start_date=shifted(40)), lacking("end_date")),
        "missing end date after a move": Kind(rewrite(end_date=blank), has("end_date")),
        "one NPI at 12 sites": Kind(many_sites, equal("pcp_flag", 1), rows_each=12),
        "end before start": Kind(end_before_start("start_date", "end_date")),
    },
    "directory_attestations": {
        'bulk "confirmed" for a whole roster': Kind(bulk_confirmed, equal("outcome", "updated"), rows_each=3),
        "hours 168": Kind(rewrite(weekly_hours_all=to(168.0), weekly_hours_medicaid=to(168.0))),
        "attestation for termed NPIs": Kind(repeat(attestation_id=renamed, npi=some("termed_npis"))),
    },
    "access_audits": {
        "two final rows": Kind(rewrite(is_final_disposition=to(1)), equal("is_final_disposition", 0)),
        "offered date before the call": Kind(before("call_datetime", "earliest_offered_date", 72), has("earliest_offered_date")),
        "wave without calls for small practices": Kind(whole_groups("practice_id", "wave_id", flaw=drop), rows_each=8),
    },
    "survey_responses": {
        "straight-lined answers": Kind(whole_groups("response_id", flaw=straight_lined), has("response_code"), rows_each=12),
        "codes 88, 99, -1": Kind(rewrite(response_code=one_of(88, 99, -1)), has("response_code")),
        "ratings above 10": Kind(rewrite(response_code=to(11)), both(starts_with("item_id", "rate_"), has("response_code"))),
        "frequency text instead of a code": Kind(frequency_text, both(equal("item_id", "listen", "respect", "explain", "easy_get_care", "routine_care_soon"), has("response_code"))),
        "response for a closed practice": Kind(repeat(response_id=renamed, practice_id=some("closed_practices")), has("response_code")),
        "duplicates on web retry": Kind(web_retry, both(equal("mode", "web"), equal("response_code", 1, 2, 3, 4))),
    },
    "members": {
        "race codes of X12 834, HL7 v2 or CDC mixed": Kind(rewrite(race_ethnicity=translated(X12_RACES, "7")), equal("race_ethnicity", *X12_RACES)),
        '"other" as race': Kind(rewrite(race_ethnicity=to("other"))),
        "Hispanic given as race": Kind(rewrite(race=to("hispanic"), race_ethnicity=blank)),
        'language "UNK"': Kind(rewrite(preferred_language=to("UNK"))),
        "two persons merged": Kind(swap_with_neighbour),
        "birth date 1900-01-01": Kind(rewrite(birth_date=to(date(1900, 1, 1)))),
        "twins sharing an id": Kind(repeat(gender=translated({"male": "female"}, "male"), person_id=same), lacking("death_date")),
    },
    "eligibility": {
        "monthly rows instead of spans": Kind(monthly_rows, long_span, rows_each=3),
        "overlaps": Kind(repeat(enrollment_start_date=shifted(45)), long_span),
        "retro-terminations": Kind(retro_terminated, long_span),
        "end before start": Kind(end_before_start("enrollment_start_date", "enrollment_end_date")),
        "gap of one day between months": Kind(one_day_gap, long_span, rows_each=2),
    },
    "pcp_assignments": {
        'reason "other" for half of the rows': Kind(rewrite(reason_code=to("other")), equal("change_initiator", "member")),
        "back-dated spans": Kind(rewrite(assignment_start_date=shifted(-120))),
        "dismissal coded as member change": Kind(rewrite(change_type=to("transfer"), change_initiator=to("member")), equal("change_type", "dismissal")),
        "two open spans": Kind(repeat(assignment_id=renamed, practice_id=some("practice_ids")), lacking("assignment_end_date")),
        "end before start": Kind(end_before_start("assignment_start_date", "assignment_end_date"), has("assignment_end_date")),
        "dismissal without a notice date": Kind(rewrite(dismissal_notice_date=blank), equal("change_type", "dismissal")),
    },
    "medical_claims": {
        "bill type 111 for 0111": Kind(rewrite(bill_type_code=worded(lambda v: v.lstrip("0"))), has("bill_type_code")),
        "revenue 450 for 0450": Kind(rewrite(revenue_center_code=worded(lambda v: v.lstrip("0"))), has("revenue_center_code")),
        "ICD codes with dots": Kind(rewrite(diagnosis_code_1=worded(dotted)), longer("diagnosis_code_1", 3)),
        "lower-case HCPCS": Kind(rewrite(hcpcs_code=worded(str.lower)), starts_with("hcpcs_code", "G")),
        "place of service missing": Kind(rewrite(place_of_service_code=blank), has("place_of_service_code")),
        "interim bills": Kind(repeat(claim_id=renamed, bill_type_code=to("0112"), discharge_disposition_code=to("30")), equal("bill_type_code", "0111")),
        "replaced claims both present": Kind(repeat(claim_id=renamed, bill_type_code=to("0137")), equal("bill_type_code", "0131")),
        "rendering NPI of the group": Kind(of_group, has("rendering_npi")),
        "telehealth only by modifier": Kind(rewrite(place_of_service_code=to("11")), equal("hcpcs_modifier_1", "95")),
        "dates in the future": Kind(rewrite(claim_start_date=shifted(1500), claim_end_date=shifted(1500), claim_line_start_date=shifted(1500), claim_line_end_date=shifted(1500))),
        "FQHC visits as T1015 only": Kind(drop, visit_only_as_t1015),
        "NPI that is none": Kind(rewrite(rendering_npi=to("9999999999")), has("rendering_npi")),
    },
    "pharmacy_claims": {
        "10-digit NDC": Kind(rewrite(ndc_code=worded(lambda v: v[1:])), starts_with("ndc_code", "0")),
        "DEA number in the NPI field": Kind(rewrite(prescribing_provider_npi=to("AB1234563")), has("prescribing_provider_npi")),
        "paid-only extract": Kind(drop, equal("claim_status", "rejected")),
        "reversal as a negative row": Kind(repeat(claim_id=renamed, quantity=negated, claim_status=to("reversed")), equal("claim_status", "paid")),
    },
    "lab_results": {
        "result before collection": Kind(before("collection_datetime", "result_datetime", 5)),
        "corrected results as new rows": Kind(repeat(lab_result_id=renamed, status=to("C"), result_datetime=hours_later(1)), equal("status", "F")),
        "notification in free text": Kind(rewrite(notify_method=to("called pt, left msg"), patient_notified_datetime=blank), has("patient_notified_datetime")),
    },
    "appointments": {
        "seen time before check-in": Kind(before("checkin_datetime", "provider_seen_datetime", 1), has("checkin_datetime", "provider_seen_datetime")),
        "time stamps on the hour (batch entry)": Kind(rewrite(**dict.fromkeys(VISIT_TIMES, on_the_hour)), has("provider_seen_datetime")),
        "status never closed": Kind(rewrite(status_code=to("booked"), **dict.fromkeys(VISIT_TIMES, blank)), past_booking),
        "local time without zone": Kind(rewrite(**dict.fromkeys(APPOINTMENT_TIMES, hours_later(-4)))),
        "one visit as two slots": Kind(repeat(appointment_id=renamed), equal("status_code", "fulfilled")),
        "test patients": Kind(repeat(appointment_id=renamed, person_id=blank, patient_id=to("TEST-PATIENT"))),
    },
    "referrals": {
        "referral to a group, not a person": Kind(rewrite(referred_to_npi=some("organisation_npis"))),
        "status never updated": Kind(rewrite(status=to("sent")), equal("status", "closed", "completed")),
        "consult report before the visit": Kind(before("visit_date", "consult_report_received_date", 24), has("visit_date", "consult_report_received_date")),
        "same referral sent twice": Kind(repeat(referral_id=renamed)),
    },
    "prior_authorizations": {
        "fax received date = data-entry date": Kind(rewrite(received_datetime=shifted(2)), both(equal("channel", "fax"), lacking("additional_info_requested_datetime"), decided_later)),
        "urgent flag on everything": Kind(rewrite(urgency=to("expedited"))),
        "decision before receipt": Kind(before("received_datetime", "decision_datetime", 30), has("decision_datetime")),
        "line-level rows repeated": Kind(repeat(procedure_codes=to("99199")), has("procedure_codes")),
    },
    "adt_notifications": {
        "many A08 per visit": Kind(repeat(times=3, notification_id=renamed, event_type_code=to("A08")), equal("event_type_code", "A04"), rows_each=3),
        "ED that became inpatient": Kind(repeat(notification_id=renamed, event_type_code=to("A06"), patient_class=to("I")), both(equal("event_type_code", "A04"), equal("patient_class", "E"))),
        "wrong practice after reassignment": Kind(rewrite(practice_id=some("practice_ids")), has("practice_id")),
        "discharge missing": Kind(rewrite(discharge_datetime=blank), both(equal("event_type_code", "A03"), has("discharge_datetime"))),
    },
    "screenings": {
        "instrument by vendor name": Kind(rewrite(instrument=translated(VENDOR_NAMES, "vendor screen")), equal("instrument", *VENDOR_NAMES)),
        "one HRA exploded to 40 rows": Kind(repeat(times=39, screening_id=renamed), equal("instrument", "plan_hra"), rows_each=39),
        "score out of range": Kind(rewrite(score=to(999.0)), has("score")),
    },
    "care_management": {
        "reopened under a new id": Kind(repeat(cm_id=renamed), equal("status", "closed")),
        "referral source missing": Kind(rewrite(referral_source=blank)),
    },
    "grievances": {
        "attributed to the plan when about a practice": Kind(rewrite(against_type=to("plan")), equal("against_type", "practice")),
        "one event filed three times": Kind(repeat(times=2, grievance_id=renamed), rows_each=2),
        "resolved before received": Kind(before("received_date", "resolved_date", 48), has("resolved_date")),
    },
    "interpreter_requests": {
        "language misspelt": Kind(rewrite(language=one_of("spansh", "somalli", "nepalli", "arabik"))),
        'language "sign"': Kind(rewrite(language=to("sign"))),
        "status blank when billed": Kind(rewrite(status=blank), equal("status", "fulfilled")),
    },
    "immunizations": {
        "same dose from claims and registry": Kind(repeat(immunization_id=renamed, occurrence_date=shifted(1))),
    },
}  # fmt: skip


@dataclass
class Soiler:
    """Soils tables as they pass by and keeps the count by feed and kind."""

    seed: int
    rate: float
    facts: Facts
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    pieces: dict[str, int] = field(default_factory=dict)

    def soil(self, feed: str, table: pa.Table) -> Sequence[tuple[str, pa.Table]]:
        """The soiled table as (part, table): part "" is the feed's own file, "text" a file of text beside it."""
        piece = self.pieces.get(feed, 0)
        self.pieces[feed] = piece + 1
        kinds = KINDS.get(feed, {})
        for kind in kinds:
            self.counts.setdefault((feed, kind), 0)
        if self.rate == 0 or table.num_rows < FEWEST_ROWS or not kinds:
            return [("", table)]
        sheet = Sheet(table, stream(self.seed, f"dirt-{feed}", piece), self.facts)
        free = np.ones(table.num_rows, dtype=bool)
        for name, kind in kinds.items():
            rows = self.chosen(sheet, kind, free)
            if len(rows):
                free[rows] = False
                self.counts[feed, name] += kind.flaw(sheet, rows)
        return [("", sheet.finished()), *(("text", table) for table in sheet.aside)]

    def chosen(self, sheet: Sheet, kind: Kind, free: np.ndarray) -> np.ndarray:
        """Rows for one kind: its share of those where it can happen, at least one, none soiled before."""
        can = free & kind.where(sheet.table) if kind.where else free
        candidates = np.flatnonzero(can)
        wanted = min(len(candidates), max(1, round(self.rate * len(candidates) / kind.rows_each)))
        return np.sort(sheet.rng.choice(candidates, wanted, replace=False)) if wanted else candidates

    def ledger(self) -> pa.Table:
        """Grain: feed x kind; rows changed, added or taken out."""
        return pa.table({
            "feed": pa.array([feed for feed, _ in self.counts], pa.string()),
            "kind": pa.array([kind for _, kind in self.counts], pa.string()),
            "rows": pa.array(list(self.counts.values()), pa.int64()),
        })  # fmt: skip
