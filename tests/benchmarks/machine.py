"""On what a benchmark was measured: without it a figure says nothing."""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from PySide6.QtCore import qVersion

from render_manager import __version__
from render_manager.domain.errors import LocalFarmError
from render_manager.messaging.embedded_redis import find_server
from tests.support.servers import find_postgres

_LIBRARIES = ("celery", "redis", "sqlalchemy", "psycopg", "oss2", "PySide6-Essentials")
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Machine:
    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    blender: str
    redis: str
    postgresql: str
    qt: str
    render_manager: str
    libraries: dict[str, str]
    load: float  #: of the last minute, before the first benchmark; near the number of cores, figures are worth little

    @classmethod
    def here(cls) -> "Machine":
        postgres = find_postgres()
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 1,
            memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
            system=_system(),
            python=f"{platform.python_implementation()} {platform.python_version()}",
            blender=_said(shutil.which("blender"), "--version"),
            redis=_said(_redis(), "--version"),
            postgresql=_said(str(postgres / "postgres"), "--version") if postgres else ABSENT,
            qt=str(qVersion()),
            render_manager=__version__,
            libraries={name: version(name) for name in _LIBRARIES},
            load=round(psutil.getloadavg()[0], 2),
        )


ABSENT = "none"


def commit() -> str | None:
    """Of the checkout, marked when it differs from that; None without git."""
    try:
        found = _run("git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--exclude=*")
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.strip()


def _processor() -> str:
    """Python knows it on Windows only; elsewhere the system says it in a place of its own."""
    if (told := Path("/proc/cpuinfo")).exists():
        models = [line.partition(":")[2] for line in told.read_text().splitlines() if line.startswith("model name")]
        if models:
            return " ".join(models[0].split())
    if platform.system() == "Darwin":
        return _run("sysctl", "-n", "machdep.cpu.brand_string").strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release()}"
    except OSError:
        return platform.platform()


def _redis() -> str | None:
    try:
        return str(find_server())
    except LocalFarmError:
        return None


def _said(program: str | None, option: str) -> str:
    """The version in a program's first line about itself."""
    if not program:
        return ABSENT
    line = _run(program, option).strip().splitlines()[0]
    found = re.search(r"\d+(\.\d+)+", line)
    return found[0] if found else line


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
