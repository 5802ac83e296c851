"""Practice x as-of date from a run's marts: features as they were known, and the label of the wave that followed.

Every feature comes from a mart that is built per as-of date; earlier surveys count only once their results were out.
A new metric becomes a feature by itself: nothing here names one.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ml.columns import refuse_forbidden
from ml.examples import Examples

# From marts.practice_features. State and practice type describe whom a practice serves: they group results, they are
# no reason anybody could act on. Step scores are means of the metrics, so they would count twice.
STEPS = ("ease", "flexible", "minimize", "readiness", "empathy", "information", "follow_up")
CONTEXT = ("members", "data_gap_count", "compliance_index")
TRENDS = tuple(f"trend_{step}" for step in STEPS)
TOUCHPOINTS = tuple(f"touchpoint_{step}" for step in STEPS)
HISTORY = ("last_score", "history_score", "history_access", "history_touchpoints")
# Driven by patients or by size as much as by the practice: the model may use them in either direction.
UNDIRECTED = ("no_show_rate", "telehealth_visit_share", "members", "data_gap_count", *TRENDS)

FAR = 3.0  # standard deviations beyond which a metric says no more
LEARN_N, JUDGE_N = 11, 30  # catalogue H.4 item 49
LOW_QUANTILE = 0.25
LOOK_BACK_MONTHS = 6  # that the surveys' questions span (catalogue D.1)
SPARSE_COUNTY = 5  # listed practices
EXPOSURE = "pcp_change_rate"  # its denominator is the members' months with the practice, by line of business
SAFETY_NET_LOBS = ("medicaid", "dsnp")
USUAL_MEMORY, MEMORY_PAIRS = 0.8, 50  # correlation of true scores one wave apart, until there are pairs to measure it


@dataclass(frozen=True)
class Outcome:
    """A score to foretell, by the columns of marts.practice_label that tell it."""

    name: str
    score: str
    n: str
    reliability: str
    between_variance: str


PE_INDEX = Outcome("pe_index", "pe_index_adjusted", "n", "reliability", "between_variance")
ACCESS = Outcome("access", "access_adjusted", "access_n", "access_reliability", "access_between_variance")


@dataclass(frozen=True)
class Table:
    """Rows of practice x as-of date, in that order of time, and what is said about them.

    keys      practice_id, as_of_date, wave_id (to predict, None mid-wave), n, reliability, between_variance, results_on
              of the label (null where there is none yet); what rows are grouped by to see whom a model serves, never
              features: practice_type, state, members, rurality, safety_net_share
    examples  features and labels of the same rows, labelled by the cut of all labelled waves
    steps     feature -> step code, of the metrics
    as_of     the run's as-of date
    teachers  wave -> the waves from which it may be foretold (see `teachers`)
    starts    wave -> its first day, oldest first
    """

    keys: pd.DataFrame
    examples: Examples
    steps: dict[str, str]
    as_of: object
    teachers: dict[str, list[str]]
    starts: dict[str, pd.Timestamp]

    @property
    def labelled_waves(self) -> list[str]:
        """Waves with at least one label, oldest first."""
        scored = ~np.isnan(self.examples.score)
        rows = self.keys[scored].sort_values("as_of_date")
        return list(dict.fromkeys(rows["wave_id"]))

    def next_wave(self, day) -> str | None:
        """The first wave that starts after a day."""
        return next((wave for wave, start in self.starts.items() if start > pd.Timestamp(day)), None)

    def judged_by_the_past(self) -> np.ndarray:
        """Per row: 1.0 low and 0.0 not by the cut of the waves that its wave is foretold from, NaN where not judged."""
        return self.examples.with_cut(cuts(self.examples, self.teachers)).low

    def digest(self) -> str:
        """Changes when any learnable number does (32 hex digits)."""
        learnable = self.examples.take(self.examples.is_learnable)
        content = hashlib.sha256(json.dumps(list(learnable.features.columns)).encode())
        content.update(learnable.features.to_csv(index=False, float_format="%.9g").encode())
        content.update(np.round(np.column_stack([learnable.score, learnable.expected, learnable.spread]), 6).tobytes())
        return content.hexdigest()[:32]


def read(warehouse: Path, outcome: Outcome = PE_INDEX) -> Table:
    """The whole table of a warehouse whose adjusted survey scores have been written (`ml.survey_scores`).

    `last_score` is the outcome's own last score; the other features are the same for every outcome. Raises BadInput where a column of practice_features names a protected trait or the future.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        marts = connection.execute("select * from marts.practice_features order by as_of_date, practice_id").fetchdf()
        refuse_forbidden(marts.columns, "marts.practice_features")
        metrics = connection.execute(
            """select as_of_date, practice_id, metric_id, value_shrunk
            from marts.metric_result
            where level = 'practice' and lob = 'all' and metric_id in (
                select metric_id from reference.ref_metric where is_public = 1
            )"""
        ).fetchdf()
        registry = connection.execute(
            "select metric_id, step_code, direction from reference.ref_metric where is_public = 1 order by metric_id"
        ).fetchdf()
        labels = connection.execute("select * from marts.practice_label order by practice_id, wave_id").fetchdf()
        waves = connection.execute("select * from reference.ref_survey_wave order by start_on").fetchdf()
        served = connection.execute(SERVED).fetchdf()
    marts["as_of_date"] = pd.to_datetime(marts["as_of_date"])
    refuse_forbidden(registry["metric_id"], "reference.ref_metric")
    keys = _with_labels(_with_served(marts, served), labels, outcome)
    described = pd.concat([_fixed(marts), _pivot(marts, metrics, registry["metric_id"])], axis=1)
    history = _history(marts, labels, waves, outcome)
    features = pd.concat(
        [
            _against_plan(history, marts["as_of_date"], scaled=False),
            _against_plan(described, marts["as_of_date"], scaled=True),
        ],
        axis=1,
    )
    directions = {row.metric_id: -1 if row.direction == "higher" else 1 for row in registry.itertuples()}
    directions |= dict.fromkeys((*HISTORY, *TOUCHPOINTS, "compliance_index"), -1)
    for column in UNDIRECTED:
        directions.pop(column, None)
    examples = _examples(keys, features, directions)
    steps = dict(zip(registry["metric_id"], registry["step_code"], strict=True))
    starts = dict(zip(waves["wave_id"], pd.to_datetime(waves["start_on"]), strict=True))
    return Table(keys, examples, steps, marts["as_of_date"].max(), teachers(waves), starts)


