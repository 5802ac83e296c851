"""A risk is an answer about a practice, not about its blanks."""

import numpy as np
import pandas as pd

from ml import dataset, scoring

METRICS = ["m_phone", "m_follow_up"]
FEATURES = pd.DataFrame(
    {
        "m_phone": [np.nan, 0.5, np.nan, np.nan],
        "m_follow_up": [np.nan, 0.1, 0.2, np.nan],
        dataset.HISTORY[0]: [np.nan, np.nan, np.nan, -0.3],
        "members": [10.0, 500.0, 300.0, 80.0],
    }
)


def test_a_practice_nothing_is_known_of_is_blank():
    assert scoring.is_blank(FEATURES, METRICS).tolist() == [True, False, False, False]


def test_without_surveys_and_most_metrics_comes_an_audit_first():
    assert scoring.lanes(FEATURES, METRICS).tolist() == ["audit_first", "ranked", "ranked", "ranked"]
