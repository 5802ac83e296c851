"""Files that follow from a contract or the registry: written by one command, compared by a test."""

from pathlib import Path

from orchestration.identity import ROOT

REGISTRY = ROOT / "dbt" / "seeds" / "ref_metric.csv"
UNION = ROOT / "dbt" / "models" / "intermediate" / "int_observation.sql"
TRACE = ROOT / "docs" / "trace.md"


def generated_files() -> dict[Path, str]:
    """Path and wanted text of every derived file."""
    from expectations import generate as from_contracts
    from orchestration.metric_union import metric_union_sql
    from orchestration.trace import trace_page

    return {**from_contracts.generated_files(), UNION: metric_union_sql(REGISTRY), TRACE: trace_page()}


def stale() -> list[Path]:
    """Derived files that are absent or no longer say what their source says, relative to the checkout."""
    return [
        path.relative_to(ROOT)
        for path, text in generated_files().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]


def write() -> None:
    """Bring every derived file up to date."""
    for path, text in generated_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
