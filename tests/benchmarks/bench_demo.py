"""The sample project through the whole system, against bare Blender on the same frames."""

import shutil
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

from render_manager.domain.states import TaskStatus
from render_manager.resource_files import resources
from tests.benchmarks.rows import Bar, Row, paired
from tests.support.farm import Farm, open_farm, wait_until
from tests.support.servers import missing

FRAMES = 8
RUNS = 3
BAR = Bar(1.15, ratio=True)


def bench_demo_overhead() -> list[Row]:
    """From submit to the last verified frame, over `blender -b … -a` of the same frames; runs alternate."""
    find_blender()
    sample = resources() / "sample_project" / "sample_project.zip"
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with zipfile.ZipFile(sample) as archive:
            archive.extractall(scratch / "bare")
        scene = next((scratch / "bare").rglob("*.blend"))
        with open_farm(scratch / "home") as farm:
            wait_until(farm.services.queries.workers)
            pairs = []
            for _ in range(RUNS):
                bare = bare_blender(scene, scratch / "out", FRAMES)
                pairs.append((_system(farm, sample), bare))
    return [paired("demo_overhead", "s", pairs, "blender -a", BAR, f"{FRAMES} frames of the sample project")]


def find_blender() -> str:
    return shutil.which("blender") or missing("Blender")


def bare_blender(scene: Path, out: Path, frames: int) -> float:
    """Seconds of one Blender process that renders so many frames."""
    command = [find_blender(), "-b", "--factory-startup", "-noaudio", "-Y", str(scene)]
    began = time.perf_counter()
    subprocess.run(
        [*command, "-o", f"{out}/f_####", "-F", "PNG", "-s", "1", "-e", str(frames), "-a"],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def _system(farm: Farm, sample: Path) -> float:
    began = time.perf_counter()
    row = farm.settled(farm.submit(sample, f"1-{FRAMES}"), timeout=300)
    took = time.perf_counter() - began
    assert row.task.status is TaskStatus.COMPLETED, row.note
    return took
