"""Random numbers: one independent stream per table and block, so that no table shifts another."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, purpose: str, block: int = 0) -> np.random.Generator:
    """A generator that depends on nothing but the seed, what it is for, and the block."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(purpose.encode()), block)))


def weighted_picker(weights: np.ndarray):
    """A function (rng, n) -> n indices drawn with probability proportional to `weights`."""
    edges = np.cumsum(weights, dtype=float)
    edges /= edges[-1]

    def pick(rng: np.random.Generator, n: int) -> np.ndarray:
        return np.searchsorted(edges, rng.random(n), side="right").clip(max=len(edges) - 1)

    return pick


def pick_from(rng: np.random.Generator, probabilities: np.ndarray | list, n: int) -> np.ndarray:
    """n indices, drawn with the given probabilities."""
    return weighted_picker(np.asarray(probabilities, dtype=float))(rng, n)


def pick_per_row(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """One index a row, drawn with that row's weights (rows x choices)."""
    edges = np.cumsum(weights, axis=1)
    return (rng.random(len(weights))[:, None] * edges[:, -1:] >= edges).sum(axis=1).clip(max=weights.shape[1] - 1)
