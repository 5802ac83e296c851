"""Which columns may teach a model: never a protected trait, never the future.

Rules go by the words of a column's name (`pctFemale`, `pct_female` and `pct-female` all hold the word "female").
A rate of a service owed to people (interpreter requests fulfilled, demographic data collected) is no trait.
"""

import re
from collections.abc import Iterable

from expectations import BadInput

PROTECTED_WORDS = frozenset(
    [
        "race",
        "races",
        "racial",
        "ethnic",
        "ethnicity",
        "ethnicities",
        "hispanic",
        "latino",
        "latina",
        "latinx",
        "black",
        "white",
        "asian",
        "african",
        "indigenous",
        "aboriginal",
        "caucasian",
        "minority",
        "minorities",
        "bme",
        "bame",
        "tribal",
        "language",
        "languages",
        "lang",
        "english",
        "spanish",
        "lep",
        "religion",
        "religions",
        "religious",
        "faith",
        "christian",
        "muslim",
        "jewish",
        "hindu",
        "catholic",
        "sex",
        "sexes",
        "sexual",
        "sexuality",
        "gender",
        "genders",
        "male",
        "males",
        "female",
        "females",
        "men",
        "women",
        "transgender",
        "lgbt",
        "lgbtq",
        "orientation",
        "disability",
        "disabilities",
        "disabled",
        "handicap",
        "handicapped",
        "nationality",
        "citizenship",
        "immigrant",
        "immigrants",
        "immigration",
        "refugee",
        "refugees",
        "origin",
        "marital",
        "pregnancy",
        "pregnant",
        "genetic",
    ]
)

_FUTURE = re.compile(r"score_?next|next_?(score|wave|survey)|[_-]next$|future", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(column: str) -> set[str]:
    """The lower-case words of a name in snake_case, kebab-case or camelCase."""
    return {word.lower() for word in _WORD.findall(column)}


def refuse_forbidden(columns: Iterable[str], source: str) -> None:
    """Raise BadInput for the first column that names a protected trait or tells the future.

    Source: metric catalogue E.9 (traits) and 0.2 (evidence dated before the wave only).
    """
    for column in columns:
        if found := words(column) & PROTECTED_WORDS:
            raise BadInput(
                f"{source}: column '{column}' names a protected trait ({sorted(found)[0]}), which may never be "
                "a feature; remove the column"
            )
        if _FUTURE.search(column):
            raise BadInput(
                f"{source}: column '{column}' seems to tell what comes after the features; remove or rename the column"
            )
