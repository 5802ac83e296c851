"""Turn foreign exports into contract-shaped feeds: one module a kind of source, all with one signature."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Connector = Callable[[Path, Path], None]


def _lazily(module: str) -> Connector:
    def connect(src: Path, out: Path) -> None:
        import_module(f"{__name__}.{module}").connect(Path(src), Path(out))

    return connect


# Imported on call, not here: the command line lists these names without paying for DuckDB.
CONNECTORS: dict[str, Connector] = {name: _lazily(name) for name in ("synthea", "tuva", "directory")}
