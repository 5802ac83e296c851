import numpy as np
import pandas as pd
import pytest

from ml.examples import Examples


def test_soft_labels_are_the_chance_that_the_true_score_is_below_the_cut():
    random = np.random.default_rng(1)
    n = 50_000
    true = random.normal(70, 5, n)
    seen = true + random.normal(0, np.sqrt(30), n)
    rel = 25 / (25 + 30)
    nothing = np.full(n, np.nan)
    examples = Examples(
        features=pd.DataFrame(index=range(n)),
        history=(),
        score=seen,
        expected=rel * seen + (1 - rel) * 70,
        spread=np.full(n, np.sqrt(25 * (1 - rel))),
        judged=np.arange(n) < 10,
        weight=np.ones(n),
        group=np.arange(n),
        wave=nothing,
        low=nothing,
        soft=nothing,
    ).with_cut(66.0)
    for low, high in ((0.1, 0.2), (0.4, 0.5), (0.8, 0.9)):
        inside = (examples.soft >= low) & (examples.soft < high)
        assert (true[inside] < 66).mean() == pytest.approx(examples.soft[inside].mean(), abs=0.02)
    assert examples.is_judged.sum() == 10
    assert examples.take(examples.is_judged).low.tolist() == (seen[:10] < 66).astype(float).tolist()
