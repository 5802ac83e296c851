"""What the outreach team opens: a ranked list with reasons and actions, as CSV, workbook and web page."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from expectations import BadInput
from outreach.choices import DEFAULT, Choices

__all__ = ["Choices", "write"]


def write(
    marts: Path,
    out: Path,
    *,
    as_of: date,
    release_id: str,
    previous_list: Path | None,
    capacity: int,
    choices: Choices = DEFAULT,
    past_draws: Sequence[Path] = (),
) -> int:
    """Write practices.csv, practices.xlsx, territories/, index.html and scorecards/ from the public marts.

    Returns the list's length.

    `marts` holds one Parquet file a public table; `previous_list` is the practices.csv that changes are told against;
    `capacity` is the number of practices in tier A (and in B); `choices` say how the list is ordered. With a hold-out,
    hold_out.csv keeps who drew which lot; `past_draws` are such files of earlier releases, to tell in effects.csv and on
    the page what calling changed. Raises BadInput where no practice is active.
    """
    from outreach import effect, practices_csv, territories, web, workbook
    from outreach.marts import open_marts
    from outreach.ranking import rank

    ranking = rank(
        marts, as_of=as_of, release_id=release_id, previous_list=previous_list, capacity=capacity, choices=choices
    )
    if not ranking.practices:
        raise BadInput(
            f"practices: none is active on {as_of}; look at active_start_date and active_end_date, or at --as-of"
        )
    out.mkdir(parents=True)
    practices_csv.write(ranking.practices, out / "practices.csv")
    with open_marts(marts, as_of) as connection:
        workbook.write(ranking.practices, connection, out / "practices.xlsx")
        territories.write(ranking.practices, connection, out / "territories")
        web.write(ranking, connection, out, past_draws)
    if choices.hold_out_share:
        effect.write_draw(ranking.practices, out / "hold_out.csv")
    return len(ranking.practices)
