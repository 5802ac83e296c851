"""Foreign text must come out harmless, whatever it was."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.safe_text import FORMULA_STARTS, cell, file_stem, plain


@pytest.mark.parametrize(
    "attack",
    ["=HYPERLINK(1)", "+1", "-2+3", "@SUM(1)", "\t=1", "  =1", "\u202e=1", "＝1", "\r\n=cmd|' /C calc'!A0"],  # noqa: RUF001
)
def test_no_cell_starts_like_a_formula(attack):
    assert cell(attack).startswith("'")


@given(st.text())
def test_cells_are_one_plain_line(text):
    safe = cell(text)
    assert safe[:1] not in FORMULA_STARTS or not safe
    assert not any(unicodedata.category(c).startswith("C") for c in safe)
    assert plain(safe) == safe


@given(st.text(min_size=1))
def test_file_names_stay_inside_their_folder(identifier):
    stem = file_stem(identifier)
    assert stem
    assert set(stem) <= set(string.ascii_letters + string.digits + "_-")


@given(st.sets(st.text(min_size=1), min_size=2, max_size=20))
def test_different_ids_get_different_files(identifiers):
    assert len({file_stem(i) for i in identifiers}) == len(identifiers)


def test_ordinary_ids_keep_their_name():
    assert file_stem("P-0012") == "P-0012"
    assert file_stem("../../etc/passwd").startswith("_etc_passwd-")
