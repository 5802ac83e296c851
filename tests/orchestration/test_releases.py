"""Publishing is all or nothing, and what was published can be proved."""

import os
import shutil

import pytest

from expectations import BadInput
from orchestration import releases
from orchestration.home import Home


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def staged(home: Home, release_id: str, as_of: str, text: str = "rank\n1\n", **facts):
    folder = releases.stage(home, release_id)
    (folder / "outreach").mkdir()
    (folder / "outreach" / "practices.csv").write_text(text)
    releases.write_manifest(folder, {"release_id": release_id, "as_of": as_of, "run_id": "run-x", **facts}, {})
    return folder


def published(home: Home, release_id: str, as_of: str, keep: int = 12, **kwargs) -> None:
    releases.publish(home, staged(home, release_id, as_of, **kwargs), release_id, keep)


def test_publish_points_current_at_a_whole_release(home):
    published(home, "20260630-a", "2026-06-30")
    assert home.current_release() == "20260630-a"
    assert releases.verify(home, "20260630-a") == []


@pytest.mark.parametrize("step", ["os.rename", "os.replace", "orchestration.releases.sync_folder"])
def test_a_crash_at_any_step_leaves_the_old_release_current(home, monkeypatch, step):
    published(home, "20251231-a", "2025-12-31")
    folder = staged(home, "20260630-b", "2026-06-30")

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(step, crash)
        with pytest.raises(KeyboardInterrupt):
            releases.publish(home, folder, "20260630-b", 12)
    assert home.current_release() == "20251231-a"
    assert releases.verify(home, "20251231-a") == []
    published(home, "20260630-b", "2026-06-30")
    assert home.current_release() == "20260630-b"
    assert not list(home.releases.glob(f"{releases.STAGING}*"))


def test_verify_tells_what_changed(home):
    published(home, "20260630-a", "2026-06-30")
    folder = home.release("20260630-a")
    (folder / "outreach" / "practices.csv").write_text("rank\n2\n")
    (folder / "extra.txt").write_text("x")
    assert releases.verify(home, "20260630-a") == [
        "extra.txt: not in the manifest",
        "outreach/practices.csv: bytes differ from the manifest",
    ]
    os.unlink(folder / "outreach" / "practices.csv")
    assert "outreach/practices.csv: missing" in releases.verify(home, "20260630-a")


def test_rollback_refuses_a_damaged_release_and_an_unknown_one(home):
    published(home, "20251231-a", "2025-12-31")
    published(home, "20260630-b", "2026-06-30")
    releases.rollback(home, "20251231-a")
    assert home.current_release() == "20251231-a"
    (home.release("20260630-b") / "outreach" / "practices.csv").write_text("tampered")
    with pytest.raises(BadInput, match="damaged"):
        releases.rollback(home, "20260630-b")
    for name in ("nope", "../20251231-a", ""):
        with pytest.raises(BadInput, match="no release"):
            releases.rollback(home, name)
    assert home.current_release() == "20251231-a"


def test_old_releases_are_pruned_but_never_the_current_one(home):
    for month in range(1, 6):
        published(home, f"20260{month}01-a", f"2026-0{month}-01", keep=3)
    assert [r.release_id for r in releases.list_releases(home)] == ["20260501-a", "20260401-a", "20260301-a"]
    releases.rollback(home, "20260301-a")
    published(home, "20260601-a", "2026-06-01", keep=1)
    assert [r.release_id for r in releases.list_releases(home)] == ["20260601-a"]


def test_changes_are_told_against_the_newest_earlier_as_of(home):
    assert releases.earlier_releases(home, "2026-06-30") == []
    published(home, "20251231-a", "2025-12-31")
    published(home, "20260630-b", "2026-06-30")
    assert releases.earlier_releases(home, "2026-06-30") == [home.release("20251231-a")]
    assert releases.earlier_releases(home, "2026-07-31")[0] == home.release("20260630-b")


def test_what_went_out_before_is_read_off_the_manifests(home):
    """Whatever the as-of dates: first a run, then one with a late file, then one of a past date."""

    def out(run_id: str, as_of: str) -> list[str]:
        before = releases.went_out_before(home, run_id)
        published(home, f"{as_of}-{run_id}", as_of, run_id=run_id, runs_before=releases.runs_of(before))
        return sorted(release.manifest["run_id"] for release in before)

    assert out("first", "2026-06-30") == []
    assert out("late", "2026-06-30") == ["first"]
    assert out("past", "2026-03-31") == ["first", "late"]
    assert out("first", "2026-06-30") == []  # the same job again sees what it saw
    assert out("late", "2026-06-30") == ["first"]
    shutil.rmtree(home.release("2026-06-30-late"))
    assert out("past", "2026-03-31") == ["first"]
    assert out("next", "2026-09-30") == ["first", "past"]
