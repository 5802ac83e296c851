"""Champions changed by hand: in Python against a trained store, and as a user would, through ./pulse model."""

import json
import sys

import pytest

from expectations import BadInput
from ml import registry, succession
from orchestration import cli


@pytest.fixture
def two_versions(home):
    """A champion, and a second version of the same file with figures of its own on record."""
    _, tracking = home
    client = registry.mlflow_for(tracking).MlflowClient()
    first = registry.by_alias(tracking)
    made = client.create_model_version(registry.NAME, first.source, first.run_id, tags=first.tags)
    client.delete_model_version_tag(registry.NAME, made.version, "was_champion")
    client.set_registered_model_alias(registry.NAME, registry.CHALLENGER, made.version)
    return tracking


def record_figures(tracking, number, **changed):
    version = registry.find(tracking, number)
    client = registry.mlflow_for(tracking).MlflowClient()
    client.set_model_version_tag(registry.NAME, number, "held_out", json.dumps(succession.judged(version) | changed))


def decisions(tracking):
    client = registry.mlflow_for(tracking).MlflowClient()
    return [file.path for file in client.list_artifacts(registry.find(tracking, 1).run_id, "decisions")]


def test_versions_are_listed_newest_first(two_versions):
    newest, first = succession.listing(two_versions)
    assert (newest.version, newest.aliases) == (2, ("challenger",))
    assert (first.version, first.aliases) == (1, ("champion",))
    assert first.wave == "2025H2"


def test_promotion_by_hand_goes_through_the_gate_and_is_recorded(two_versions):
    before = len(decisions(two_versions))
    refused = succession.promote(two_versions, 2)
    assert not refused["promoted"]
    assert "Brier" in refused["reasons"][0]
    assert registry.by_alias(two_versions).number == 1
    record_figures(two_versions, 2, brier=0.0)
    assert succession.promote(two_versions, 2)["promoted"]
    assert registry.by_alias(two_versions).number == 2
    assert len(decisions(two_versions)) == before + 2
    told = json.loads(registry.find(two_versions, 2).tags["decision"])
    assert (told["by"], told["replaces"], told["promoted"]) == ("hand", 1, True)


def test_a_damaged_file_is_neither_promoted_nor_rolled_back_to(two_versions, monkeypatch):
    record_figures(two_versions, 2, brier=0.0)
    succession.promote(two_versions, 2)
    monkeypatch.setattr(registry, "_sha256", lambda path: "0")
    with pytest.raises(registry.UntrustedModel, match="not the one that was registered"):
        succession.roll_back(two_versions, 1)
    assert registry.by_alias(two_versions).number == 2


def test_a_damaged_challenger_is_refused(two_versions, monkeypatch):
    record_figures(two_versions, 2, brier=0.0)
    monkeypatch.setattr(registry, "_sha256", lambda path: "0")
    assert "not the one that was registered" in succession.promote(two_versions, 2)["reasons"][0]
    assert registry.by_alias(two_versions).number == 1


def test_rollback_goes_back_to_champions_only(two_versions):
    with pytest.raises(BadInput, match="was never champion"):
        succession.roll_back(two_versions, 2)
    record_figures(two_versions, 2, brier=0.0)
    succession.promote(two_versions, 2)
    assert succession.roll_back(two_versions, 1)["replaces"] == 2
    assert registry.by_alias(two_versions).number == 1
    assert succession.roll_back(two_versions, 2)["promoted"]  # it has been champion by now
    with pytest.raises(BadInput, match="champion already"):
        succession.roll_back(two_versions, 2)


@pytest.mark.parametrize("change", [succession.promote, succession.roll_back])
def test_an_unknown_version_is_named(two_versions, change):
    with pytest.raises(BadInput, match="no version 9; there are 1, 2"):
        change(two_versions, 9)


@pytest.fixture
def model_command(monkeypatch, capsys):
    """`./pulse model ...` in this process: (exit code, out, err)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["pulse", "model", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


def test_the_command_line(two_versions, home, model_command):
    where = ("--home", home[0].parent)
    code, out, _ = model_command("list", *where)
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == ["2", "1"]
    for command in ("promote", "rollback", "reproduce"):
        unknown = "pulse: low-cahps-risk has no version 9; there are 1, 2\n"
        assert model_command(command, 9, *where) == (2, "", unknown)
    code, out, err = model_command("promote", 2, *where)
    assert (code, out) == (1, "")
    assert err.startswith("pulse: version 2 was not promoted: Brier score")
    record_figures(two_versions, 2, brier=0.0)
    assert model_command("promote", 2, *where)[0] == 0
    assert model_command("rollback", 1, *where) == (0, "version 1 is champion again: rolled back from version 2\n", "")
    assert registry.by_alias(two_versions).number == 1
    code, _, err = model_command("reproduce", 1, *where)
    assert code == 2
    assert "no longer has" in err


def test_a_home_without_models_says_so(tmp_path, model_command):
    code, _, err = model_command("list", "--home", tmp_path)
    assert code == 2
    assert "no model records here yet" in err
