"""The pictures of the window are for people; here only that they can be taken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests import screenshots
from tests.screenshots.registry import LIGHT, scene, scenes


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.screenshots", *arguments]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_every_file_of_scenes_is_found_and_every_scene_is_listed() -> None:
    known = scenes()
    modules = {of.set.__module__.rpartition(".")[2] for of in known.values()}
    assert modules == {path.stem for path in Path(screenshots.__path__[0]).glob("scenes_*.py")}
    assert run("--list").stdout.split() == list(known)


def test_two_scenes_of_one_name_are_refused() -> None:
    first = next(iter(scenes()))
    with pytest.raises(AssertionError, match=first):
        scene(first, LIGHT)(scenes()[first].set)


def test_a_scene_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    assert run(str(folder), "empty-dark").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["empty-dark.png"]
    picture = QImage(str(folder / "empty-dark.png"))
    assert picture.width() > 1000
    assert picture.pixelColor(5, 5).lightness() < 100


def test_wrong_use_says_what_is_wrong(tmp_path: Path) -> None:
    assert "'nowhere'" in run(str(tmp_path), "nowhere").stderr
    assert "FOLDER" in run().stderr
