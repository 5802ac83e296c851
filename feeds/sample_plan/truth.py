"""The benchmark files: what a model could at best know. The pipeline never reads them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from feeds.sample_plan import parameters as assumed
from feeds.sample_plan.columns import coded, integers, numbers
from feeds.sample_plan.membership import practice_id
from feeds.sample_plan.randomness import stream
from feeds.sample_plan.surveys import expected_index, expected_score, normal_cdf, response_counts
from feeds.sample_plan.world import World

# Standard deviation, on 0-100, of one respondent's own index around the practice's (measured on this generator).
RESPONDENT_INDEX_SD = 21.0


def index_gradient() -> np.ndarray:
    """Points of pe_index per standard deviation of each step, at an average practice."""
    steps = np.eye(len(assumed.STEPS)) * 0.5
    return expected_index(steps) - expected_index(-steps)


def risks(world: World, completes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Index, and the chance that the true and the observed index of a wave lie in its bottom quartile.

    Both chances are what somebody would say who knows the practice's strengths one wave earlier (and any outreach),
    but not the wave's own luck: AR(1) strengths, index taken as linear in them.
    """
    waves = len(world.timeline.waves)
    index = np.stack([expected_index(world.strength[:, :, w]) for w in range(waves)], axis=1)
    gradient = index_gradient()
    rho, shared = assumed.WAVE_AUTOCORRELATION, assumed.SHARED_VARIANCE
    fresh = (1 - rho**2) * (shared * gradient.sum() ** 2 + (1 - shared) * (gradient**2).sum())
    level = expected_index(np.zeros((1, len(assumed.STEPS))))[0]
    gain = world.strength - world.innate_strength
    true_risk, observed_risk = np.full(index.shape, np.nan), np.full(index.shape, np.nan)
    for wave in range(waves):
        cut = np.quantile(index[:, wave], 0.25)
        if wave == 0:
            mean, spread = level + np.zeros(len(index)), fresh / (1 - rho**2)
        else:
            mean = level + (rho * world.innate_strength[:, :, wave - 1] + gain[:, :, wave]) @ gradient
            spread = fresh
        noise = RESPONDENT_INDEX_SD**2 / completes[:, wave]
        observed_cut = level - np.sqrt(np.var(index[:, wave]) + np.median(noise)) * 0.6745
        true_risk[:, wave] = normal_cdf((cut - mean) / np.sqrt(spread))
        observed_risk[:, wave] = normal_cdf((observed_cut - mean) / np.sqrt(spread + noise))
    return index, true_risk, observed_risk


def build_practice_wave(world: World) -> pa.Table:
    """Grain: practice x wave, including the wave after the end."""
    waves = world.timeline.waves
    completes = response_counts(stream(world.seed, "survey_counts"), world, len(waves))
    index, true_risk, observed_risk = risks(world, completes)
    n = len(world.practices)
    practice, wave = np.repeat(np.arange(n), len(waves)), np.tile(np.arange(len(waves)), n)
    scores = {
        f"step_{item.steps[0].lower().replace('-', '_')}": np.stack(
            [expected_score(item, world.strength[:, :, w]) for w in range(len(waves))], axis=1
        )
        for item in assumed.TOUCHPOINTS.values()
    }
    return pa.table({
        "practice_id": practice_id(practice),
        "wave_id": coded(wave, [w.wave_id for w in waves]),
        "completes": integers(completes.ravel()),
        "pe_index": numbers(index.ravel(), 4),
        "risk_true": numbers(true_risk.ravel(), 6),
        "risk_observed": numbers(observed_risk.ravel(), 6),
        **{name: numbers(values.ravel(), 4) for name, values in scores.items()},
        **{
            f"strength_{step.lower().replace('-', '_')}": numbers(world.strength[:, k].ravel(), 4)
            for k, step in enumerate(assumed.STEPS)
        },
    })  # fmt: skip
