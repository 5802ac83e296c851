"""A small column frame for events that are still NumPy: same length arrays, taken and joined together."""

from __future__ import annotations

import numpy as np


class Events:
    """Arrays of one length, read as attributes: `visits.person`, `visits.day`, ..."""

    def __init__(self, **columns: np.ndarray) -> None:
        self.columns = columns

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.__dict__["columns"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def take(self, rows: np.ndarray) -> Events:
        """Rows by position or mask."""
        return Events(**{name: values[rows] for name, values in self.columns.items()})

    def having(self, **columns: np.ndarray) -> Events:
        """The same events with columns added or replaced."""
        return Events(**{**self.columns, **columns})


def concatenate(*parts: Events) -> Events:
    """All events, with the columns of the first part."""
    return Events(**{name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns})


def runs(values: np.ndarray, nothing: int = -1) -> Events:
    """Maximal runs of equal values along each row of a persons x months matrix: person, first, last, value.

    Runs of `nothing` are left out.
    """
    persons, months = values.shape
    starts = np.ones((persons, months), dtype=bool)
    starts[:, 1:] = values[:, 1:] != values[:, :-1]
    flat = np.flatnonzero(starts)
    following = np.append(flat[1:], persons * months)
    person, first = np.divmod(flat, months)
    found = Events(person=person, first=first, last=first + (following - flat) - 1, value=values.ravel()[flat])
    return found.take(found.value != nothing)


def rank_within(groups: np.ndarray) -> np.ndarray:
    """Position (0, 1, ...) of each element inside its run of equal, adjacent group numbers."""
    positions = np.arange(len(groups))
    new = np.ones(len(groups), dtype=bool)
    new[1:] = groups[1:] != groups[:-1]
    return positions - np.maximum.accumulate(np.where(new, positions, 0))
