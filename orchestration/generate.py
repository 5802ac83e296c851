"""Files that follow from a contract or the registry: written by one command, compared by a test."""

from pathlib import Path

from orchestration.identity import ROOT

REGISTRY = ROOT / "dbt" / "seeds" / "ref_metric.csv"
UNION = ROOT / "dbt" / "models" / "intermediate" / "int_observation.sql"
COMPANIONS = ROOT / "dbt" / "seeds" / "ref_companion.csv"
COMPANION_UNION = ROOT / "dbt" / "models" / "intermediate" / "int_companion_observation.sql"
TRACE = ROOT / "docs" / "trace.md"


def generated_files() -> dict[Path, str]:
    """Path and wanted text of every derived file."""
    from expectations import generate as from_contracts
    from orchestration.metric_union import companion_union_sql, metric_union_sql
    from orchestration.trace import trace_page

    return {
        **from_contracts.generated_files(),
        UNION: metric_union_sql(REGISTRY),
        COMPANION_UNION: companion_union_sql(COMPANIONS),
        TRACE: trace_page(),
    }


def stale() -> dict[Path, str]:
    """Derived files that are absent or no longer say what their source says, with the text that they should have."""
    return {
        path: text for path, text in generated_files().items() if not path.exists() or path.read_text("utf-8") != text
    }


def write() -> list[Path]:
    """Bring every derived file up to date; returns those that were not, relative to the checkout."""
    outdated = stale()
    for path, text in outdated.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(ROOT) for path in outdated]