def teachers(waves: pd.DataFrame) -> dict[str, list[str]]:
    """wave -> the earlier waves, oldest first, that a model may learn from before it foretells that wave.

    Two conditions, both by date. Their results were out on the wave's eve. And their own eve lies at least the surveys'
    look-back before it, so that features a model learned from and features it is tested on never tell of the same
    months that respondents speak of (half-yearly waves: all earlier ones; quarterly waves: not the one just before).
    """
    start, out = (pd.to_datetime(waves[column]) for column in ("start_on", "results_on"))
    return {
        wave: list(waves["wave_id"][(start + pd.DateOffset(months=LOOK_BACK_MONTHS) <= begins) & (out < begins)])
        for wave, begins in zip(waves["wave_id"], start, strict=True)
    }


def forward_folds(waves: np.ndarray, teaching: dict[str, list[str]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """(train, test) positions, a fold a wave that has teachers among these rows."""
    folds = [(np.flatnonzero(np.isin(waves, past)), np.flatnonzero(waves == wave)) for wave, past in teaching.items()]
    return [(train, test) for train, test in folds if len(train) and len(test)]


def label_cut(scores: np.ndarray, judged: np.ndarray) -> float:
    """25th percentile of the scores that are sure enough; of all where none is."""
    return float(np.quantile(scores[judged] if judged.any() else scores, LOW_QUANTILE))


def teach_soft(examples: Examples, rows: np.ndarray) -> Examples:
    """The rows labelled by their own cut (what was known when they were the past): the chance of being below it."""
    learned = examples.take(rows)
    scored = ~np.isnan(learned.score)
    if not scored.any():
        return learned
    cut = label_cut(learned.score[scored], learned.judged[scored])
    return replace(learned.with_cut(cut), weight=np.ones(len(learned)))


def teach_weighted(examples: Examples, rows: np.ndarray) -> Examples:
    """The rows labelled hard by their own cut, each counting as much as its score is reliable."""
    learned = replace(examples.take(rows), expected=examples.score[rows], spread=np.zeros(len(rows)))
    return replace(teach_soft(learned, np.arange(len(rows))), weight=examples.weight[rows])


def cuts(examples: Examples, teaching: dict[str, list[str]]) -> np.ndarray:
    """Each row's cut: that of the waves its wave is foretold from; of its own wave where there are none."""
    cut = np.full(len(examples), np.nan)
    scored = ~np.isnan(examples.score)
    for wave in dict.fromkeys(examples.wave[scored]):
        taught = np.isin(examples.wave, teaching[wave]) & scored
        known = taught if taught.any() else (examples.wave == wave) & scored
        cut[examples.wave == wave] = label_cut(examples.score[known], examples.judged[known])
    return cut


# Whom practices serve. The feeds carry no rural-urban code: a rural health clinic is rural by law, and a county where
# few practices are listed stands in for the rest.
SERVED = f"""
with exposure as (
    select as_of_date, practice_id,
        sum(denominator) filter (where lob in {SAFETY_NET_LOBS}) as safety_net, sum(denominator) filter (where lob = 'all') as everybody
    from marts.metric_result
    where level = 'practice' and metric_id = '{EXPOSURE}'
    group by as_of_date, practice_id
),
county as (
    select practice_id, practice_type,
        case when county_fips is not null then count(*) over (partition by county_fips) end as listed
    from marts.dim_practice
)
select features.as_of_date, features.practice_id,
    case when county.practice_type = 'rhc' then 'rural health clinic'
        when county.listed < {SPARSE_COUNTY} then 'sparse county'
        when county.listed is not null then 'other county' end as rurality,
    coalesce(exposure.safety_net, 0) / nullif(exposure.everybody, 0) as safety_net_share
from marts.practice_features as features
left join county on county.practice_id = features.practice_id
left join exposure on exposure.practice_id = features.practice_id and exposure.as_of_date = features.as_of_date
"""


def _with_served(marts: pd.DataFrame, served: pd.DataFrame) -> pd.DataFrame:
    """The rows of practice_features with the columns by which they are grouped, and nothing that teaches."""
    served = served.assign(as_of_date=pd.to_datetime(served["as_of_date"]))
    keys = marts[["practice_id", "as_of_date", "wave_id", "practice_type", "state", "members"]]
    return keys.merge(served, on=["as_of_date", "practice_id"], how="left", validate="1:1")


def _with_labels(keys: pd.DataFrame, labels: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """A label counts once its wave's results are out by the run's as-of date, and never for a later as-of."""
    told = {
        outcome.score: "score",
        outcome.n: "n",
        outcome.reliability: "reliability",
        outcome.between_variance: "between_variance",
    }
    labels = labels[["practice_id", "wave_id", "results_on", *told]].rename(columns=told)
    keys = keys.merge(labels, on=["practice_id", "wave_id"], how="left", validate="m:1")
    out = pd.to_datetime(keys["results_on"])
    known = (out <= keys["as_of_date"].max()) & (out > keys["as_of_date"]) & (keys["n"] >= LEARN_N)
    return keys.assign(score=keys["score"].where(known), results_on=out.where(known))


def _fixed(marts: pd.DataFrame) -> pd.DataFrame:
    return marts[[*CONTEXT, *TRENDS, *TOUCHPOINTS]].astype("float64").reset_index(drop=True)


def _pivot(marts: pd.DataFrame, metrics: pd.DataFrame, metric_ids: pd.Series) -> pd.DataFrame:
    metrics = metrics.assign(as_of_date=pd.to_datetime(metrics["as_of_date"]))
    wide = metrics.pivot(index=["as_of_date", "practice_id"], columns="metric_id", values="value_shrunk")
    rows = pd.MultiIndex.from_frame(marts[["as_of_date", "practice_id"]])
    return wide.reindex(index=rows, columns=list(metric_ids)).astype("float64").reset_index(drop=True)


def _against_plan(frame: pd.DataFrame, as_of: pd.Series, scaled: bool) -> pd.DataFrame:
    """Each value's distance from the plan's median of the same as-of date, if `scaled` in standard deviations up to 3.

    Early as-of dates have shorter evidence behind them: levels move between dates for reasons that are no practice's.
    """
    away = frame - frame.groupby(as_of.to_numpy()).transform("median")
    if not scaled:
        return away
    spread = away.groupby(as_of.to_numpy()).transform("std")
    return (away / spread.where(spread > 0)).clip(-FAR, FAR)


def _history(marts: pd.DataFrame, labels: pd.DataFrame, waves: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """What earlier waves say, as of each row: the last adjusted score, and what all of them make of the next one."""
    order = {wave: i for i, wave in enumerate(waves.sort_values("start_on")["wave_id"])}
    past = labels.assign(results_on=pd.to_datetime(labels["results_on"]), place=labels["wave_id"].map(order))
    parts = [_known_by(rows, past[past["results_on"] <= as_of], outcome) for as_of, rows in marts.groupby("as_of_date")]
    history = pd.concat(parts).reindex(marts.index) if parts else pd.DataFrame(columns=list(HISTORY), dtype=float)
    # One statement each, from more respondents than the index has: together they know almost as much as it does.
    return history.assign(history_touchpoints=marts[list(TOUCHPOINTS)].astype(float).mean(axis=1)).reset_index(
        drop=True
    )


def _known_by(rows: pd.DataFrame, past: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    """The history columns of one as-of date's rows, from the waves that were out by then."""
    history = pd.DataFrame(np.nan, index=rows.index, columns=list(HISTORY))
    if past.empty:
        return history
    practices = rows["practice_id"].to_numpy()
    last = past.sort_values("place").groupby("practice_id")[outcome.score].last()
    states = rows.set_index("practice_id")["state"].fillna("")
    history["last_score"] = last.reindex(practices).to_numpy()
    for column, told in (("history_score", PE_INDEX), ("history_access", ACCESS)):
        seen = past.dropna(subset=[told.score])
        history[column] = filtered(seen, told.score, told.reliability, states).reindex(practices).to_numpy()
    return history


def filtered(past: pd.DataFrame, score: str, rel: str, states: pd.Series) -> pd.Series:
    """practice -> expected true score of the wave after the newest in `past`: a Kalman filter on a fading state.

    A practice's deviation from the wave's mean keeps a share `memory` of itself a wave (measured on these waves) and is
    seen with each wave's reliability; what is not known of a practice is filled with the other practices of its state.
    """
    wide = past.pivot(index="practice_id", columns="place", values=score)
    if wide.empty:
        return pd.Series(dtype=float)
    places = range(wide.columns.min(), wide.columns.max() + 1)
    wide, reliable = (
        frame.reindex(columns=places)
        for frame in (wide, past.pivot(index="practice_id", columns="place", values=rel).clip(0.01, 0.99))
    )
    away, centre = wide - wide.mean(), wide.mean().dropna().iloc[-1]
    memory = wave_memory(away.to_numpy(), reliable.to_numpy())
    scale = np.nanmean(away.to_numpy() ** 2 * reliable.to_numpy())  # variance of true scores
    mean, variance = np.zeros(len(wide)), np.full(len(wide), scale)
    for place in places:
        seen, share = away[place].to_numpy(), reliable[place].to_numpy()
        noise = scale * (1 - share) / share
        gain = np.where(np.isnan(seen), 0.0, variance / np.where(np.isnan(noise), 1.0, variance + noise))
        mean, variance = mean + gain * (np.nan_to_num(seen) - mean), variance * (1 - gain)
        mean, variance = memory * mean, memory**2 * variance + (1 - memory**2) * scale
    unknown = variance / scale if scale > 0 else np.ones(len(wide))
    own = pd.Series(mean, index=wide.index)
    by_state = own.groupby(states.reindex(wide.index).fillna(""))
    others = (by_state.transform("sum") - own) / by_state.transform("count")  # towards the plan where a state has few
    return centre + own + unknown * others


def wave_memory(away: np.ndarray, reliable: np.ndarray) -> float:
    """Correlation of true scores one wave apart, from practices x waves of deviations; surveys' noise is no part of it."""
    before, after = away[:, :-1], away[:, 1:]
    pairs = ~np.isnan(before) & ~np.isnan(after)
    if pairs.sum() < MEMORY_PAIRS:
        return USUAL_MEMORY
    true = np.sqrt((reliable[:, :-1] * before**2)[pairs].mean() * (reliable[:, 1:] * after**2)[pairs].mean())
    return float(np.clip((before * after)[pairs].mean() / true, 0.3, 0.98)) if true > 0 else USUAL_MEMORY


def _examples(keys: pd.DataFrame, features: pd.DataFrame, directions: dict[str, int]) -> Examples:
    score = keys["score"].to_numpy(float)
    rel = keys["reliability"].fillna(0).to_numpy(float)
    between = keys["between_variance"].fillna(0).to_numpy(float)
    centre = keys["score"].groupby(keys["wave_id"]).transform("mean").to_numpy(float)
    scored = ~np.isnan(score)
    nothing = np.full(len(keys), np.nan)
    examples = Examples(
        features=features,
        history=HISTORY,
        score=score,
        expected=rel * score + (1 - rel) * centre,
        spread=np.sqrt(between * (1 - rel)),
        judged=scored & (keys["n"].fillna(0).to_numpy(float) >= JUDGE_N),
        weight=np.maximum(rel, 1e-3),
        group=keys["practice_id"].to_numpy(object),
        wave=keys["wave_id"].to_numpy(object),
        low=nothing,
        soft=nothing,
        directions=directions,
    )
    return examples.with_cut(label_cut(score[scored], examples.judged[scored])) if scored.any() else examples
