"""Calendar of the plan: months, half-year survey waves, federal holidays, business days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Wave:
    """A survey half-year. `months` are the plan months inside it (empty for the wave after the end)."""

    wave_id: str
    start: np.datetime64
    end: np.datetime64
    months: range


@dataclass(frozen=True)
class Timeline:
    """Whole months up to and including the month of `end`; the last entry of `waves` lies ahead of `end`."""

    start: np.datetime64
    end: np.datetime64
    month_starts: np.ndarray  # months + 1 entries: the last is the day after the last month
    waves: tuple[Wave, ...]

    @property
    def months(self) -> int:
        return len(self.month_starts) - 1

    @property
    def days_in_month(self) -> np.ndarray:
        return np.diff(self.month_starts).astype(int)

    @property
    def finished_waves(self) -> tuple[Wave, ...]:
        """Waves that lie wholly inside the plan: only those have answers."""
        return tuple(w for w in self.waves if w.end <= self.end and len(w.months) == 6)

    def wave_of_month(self) -> np.ndarray:
        """Index into `waves` for every plan month."""
        index = np.zeros(self.months, dtype=int)
        for position, wave in enumerate(self.waves):
            index[wave.months.start : wave.months.stop] = position
        return index

    def month_of(self, days: np.ndarray) -> np.ndarray:
        """Plan month that contains each day, clipped to the plan."""
        return np.clip(np.searchsorted(self.month_starts, days, side="right") - 1, 0, self.months - 1)


def build_timeline(end: date, months: int) -> Timeline:
    last = np.datetime64(end, "M")
    first = last - (months - 1)
    starts = np.arange(first, last + 2).astype("datetime64[D]")
    waves = []
    half = first - (first.astype(int) % 6)
    while half.astype("datetime64[D]") <= np.datetime64(end, "D") + DAY:
        inside = np.arange(half, half + 6)
        known = inside[(inside >= first) & (inside <= last)]
        offset = int((known[0] - first).astype(int)) if len(known) else months
        year, month = divmod(int(half.astype(int)), 12)
        wave_id = f"{1970 + year}H{1 if month < 6 else 2}"
        waves.append(
            Wave(
                wave_id,
                half.astype("datetime64[D]"),
                (half + 6).astype("datetime64[D]") - DAY,
                range(offset, offset + len(known)),
            )
        )
        half = half + 6
    if waves[-1].start <= np.datetime64(end, "D"):
        raise AssertionError("the last wave must lie ahead of the end")
    return Timeline(starts[0], np.datetime64(end, "D"), starts, tuple(waves))


def nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th (1-based, -1 = last) weekday (Monday 0) of a month."""
    if n > 0:
        first = date(year, month, 1)
        return date(year, month, 1 + (weekday - first.weekday()) % 7 + 7 * (n - 1))
    following = date(year + month // 12, month % 12 + 1, 1)
    last = following.toordinal() - 1
    return date.fromordinal(last - (date.fromordinal(last).weekday() - weekday) % 7)


def observed(day: date) -> date:
    """Saturday holidays are kept on Friday, Sunday ones on Monday."""
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    return date.fromordinal(day.toordinal() + shift)


@lru_cache
def federal_holidays(first_year: int, last_year: int) -> np.ndarray:
    """The 11 US federal holidays as observed, sorted."""
    days = []
    for year in range(first_year, last_year + 1):
        days += [observed(date(year, m, d)) for m, d in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
        days += [
            nth_weekday(year, 1, 0, 3),
            nth_weekday(year, 2, 0, 3),
            nth_weekday(year, 5, 0, -1),
            nth_weekday(year, 9, 0, 1),
            nth_weekday(year, 10, 0, 2),
            nth_weekday(year, 11, 3, 4),
        ]
    return np.array(sorted(days), dtype="datetime64[D]")


HOLIDAYS = federal_holidays(2000, 2060)


def to_business_day(days: np.ndarray) -> np.ndarray:
    """The day itself when offices are open, else the next business day."""
    return np.busday_offset(days, 0, roll="forward", holidays=HOLIDAYS)


def add_business_days(days: np.ndarray, count: np.ndarray) -> np.ndarray:
    """`count` business days after `days` (0 = the day itself, moved forward to a business day)."""
    return np.busday_offset(days, count, roll="backward" if np.any(count) else "forward", holidays=HOLIDAYS)
