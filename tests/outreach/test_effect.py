"""What calling changed is told with its uncertainty, and not at all where there is too little."""

import csv
import random
from datetime import date
from statistics import fmean

import pytest

import outreach
from outreach.choices import Choices
from outreach.effect import DRAW_COLUMNS, compare, effects
from outreach.marts import open_marts

AS_OF, LIST_DATE = date(2026, 6, 30), date(2025, 6, 30)
GAIN, SURVEY_GAIN = 8.0, 3.0


def lots(path, arms: dict[str, str]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(DRAW_COLUMNS)
        writer.writerows((practice, arm, "EASE", "EASE-1", LIST_DATE, "r0") for practice, arm in arms.items())


@pytest.fixture(scope="module")
def helped(plan_tables, marts_of, tmp_path_factory):
    """Marts in which called practices gain a known number of points on EASE, with noise; and the draw."""
    home = tmp_path_factory.mktemp("helped")
    dice = random.Random(4)
    tables = plan_tables(practices=120)
    arms = {row["practice_id"]: dice.choice(("called", "held_out")) for row in tables["dim_practice"]}
    arms.pop("P0003")  # no data
    before = {r["practice_id"]: r["step_ease"] for r in tables["practice_scorecard"] if r["as_of_date"] == LIST_DATE}
    for row in tables["practice_scorecard"]:
        if row["as_of_date"] == AS_OF and row["practice_id"] in arms:
            gain = GAIN if arms[row["practice_id"]] == "called" else 0
            row["step_ease"] = before[row["practice_id"]] + gain + dice.gauss(0, 6)
    scores = {(r["practice_id"], r["wave_id"], r["composite"]): r for r in tables["survey_practice_score"]}
    for practice, arm in arms.items():
        earlier, later = (scores[practice, wave, "pe_index"] for wave in ("2025H1", "2026H1"))
        if earlier["score_raw"] is not None:
            later["score_raw"] = earlier["score_raw"] + SURVEY_GAIN * (arm == "called") + dice.gauss(0, 4)
    draw = home / "hold_out.csv"
    lots(draw, arms)
    return marts_of(home / "marts", tables), draw, arms


def test_a_known_effect_is_found(helped):
    marts, draw, arms = helped
    with open_marts(marts, AS_OF) as connection:
        found = {(e.action_code, e.outcome): e for e in effects(connection, [draw], AS_OF)}
    step = found["EASE-1", "step score"]
    assert step.n_called == sum(arm == "called" for arm in arms.values())
    assert 0 < step.low < GAIN < step.high
    assert step.high - step.low < 8
    survey = found["all", "survey score"]
    assert 0 < survey.low < SURVEY_GAIN < survey.high


GAINS = {
    "EASE": ("EASE-1", 10.0, 5.0),
    "EMPATHY": ("EMP-1", 6.0, 9.0),
}  # action, on the step score, on what patients say


def test_each_action_is_told_by_the_step_that_it_was_about(plan_tables, marts_of, tmp_path):
    """Two actions with effects of their own on two steps: neither is told by the other's step, nor by what it missed."""
    dice = random.Random(11)
    tables = plan_tables(practices=240)
    lots = {
        row["practice_id"]: (dice.choice(list(GAINS)), dice.choice(("called", "held_out")))
        for row in tables["dim_practice"]
        if row["practice_id"] != "P0003"  # no data
    }
    before = {r["practice_id"]: r for r in tables["practice_scorecard"] if r["as_of_date"] == LIST_DATE}
    for row in tables["practice_scorecard"]:
        if row["as_of_date"] == AS_OF and row["practice_id"] in lots:
            about, arm = lots[row["practice_id"]]
            for step, (_, *gains) in GAINS.items():
                for column, gain in zip((f"step_{step.lower()}", f"touchpoint_{step.lower()}"), gains, strict=True):
                    shift = gain * (arm == "called" and step == about)
                    row[column] = 20 + 0.6 * before[row["practice_id"]][column] + shift + dice.gauss(0, 5)
    draw = tmp_path / "hold_out.csv"
    with draw.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(DRAW_COLUMNS)
        writer.writerows((p, arm, step, GAINS[step][0], LIST_DATE, "r0") for p, (step, arm) in lots.items())
    with open_marts(marts_of(tmp_path / "marts", tables), AS_OF) as connection:
        found = {(e.action_code, e.outcome): e for e in effects(connection, [draw], AS_OF)}

    for outcome, at in (("step score", 0), ("patients on the step", 1)):
        each = [(action, gains[at]) for action, *gains in GAINS.values()]
        for action, gain in (*each, ("all", fmean(gain for _, gain in each))):
            effect = found[action, outcome]
            assert 0 < effect.low < gain < effect.high, (action, outcome)
            assert effect.high - effect.low < 6
        assert sum(found[action, outcome].n_called for action, _ in each) == found["all", outcome].n_called
        apart = found["EASE-1", outcome].difference - found["EMP-1", outcome].difference
        assert abs(apart - (each[0][1] - each[1][1])) < 3


def test_the_interval_holds_the_truth_as_often_as_it_says():
    dice = random.Random(5)
    held = 0
    for _ in range(300):
        arms = [(50 + dice.gauss(0, 9), GAIN, 9) for _ in range(25)], [(50 + dice.gauss(0, 9), 0, 5) for _ in range(40)]
        called, others = ([(b, 25 + b / 2 + dice.gauss(gain, noise)) for b, gain, noise in arm] for arm in arms)
        _, low, high = compare(called, others)
        held += low < GAIN < high
    assert 0.92 <= held / 300 <= 0.98


def test_a_list_is_followed_up_once_and_for_all(helped, plan_tables, marts_of, tmp_path):
    """Half a year is too early, and what a year has shown does not change with later dates."""
    marts, draw, _ = helped
    with open_marts(marts, date(2025, 12, 31)) as connection:
        early = effects(connection, [draw], date(2025, 12, 31))
    assert {e.n_called for e in early} == {0}
    with open_marts(marts, AS_OF) as connection:
        year = effects(connection, [draw], AS_OF)
        connection.execute("create temp view later as select * from practice_scorecard")
        later = "select * replace (date '2026-12-31' as as_of_date, 0.0 as step_ease) from later where as_of_date = date '2026-06-30'"
        connection.execute(f"create temp table longer as from later union all by name {later}")
        connection.execute("create or replace temp view practice_scorecard as from longer")
        assert effects(connection, [draw], date(2026, 12, 31)) == year


def test_too_few_are_said_to_be_too_few(helped, tmp_path):
    marts, _, arms = helped
    draw = tmp_path / "few.csv"
    lots(draw, dict(list(arms.items())[:12]))
    with open_marts(marts, AS_OF) as connection:
        assert all(e.difference is None for e in effects(connection, [draw], AS_OF))


def test_a_list_with_a_hold_out_keeps_its_draw_and_a_later_page_tells(helped, tmp_path):
    marts, draw, _ = helped
    out = tmp_path / "outreach"
    outreach.write(
        marts, out, as_of=AS_OF, release_id="r1", previous_list=None, capacity=40,
        choices=Choices(hold_out_share=0.25), past_draws=[draw],
    )  # fmt: skip
    with (out / "hold_out.csv").open(newline="") as file:
        kept = list(csv.DictReader(file))
    assert sum(row["arm"] == "called" for row in kept) == 40
    assert 3 <= sum(row["arm"] == "held_out" for row in kept) <= 25
    page = (out / "index.html").read_text("utf-8")
    assert "What calling changed" in page
    assert "practices called less practices held out" in page
