"""Settings, salt and the lock: the little state that a home has."""

import stat

import pytest

from expectations import BadInput
from orchestration.home import Home
from orchestration.identity import digest, input_hashes
from orchestration.settings import Settings, load_settings


def test_settings_default_and_override(tmp_path):
    assert load_settings(tmp_path) == Settings()
    (tmp_path / "settings.toml").write_text('outreach_capacity = 25\ntime_zone = "America/Chicago"\n')
    assert load_settings(tmp_path) == Settings(outreach_capacity=25, time_zone="America/Chicago")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("outreach_capacity = ", "not readable"),
        ("capacity = 3", "unknown setting 'capacity'"),
        ("outreach_capacity = 'many'", "type int"),
        ("outreach_capacity = true", "type int"),
        ("outreach_capacity = 0", "at least 1"),
        ("outreach_territories = 'OH'", "type dict"),
        ("[outreach_territories]\nOH = 1", "every value of .outreach_territories. must be of type str"),
        ("time_zone = 'Mars/Olympus'", "IANA"),
        ("time_zone = '../etc/passwd'", "IANA"),
    ],
)
def test_bad_settings_are_told_in_one_line(tmp_path, text, said):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(BadInput, match=said) as error:
        load_settings(tmp_path)
    assert "\n" not in str(error.value)


def test_what_the_machine_may_spend_does_not_name_a_run():
    assert Settings(threads=8, memory_limit="8GB").shaping() == Settings().shaping()
    assert Settings(seed=8).shaping() != Settings().shaping()


def test_salt_is_made_once_and_kept_secret(tmp_path, monkeypatch):
    monkeypatch.delenv("PULSE_PERSON_SALT", raising=False)
    home = Home(tmp_path / "home")
    salt = home.person_salt()
    assert len(salt) == 64
    assert home.person_salt() == salt
    assert stat.S_IMODE((home.root / "person_salt").stat().st_mode) == 0o600
    monkeypatch.setenv("PULSE_PERSON_SALT", "given")
    assert home.person_salt() == "given"


def test_a_second_job_in_the_same_home_is_refused(tmp_path):
    home = Home(tmp_path)
    with home.locked(), pytest.raises(BadInput, match="another job"), home.locked():
        pass
    with home.locked():
        pass


def test_ids_follow_from_content(tmp_path):
    (tmp_path / "practices.csv").write_text("practice_id\nP1\n")
    before = digest(input_hashes(tmp_path))
    assert digest(input_hashes(tmp_path)) == before
    (tmp_path / "practices.csv").write_text("practice_id\nP2\n")
    assert digest(input_hashes(tmp_path)) != before
