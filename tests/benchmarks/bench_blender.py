"""Small Blender frames through the whole system against bare Blender, and how soon a cancel ends a renderer."""

import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from render_manager.domain.states import FINAL, FrameStatus, TaskStatus
from tests.benchmarks.bench_demo import bare_blender, find_blender
from tests.benchmarks.rows import Bar, Baseline, Row, judged, paired
from tests.support.farm import Farm, open_farm, wait_until

SCENES = Path(__file__).parent.parent / "scenes"
FRAMES, ROUNDS, BAR = 100, 5, Bar(1.15, ratio=True)
#: So few that starts weigh; what peers were measured with.
FEW = 20
CANCELS, CANCEL_BAR = 5, Bar(2.0)  # s
LOOK_EVERY = 0.25  # s


def bench_blender_overhead() -> list[Row]:
    """From submit to the last verified frame, over `blender -b … -a` of the same frames; runs alternate."""
    find_blender()
    with tempfile.TemporaryDirectory() as folder, open_farm(Path(folder) / "home") as farm:
        wait_until(farm.services.queries.workers)
        out = Path(folder) / "out"
        return [
            _overhead(farm, out, f"blender_overhead_{frames}_frames", frames, bar)
            for frames, bar in ((FRAMES, BAR), (FEW, None))
        ]


def _overhead(farm: Farm, out: Path, name: str, frames: int, bar: Bar | None) -> Row:
    scene = SCENES / "anim_cycles.blend"
    pairs = []
    for _ in range(ROUNDS):
        bare = bare_blender(scene, out, frames)
        pairs.append((_system(farm, scene, frames), bare))
    return paired(name, "s", pairs, "blender -a", bar, f"{frames} Cycles frames of 64 × 64, 4 samples, one worker")


def bench_cancel_latency() -> list[Row]:
    """From ``TaskControl.cancel`` being called in mid-frame until no process of the renderer is left; the baseline is
    how long the same process takes to end by SIGKILL."""
    find_blender()
    with tempfile.TemporaryDirectory() as folder, open_farm(Path(folder) / "home") as farm:
        wait_until(farm.services.queries.workers)
        times = [_cancel(farm) for _ in range(CANCELS)]
    cancelled, killed = zip(*times, strict=True)
    detail = f"in a frame of 64 samples; the median {median(cancelled):.2f} s"
    baseline = Baseline("SIGKILL", median(killed))
    statistic = f"worst of {CANCELS}"
    return [judged("cancel_latency", "s", max(cancelled), statistic, cancelled, baseline, CANCEL_BAR, detail)]


def _system(farm: Farm, scene: Path, frames: int) -> float:
    began = time.time()
    task = farm.submit(scene, f"1-{frames}")
    while (row := farm.row(task)).task.status not in FINAL:
        time.sleep(LOOK_EVERY)  # looking costs time that the renderer then lacks
    assert row.task.status is TaskStatus.COMPLETED, row.note
    return (row.task.finished_at or 0.0) - began  # SQLite's clock is this machine's


def _cancel(farm: Farm) -> tuple[float, float]:
    """Seconds until nothing is left after a cancel, and after a kill."""
    took = []
    for end in ("cancel", "kill"):
        task = farm.submit(SCENES / "anim_cycles_heavy.blend", "1-3", max_attempts=1)
        wait_until(lambda task=task: farm.services.queries.frame(task.id, 1).started_at)
        time.sleep(1.0)
        assert farm.services.queries.frame(task.id, 1).status is FrameStatus.RENDERING
        renderers = _renderers()
        assert renderers
        began = time.perf_counter()
        if end == "cancel":
            farm.services.control.cancel(task.id)
        else:
            for renderer in renderers:
                renderer.kill()
        _, left = psutil.wait_procs(renderers, timeout=10)
        assert not left
        took.append(time.perf_counter() - began)
        if end == "kill":
            farm.services.control.cancel(task.id)
    return took[0], took[1]


def _renderers() -> list[psutil.Process]:
    return [
        child for child in psutil.Process().children(recursive=True) if "blender_driver.py" in " ".join(child.cmdline())
    ]
