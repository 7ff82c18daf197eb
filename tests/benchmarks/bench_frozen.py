"""How long a frozen program takes to start, beside the same one in its virtual environment; and its size."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.rows import Bar, Row, judged, paired
from tests.support.farm import wait_until
from tests.support.frozen import ROOT, Frozen, built
from tests.support.screen import Screen, colours

RUNS = 5
BAR = Bar(1.5, ratio=True)
BAR_MB = Bar(300)
#: A window that is drawn has more colours than the empty screen with its pointer.
SHOWN = 20


def bench_frozen_start() -> Iterator[Row]:
    """Until the version is told, and until the window is drawn; runs alternate. The folder is built if it is not."""
    folder = built()
    with tempfile.TemporaryDirectory() as scratch:
        frozen = Frozen(folder, Path(scratch))
        environment = {**os.environ, **frozen.environment, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb"}
        ours, theirs = [str(folder / "render-manager")], [sys.executable, "-m", "render_manager"]
        told = [(_tells(ours, environment), _tells(theirs, environment)) for _ in range(RUNS)]
        yield paired("frozen_start", "s", told, "the same in .venv", BAR, "until the version is told")
        shown = [(_shows(ours, environment), _shows(theirs, environment)) for _ in range(RUNS)]
        yield paired("frozen_window", "s", shown, "the same in .venv", BAR, "until the window is drawn")
    yield _size(folder)


def _tells(command: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([*command, "--version"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _shows(command: Sequence[str], environment: dict[str, str]) -> float:
    with tempfile.TemporaryDirectory() as folder, Screen(Path(folder)) as screen:
        began = time.perf_counter()
        with subprocess.Popen(
            [*command, "gui", "--no-worker"], env={**environment, "DISPLAY": screen.display}, stderr=subprocess.DEVNULL
        ) as window:
            wait_until(lambda: colours(screen.picture()) > SHOWN)
            took = time.perf_counter() - began
            window.send_signal(signal.SIGINT)  # as if it were closed: it takes its Redis along
    return took


def _size(folder: Path) -> Row:
    parts: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            inside = path.relative_to(folder).parts
            part = inside[1] if len(inside) > 2 else "programs" if len(inside) == 1 else "libraries"
            parts[part] = parts.get(part, 0) + path.stat().st_size
    total = sum(parts.values()) / 1e6
    largest = sorted(parts.items(), key=lambda item: -item[1])[:6]
    detail = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in largest)
    return judged("frozen_size", "MB", total, "once", [total], None, BAR_MB, detail)
