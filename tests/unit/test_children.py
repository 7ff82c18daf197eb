"""What a frozen program takes out of its environment for those that it starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from render_manager import children, local_farm
from render_manager.children import free_children
from render_manager.domain.errors import LocalFarmError


@pytest.fixture
def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A frozen program, as far as it knows."""
    monkeypatch.setattr(children, "FROZEN", True)
    monkeypatch.setattr(local_farm, "FROZEN", True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "render-manager"))
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "_internal"), raising=False)
    return tmp_path / "_internal"


def test_children_see_neither_our_libraries_nor_our_qt(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{bundle}:/opt/mine")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/mine")
    monkeypatch.setenv("DYLD_LIBRARY_PATH", str(bundle))
    monkeypatch.setenv("QT_PLUGIN_PATH", str(bundle / "plugins"))
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", sys.executable)
    free_children()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/mine"
    names = {"LD_LIBRARY_PATH_ORIG", "DYLD_LIBRARY_PATH", "QT_PLUGIN_PATH", "_PYI_ARCHIVE_FILE"}
    assert names & set(os.environ) == set()


def test_a_program_that_is_not_frozen_leaves_its_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/mine")
    free_children()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/mine"


def test_a_frozen_worker_is_looked_for_beside_the_program(bundle: Path) -> None:
    with pytest.raises(LocalFarmError, match=r"render-worker.* is missing: install Render Manager again"):
        local_farm._worker_command()
    worker = children.beside("render-worker")
    worker.touch()
    assert local_farm._worker_command() == [str(worker)]
    assert worker.parent == bundle.parent


def test_the_worker_starts_without_the_libraries_of_the_window() -> None:
    """The entry point imports little: it stands before each renderer, too."""
    code = "import sys, workers.__main__; print('celery' in sys.modules, 'PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
