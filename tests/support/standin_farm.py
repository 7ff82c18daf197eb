"""A farm whose renderer is the stand-in: for tests of the farm, not of rendering."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from render_manager.domain.entities import WorkerStatus
from tests.support.farm import Farm, open_farm, wait_until

STANDIN = Path(__file__).parent / "standins" / "blender.py"
HOST_NAME = Path(__file__).parent / "host_name"


class StandinFarm(Farm):
    """A farm and the worker processes that a test starts by hand."""

    def __init__(self, farm: Farm, folder: Path) -> None:
        super().__init__(farm.program)
        self.folder = folder
        self.journal = folder / "journal"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = dict(os.environ)  #: of workers and commands; what it is now, whatever tests do to it later
        scene = folder / "shot.blend"
        scene.write_bytes(b"BLENDER-v402" + b"\0" * 100)
        self.key = "shot.blend"
        self.program.objects.upload(scene, self.key)

    def start(
        self, *arguments: str, ready: bool = True, folder: Path | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """A worker process, of the program in ``folder`` if not of this one; its log lies beside the farm."""
        with (self.folder / f"worker-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers", *arguments],
                env={**self.environment, **({"PYTHONPATH": str(folder)} if folder else {}), **environment},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        if ready and "--name" in arguments:
            name = arguments[arguments.index("--name") + 1]
            wait_until(lambda: self.worker(name).alive)
        return process

    def start_host(self, host: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker of a host of that name, with a folder of its own for workspaces."""
        return self.start(
            "--name",
            host,
            PYTHONPATH=str(HOST_NAME),
            HOST_NAME=host,
            WORKSPACE_ROOT_DIR=str(self.root(host)),
            **environment,
        )

    def root(self, host: str) -> Path:
        """Where the workspaces of ``start_host`` are."""
        return self.folder / host

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """render-manager with these arguments."""
        return subprocess.run(
            [sys.executable, "-m", "render_manager", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def log(self, number: int) -> str:
        return (self.folder / f"worker-{number}.log").read_text(errors="replace")

    def worker(self, name: str) -> WorkerStatus:
        return next(
            (one for one in self.services.queries.workers() if one.profile.name == name),
            WorkerStatus(None, 0.0, 0.0, alive=False),  # type: ignore[arg-type] - not there yet
        )

    def events(self, event: str) -> list[tuple[str, int, float]]:
        """Of the renderers' own journal: task, frame and monotonic time, oldest first."""
        found = []
        for file in self.journal.iterdir():
            for line in file.read_text().splitlines():
                kind, task, frame, _pid, when = line.split()
                if kind == event:
                    found.append((task, int(frame), float(when)))
        return sorted(found, key=lambda entry: entry[2])

    def renderings(self) -> Counter[tuple[str, int]]:
        """How often each frame was begun."""
        return Counter((task, frame) for task, frame, _ in self.events("start"))

    def stop_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + 10
        for process in self.processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def open_standin_farm(
    folder: Path, environment: Mapping[str, str] = {}, *, seconds: float = 0.0
) -> Iterator[StandinFarm]:
    """``seconds``: how long a frame takes."""
    (folder / "journal").mkdir()
    names = {
        "BLENDER_EXECUTABLE": str(STANDIN),
        "BLENDER_STANDIN_JOURNAL": str(folder / "journal"),
        "BLENDER_STANDIN_SECONDS": str(seconds),
        **environment,
    }
    with open_farm(folder / "home", names, workers=0) as plain:
        farm = StandinFarm(plain, folder)
        try:
            yield farm
        finally:
            farm.stop_all()
