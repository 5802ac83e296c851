"""The last look at a staged release before anybody can read it: what must hold whatever the data were."""

from pathlib import Path

import duckdb

from outreach.practices_csv import COLUMNS

# Each check counts offending rows of the list; the wording is what the job's operator reads.
CHECKS = {
    "ranks are not 1 to n, each once": "select count(*) - count(distinct rank) + (max(rank) <> count(*))::int from listed",
    "a practice is listed twice": "select count(*) - count(distinct practice_id) from listed",
    "a risk lies outside 0 to 1": "select count(*) from listed where risk not between 0 and 1",
    "a risk lies outside its interval": "select count(*) from listed where risk not between risk_low and risk_high",
    "a count of 1 to 10 members is shown": "select count(*) from listed where members between 1 and 10",
    "an active practice is missing from the list": """
        select count(*) - (select count(*) from listed) from active""",
    "a public table names a person": """
        select count(*) from information_schema.columns
        where column_name in ('person_id', 'person_key', 'member_id', 'birth_date', 'response_id')""",
}


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
        for path in sorted((staged / "marts").glob("*.parquet")):
            connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
        connection.execute("""
            create view active as
            select practice_id from practice_scorecard
            where is_active and as_of_date = (select max(as_of_date) from practice_scorecard)""")
        return [said for said, query in CHECKS.items() if connection.execute(query).fetchone()[0]]
