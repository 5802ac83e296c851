"""The last look at a staged release before anybody can read it: what must hold whatever the data were."""

from pathlib import Path

import duckdb

from outreach.practices_csv import COLUMNS
from outreach.safe_text import cell

# Each check counts offending rows of the list; the wording is what the job's operator reads.
CHECKS = {
    "ranks are not 1 to n, each once": "select count(*) - count(distinct rank) + (max(rank) <> count(*))::int from listed",
    "a practice is listed twice": "select count(*) - count(distinct practice_id) from listed",
    "a risk lies outside 0 to 1": "select count(*) from listed where risk not between 0 and 1",
    "a risk lies outside its interval": "select count(*) from listed where risk not between risk_low and risk_high",
    "a count of 1 to 10 members is shown": "select count(*) from listed where members between 1 and 10",
    "an active practice is missing from the list": """
        select count(*) from active where practice_id not in (select practice_id from listed)""",
    "the list has a practice that is not active": """
        select count(*) from listed where practice_id not in (select practice_id from active)""",
    "a number of members is not the public one": """
        select count(*) from listed inner join active using (practice_id)
        where listed.members is distinct from active.members""",
    "a missed duty stands behind a practice without one": """
        select count(*) from listed
        where hard_fail is not null and rank > (select min(rank) from listed where hard_fail is null)""",
    "a cell starts like a formula": """
        select count(*) from listed
        where regexp_matches(concat_ws(chr(10), '', practice_name, phone, city, state, reason_1, reason_2, reason_3), '\\n[=+@-]')""",
    "a practice has no scorecard, or a scorecard no practice": """
        select count(*) - (select count(*) from glob(getvariable('cards'))) from listed""",
    "a public table names a person": """
        select count(*) from information_schema.columns
        where column_name in ('person_id', 'person_key', 'member_id', 'birth_date', 'response_id')""",
}

ACTIVE = """
create table active as
select as_cell(practice_id) as practice_id, members from practice_scorecard
where is_active and as_of_date = (select max(as_of_date) from practice_scorecard)"""


def faults(staged: Path) -> list[str]:
    """What is wrong with a staged release, one line each; empty if it may be published."""
    listed = staged / "outreach" / "practices.csv"
    with listed.open(encoding="utf-8") as file:
        header = tuple(file.readline().rstrip("\n").split(","))
    if header != COLUMNS:
        return ["practices.csv has other columns than promised"]
    with duckdb.connect() as connection:
        types = {"rank": "bigint", "members": "bigint", "risk": "double", "risk_low": "double", "risk_high": "double"}
        connection.execute(
            f"create table listed as select * replace ({', '.join(f'{c}::{t} as {c}' for c, t in types.items())}) "
            "from read_csv(?, header = true, all_varchar = true)",
            [str(listed)],
        )
        connection.execute("set variable cards = ?", [str(listed.parent / "scorecards" / "*.html")])
        for path in sorted((staged / "marts").glob("*.parquet")):
            connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
        connection.create_function("as_cell", cell, ["VARCHAR"], "VARCHAR")  # ids as the list writes them
        connection.execute(ACTIVE)
        return [said for said, query in CHECKS.items() if connection.execute(query).fetchone()[0]]
