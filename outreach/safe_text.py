"""Foreign text made harmless before it reaches a spreadsheet, a page or a file name."""

import hashlib
import re
import unicodedata

# A spreadsheet takes a cell for a formula by its first visible character; full-width forms count in some locales.
FORMULA_STARTS = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - the full-width forms are meant
FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def plain(text: str | None) -> str:
    """Text on one line, without control, formatting and bidirectional override characters."""
    kept = text or ""
    if not kept.isprintable():  # printable text has no such character, and most text is that
        kept = "".join(c if not unicodedata.category(c).startswith("C") else " " for c in kept)
    return " ".join(kept.split())


def cell(text: str | None) -> str:
    """Plain text that no spreadsheet will evaluate: a quote in front of what starts like a formula."""
    clean = plain(text)
    return f"'{clean}" if clean[:1] in FORMULA_STARTS and clean else clean


def file_stem(identifier: str) -> str:
    """A file name for an id: the id itself where harmless, else its harmless part and a hash that keeps it unique."""
    harmless = FILE_NAME.sub("_", identifier)[:80]
    if harmless == identifier:
        return identifier
    return f"{harmless}-{hashlib.sha256(identifier.encode()).hexdigest()[:10]}"
