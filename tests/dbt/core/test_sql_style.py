"""The linter has nothing to say of the models and singular tests; what it skips stands in dbt/.sqlfluffignore."""

import subprocess
import sys
from pathlib import Path

import pytest

DBT = Path(__file__).parents[3] / "dbt"


def lint(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).with_name("sqlfluff"), "lint", *arguments]
    return subprocess.run(command, cwd=DBT, input=text, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_all_sql_is_clean():
    done = lint(".", "--processes", "2")
    assert done.returncode == 0, done.stdout


def test_the_linter_bites():
    assert lint("-", text="SELECT a from b\n").returncode == 1
