"""Files that follow from the contracts: the dbt sources, the data dictionary and the table of handled dirt.

python -m expectations.generate          write them
python -m expectations.generate --check  exit 1 and name those that are stale
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from expectations.contract import Column, Contract, load_contracts

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "dbt" / "models" / "staging" / "_sources.yml"
DICTIONARY = ROOT / "docs" / "data_dictionary.md"
GATE_PAGE = ROOT / "docs" / "gate.md"
BEGIN, END = "<!-- generated: dirt -->", "<!-- end of generated -->"

LOCATION = "read_parquet('{{ env_var('PULSE_ACCEPTED', '../state/latest/accepted') }}/{name}/*.parquet')"
# Days without a newer file after which `dbt source freshness` warns: one delivery missed, with a margin.
WARN_AFTER_DAYS = {"monthly": 45, "register": 45, "event": 45, "wave": 220}
HEADING = "Generated from expectations/contracts by `python -m expectations.generate`; do not edit."
RUN_TABLES = {
    "feed_delivery": (
        "One row a feed: what the gate landed, accepted and put in quarantine.",
        {
            "feed": ("varchar", "Feed name."),
            "present": ("boolean", "The feed was delivered and not rejected."),
            "cadence": ("varchar", "monthly, wave, register or event, as its contract says."),
            "delivery": ("varchar", "snapshot or append, as its contract says."),
            "landed": ("bigint", "Rows that arrived."),
            "accepted": ("bigint", "Rows that were accepted."),
            "quarantined": ("bigint", "Rows in quarantine; landed = accepted + quarantined."),
            "file_date": ("date", "Newest date in the names of the feed's files."),
        },
    ),
    "run_parameters": (
        "One row: what a run is about. Written by the engine, readable by its owner only.",
        {
            "as_of_date": ("date", "The day whose knowledge counts."),
            "person_salt": ("varchar", "Secret that goes into every person_key."),
        },
    ),
}


def generated_files() -> dict[Path, str]:
    """Path and wanted text of every file that follows from the contracts."""
    contracts = sorted(load_contracts().values(), key=lambda contract: contract.feed)
    return {
        SOURCES: _sources(contracts),
        DICTIONARY: "\n".join(_dictionary(contracts)) + "\n",
        GATE_PAGE: _gate_page(contracts),
    }


def stale() -> list[Path]:
    """Generated files that are absent or differ from what the contracts say."""
    return [p for p, text in generated_files().items() if not p.exists() or p.read_text("utf-8") != text]


def _sources(contracts: list[Contract]) -> str:
    document = {
        "version": 2,
        "sources": [
            {
                "name": "feeds",
                "schema": "feeds",
                "description": "Rows that passed the gate, one table a feed; types and rules by contract.",
                "config": {"meta": {"external_location": LOCATION}},
                "tables": [_source_table(contract) for contract in contracts],
            },
            {
                "name": "run",
                "schema": "run",
                "description": "What the gate and the engine say about the run itself.",
                "config": {"meta": {"external_location": LOCATION}},
                "tables": [
                    {
                        "name": name,
                        "description": description,
                        "columns": [
                            {"name": column, "data_type": data_type, "description": text}
                            for column, (data_type, text) in columns.items()
                        ],
                    }
                    for name, (description, columns) in RUN_TABLES.items()
                ],
            },
        ],
    }
    return f"# {HEADING}\n" + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _source_table(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.feed,
        "description": f"{contract.description} Grain: {contract.grain}.",
        "config": {
            "meta": {"owner": contract.owner, "cadence": contract.cadence, "delivery": contract.delivery},
            "loaded_at_field": "cast(file_date as timestamp)",
            "freshness": {"warn_after": {"count": WARN_AFTER_DAYS[contract.cadence], "period": "day"}},
        },
        "columns": [
            {"name": c.name, "data_type": c.physical_type.lower(), "description": f"{c.description}."}
            for c in contract.columns
        ],
    }


def _dictionary(contracts: list[Contract]) -> Iterator[str]:
    yield "# Data dictionary of the feeds"
    yield ""
    yield HEADING
    yield ""
    yield "What a bad value does: **quarantine** = the row is set apart; clear = the value becomes null, the row stays;"
    yield "keep = it is counted as a warning. Letter case of listed values is folded; lists are separated by `|`."
    for contract in contracts:
        yield from ("", f"## {contract.feed}", "", f"{contract.description} Grain: {contract.grain}.", "")
        yield (
            f"Owner {contract.owner}; cadence {contract.cadence}; delivered as {contract.delivery}; "
            f"contract {contract.version}; key {', '.join(f'`{k}`' for k in contract.key)}; "
            f"rejected whole above {contract.maximum_bad_row_share:.0%} bad rows."
        )
        yield from ("", "| column | type | rule | bad value | meaning |", "| --- | --- | --- | --- | --- |")
        yield from (_dictionary_row(column) for column in contract.columns)
        if contract.rules:
            yield from ("", "| rule across columns | severity | bad row | why |", "| --- | --- | --- | --- |")
            for rule in contract.rules:
                fate = f"clear {rule.clears}" if rule.clears else rule.on_fail
                yield f"| `{rule.id}` | {rule.severity} | {fate} | {_cell(rule.description)} |"


def _dictionary_row(column: Column) -> str:
    kinds = {"array": "list of text", "object": "JSON text"}
    kind = kinds.get(column.logical_type, column.logical_type)
    fate = f"**{column.on_bad_value}**" if column.on_bad_value == "quarantine" else column.on_bad_value
    return f"| `{column.name}` | {kind} | {_cell('; '.join(_demands(column)))} | {fate} | {_cell(column.description)} |"


def _demands(column: Column) -> Iterator[str]:
    if column.key_position:
        yield "key"
    if column.required:
        yield "required"
    if column.filled_by_loader:
        yield "filled by the loader when absent"
    if column.drop_value:
        yield "never loaded"
    if column.allowed:
        yield "one of " + ", ".join(f"`{value}`" for value in column.allowed)
    if column.synonym_domain:
        yield f"synonyms of domain `{column.synonym_domain}` are resolved in staging"
    if column.pattern:
        yield f"matches `{column.pattern}`"
    if column.minimum is not None or column.maximum is not None:
        yield f"{_bound(column.minimum, 'from')} {_bound(column.maximum, 'to')}".strip()
    if column.format:
        yield {"npi": "ten digits with a valid check digit", "time_zone": "IANA name"}[column.format]
    if column.foreign_key:
        share = column.foreign_key.minimum_known_share
        yield f"in {column.foreign_key.feed}" + (f" for at least {share:.0%} of rows (warning)" if share else "")
    if column.known_in_seed:
        yield f"in seed {column.known_in_seed}"


def _bound(value: float | None, word: str) -> str:
    return "" if value is None else f"{word} {value:g}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _gate_page(contracts: list[Contract]) -> str:
    """The hand-written page with its table of dirt brought up to date."""
    text = GATE_PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{chr(10).join(_dirt(contracts))}\n{END}{after}"


def _dirt(contracts: list[Contract]) -> Iterator[str]:
    yield from ("| feed | kind of dirt | handling | how |", "| --- | --- | --- | --- |")
    for contract in contracts:
        for dirt in contract.dirt:
            yield f"| {contract.feed} | {_cell(dirt.kind)} | {dirt.handling} | {_cell(dirt.how)} |"


def main(arguments: list[str]) -> int:
    """Write the files, or with --check only name the stale ones."""
    if arguments == ["--check"]:
        for path in stale():
            print(f"stale: {path.relative_to(ROOT)}")
        return 1 if stale() else 0
    for path, text in generated_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
