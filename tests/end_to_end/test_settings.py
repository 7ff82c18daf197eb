"""What is wrong with the names in `.env` is said by whoever reads it."""

import sys
from pathlib import Path

import pytest

from tests.support.standin_farm import open_standin_farm


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
def test_a_misspelt_name_is_said_by_commands_and_workers(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path) as farm:
        file = tmp_path / "home.env"
        file.write_text("MAX_FRAME=7\nREDIS_PASSWORD=hunter2\n")
        said = f"MAX_FRAME in {file} is not known: did you mean MAX_FRAMES?"
        done = farm.command("tasks", "--json")
        assert done.returncode == 0
        assert done.stdout.strip() == "[]"
        assert f"render-manager: {said}\n" in done.stderr
        assert "hunter2" not in done.stderr
        farm.start("--name", "w")
        assert said in farm.log(0)
