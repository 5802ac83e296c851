"""Identifiers that look right and belong to nobody: NPIs that pass Luhn, 555-01xx phones, hashed TINs."""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def npi(serials: np.ndarray) -> np.ndarray:
    """10-digit NPIs (int64) whose last digit makes 80840 + NPI pass the Luhn check; one per serial < 10**8."""
    body = 100_000_000 + np.asarray(serials, dtype=np.int64)
    total = np.full(body.shape, 24)  # what the constant prefix 80840 adds
    rest = body.copy()
    for place in range(9):
        digit = rest % 10
        rest //= 10
        doubled = digit * 2 if place % 2 == 0 else digit
        total = total + doubled // 10 + doubled % 10
    return body * 10 + (10 - total % 10) % 10


def tin_hash(serial: int) -> str:
    """What a plan would send: a salted hash, never the TIN."""
    return sha256(f"sample-plan-tin-{serial}".encode()).hexdigest()[:32]


def phone(area_code: str, serial: int) -> str:
    """A number from the range kept free for fiction (555-0100 to 555-0199); area and line repeat, as lines do."""
    return f"{area_code}55501{serial % 100:02d}"
