"""The example of docs/adding-a-renderer.md, added as the document says, renders through worker and database."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import OpenImageIO
import psutil
import pytest

from tests.end_to_end.test_command_line import Shell
from tests.support.archives import zipped

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "adding-a-renderer.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "arnold.py"
KICK = ROOT / "tests" / "support" / "standins" / "kick.py"
#: What the document says to add, and before what.
ADDED = {
    "workers/renderers/registry.py": {
        "from workers.renderers.arnold import Arnold\n": "from workers.renderers.base import Renderer\n",
        "Arnold(), ": "Blender(), Maya(), Unreal()",
    },
    "render_manager/settings/fields.py": {
        '    arnold_executable: Folder | None = RENDERERS("Arnold\'s kick.", HOSTS)\n': "    blender_executable: "
    },
}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line")


def test_the_document_shows_the_whole_example() -> None:
    assert f"```python\n{EXAMPLE.read_text(encoding='utf-8')}```" in DOCUMENT


class Studio(Shell):
    """A copy of the program with one engine more, and its command line."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "home")
        self.program = folder / "program"
        for name in ("render_manager", "workers", "resources"):
            shutil.copytree(ROOT / name, self.program / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(EXAMPLE, self.program / "workers" / "renderers" / "arnold.py")
        for name, changes in ADDED.items():
            file = self.program / name
            text = file.read_text(encoding="utf-8")
            for line, before in changes.items():
                assert line.strip() in DOCUMENT
                assert text.count(before) == 1
                text = text.replace(before, line + before)
            file.write_text(text, encoding="utf-8")
        self.environment |= {"ARNOLD_EXECUTABLE": str(KICK), "PYTHONPATH": str(self.program)}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "render_manager", *arguments]
        return subprocess.run(
            command,
            cwd=self.program,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=150,
        )

    def render(self, archive: Path, *arguments: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The task when it is settled, and its frames."""
        asked = ("submit", str(archive), "--engine", "arnold", "--project-file", "shot.0001.ass", *arguments)
        done = self.run(*asked, "--max-attempts", "1", "--wait", "--json")
        assert "Traceback" not in done.stderr, done.stderr
        (task,) = self.json("tasks")
        return task, self.json("frames", task["id"])


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    yield Studio(tmp_path)
    left = [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or ())]
    assert not left, f"left behind: {left}"


def exported(folder: Path, *modes: str) -> Path:
    """An archive with an .ass file for each frame, in which that goes wrong."""
    scenes = {
        f"shot.{frame:04d}.ass": f"### exported for frame {frame}\n### standin: {mode}\noptions {{}}\n".encode()
        for frame, mode in enumerate(modes, 1)
    }
    return zipped(folder / "shot.zip", scenes)


def test_its_example_renders_each_frame_by_itself(studio: Studio, tmp_path: Path) -> None:
    size = ("--set", "resolution_x=48", "--set", "resolution_y=32")
    task, frames = studio.render(exported(tmp_path, "", "", ""), "--frames", "1-3", *size)
    assert (task["status"], task["render_engine"]) == ("completed", "arnold")
    for frame in frames:
        path = Path(frame["output_path"])
        assert path.name == f"shot.{frame['frame_number']:04d}.exr"
        spec = OpenImageIO.ImageBuf(str(path)).spec()
        assert (spec.width, spec.height) == (48, 32)
        log = studio.ok("log", task["id"], str(frame["frame_number"]))
        assert log.count("log started") == 1
        assert path.name in log
    assert "setting ARNOLD_EXECUTABLE" not in studio.ok("workers")


def test_its_example_tells_lies_and_crashes_from_success(studio: Studio, tmp_path: Path) -> None:
    task, frames = studio.render(exported(tmp_path, "", "aborted", "crash", ""), "--frames", "1-4")
    assert task["status"] == "failed"
    assert [frame["status"] for frame in frames] == ["completed", "failed", "failed", "completed"]
    assert [frame["failure"] for frame in frames] == [None, "unknown", "crash", None]
    assert "render aborted due to earlier errors" in frames[1]["error_message"]


def test_its_example_says_which_frame_was_not_exported(studio: Studio, tmp_path: Path) -> None:
    task, frames = studio.render(exported(tmp_path, "", ""), "--frames", "1-3")
    assert [frame["status"] for frame in frames] == ["completed", "completed", "failed"]
    assert "there is no shot.0003.ass" in task["error_message"]
