"""Names that follow from content: the same inputs, parameters and code give the same run id."""

import hashlib
import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("feeds", "expectations", "dbt", "ml", "outreach", "orchestration")
CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".j2", ".html", ".css", ".js"}
SCRATCH = {"target", "logs", "__pycache__"}


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(*parts: object) -> str:
    """Twelve hex digits that stand for a sequence of JSON-able values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]


@cache
def code_version() -> str:
    """Hash of everything in this checkout that a result depends on, git or no git."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if _is_code(path)]
    files.append(ROOT / "requirements.lock")
    return digest([(path.relative_to(ROOT).as_posix(), file_sha256(path)) for path in sorted(files)])


def _is_code(path: Path) -> bool:
    return path.suffix in CODE_SUFFIXES and path.is_file() and SCRATCH.isdisjoint(path.parts)


def input_hashes(feeds: Path) -> list[tuple[str, str]]:
    """Every file below a feeds folder with its hash, in a fixed order."""
    return [(p.relative_to(feeds).as_posix(), file_sha256(p)) for p in sorted(feeds.rglob("*")) if p.is_file()]
