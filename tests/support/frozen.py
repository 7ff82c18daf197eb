"""The frozen programs: built once for each state of the sources, run as on a machine without Python."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock
from PyInstaller.depend.bindepend import get_python_library_path
from PyInstaller.exceptions import PythonLibraryNotFoundError

from tests.support.farm import QUICK
from tests.support.servers import missing

ROOT = Path(__file__).parents[2]
_SOURCES = ("render_manager", "workers", "resources")
_FILES = ("build.spec", "pyproject.toml", "constraints.txt")


def built() -> Path:
    """dist/render-manager as the sources are now; where they changed since, it takes minutes."""
    if shutil.which("objcopy") is None:
        missing("objcopy (binutils)")
    try:
        get_python_library_path()
    except PythonLibraryNotFoundError:
        missing("Python's shared library")
    folder, work = ROOT / "dist" / "render-manager", ROOT / "build"
    work.mkdir(exist_ok=True)
    stamp, sources = work / "built.stamp", _fingerprint()
    with FileLock(work / "built.lock"):
        if not folder.is_dir() or not stamp.exists() or stamp.read_text() != sources:
            stamp.unlink(missing_ok=True)
            command = [sys.executable, "-m", "PyInstaller", "build.spec", "--noconfirm"]
            done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-5000:]
            stamp.write_text(sources)
    return folder


def _fingerprint() -> str:
    files = [ROOT / name for name in _FILES]
    for source in _SOURCES:
        files += sorted(
            path for path in (ROOT / source).rglob("*") if path.is_file() and "__pycache__" not in path.parts
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


class Frozen:
    """Starts programs of a frozen folder, in an environment where no Python is to be found.

    Args:
        scratch: for the home and whatever else.
        blender: the real one; what it is started with is told by ``renderer_environment``.
    """

    def __init__(self, folder: Path, scratch: Path, blender: Path | None = None) -> None:
        self.folder = folder
        self.home = scratch / "home"
        self._dump = scratch / "environment of Blender"
        path = scratch / "bin"
        path.mkdir(parents=True)
        for name in ("sh", "setpriv"):  # what the program itself starts on Linux
            (path / name).symlink_to(f"/usr/bin/{name}")
        (scratch / "empty.env").touch()
        self.environment = {
            **QUICK,
            "PATH": str(path),
            "HOME": str(scratch),
            "LANG": "C.UTF-8",
            "RENDER_MANAGER_HOME": str(self.home),
            "RENDER_MANAGER_ENV_FILE": str(scratch / "empty.env"),
        }
        if blender:
            self.environment["BLENDER_EXECUTABLE"] = str(self._telling(blender, path / "blender"))

    def _telling(self, blender: Path, program: Path) -> Path:
        program.write_text(f"#!/bin/sh\n/usr/bin/env -0 > '{self._dump}'\nexec '{blender}' \"$@\"\n")
        program.chmod(0o755)
        return program

    def renderer_environment(self) -> dict[str, str]:
        """What the Blender that was started last had for an environment."""
        entries = self._dump.read_text().rstrip("\0").split("\0")
        return dict(entry.split("=", 1) for entry in entries)

    def log(self, program: str) -> str:
        """What it has printed since it was started."""
        return self._log(program).read_text(errors="replace")

    def _log(self, program: str) -> Path:
        return self.home.parent / f"{program}.log"

    def start(self, program: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with self._log(program).open("wb") as log:
            return subprocess.Popen(
                [self.folder / program, *arguments],
                env={**self.environment, **environment},
                cwd=self.home.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """What render-manager prints; the test fails if it ends with another exit code."""
        done = subprocess.run(
            [self.folder / "render-manager", *arguments],
            env={**self.environment, **environment},
            cwd=self.home.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def processes(self) -> list[psutil.Process]:
        """All that run from this folder."""
        return [one for one in psutil.process_iter(["exe"]) if (one.info["exe"] or "").startswith(str(self.folder))]


def libraries(process: psutil.Process) -> set[str]:
    """All files that the process has mapped."""
    return {found.path for found in process.memory_maps() if os.path.isabs(found.path)}


def python_folders() -> tuple[str, ...]:
    """Where the Python that runs the tests has its library and its packages."""
    return tuple(sorted({str(ROOT), sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")}))
