import pytest

from expectations import BadInput
from ml.columns import refuse_forbidden


@pytest.mark.parametrize(
    "column", ["race", "pct_white", "PctHispanic", "member-language", "sex", "GENDER", "religion", "disability_share"]
)
def test_protected_traits_are_refused_by_name(column):
    with pytest.raises(BadInput, match="protected trait"):
        refuse_forbidden([column], "a file")


@pytest.mark.parametrize("column", ["score_next_adjusted", "future_rate", "visits_next", "nextWaveScore"])
def test_the_future_is_refused_by_name(column):
    with pytest.raises(BadInput, match="what comes after"):
        refuse_forbidden([column], "a file")


def test_services_owed_to_people_are_no_traits():
    refuse_forbidden(
        [
            "interpreter_fulfilment_rate",
            "member_rel_completeness",
            "next_visit_booked_rate",
            "pct_over_65",
            "trace",
            "third_next_available_days",
            "essex_distance",
            "brace_rate",
        ],
        "a file",
    )
