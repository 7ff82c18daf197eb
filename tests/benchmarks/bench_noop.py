"""What the program adds to a frame: frames that do nothing, each with all that a real one has around it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import psutil

from render_manager.domain.states import FrameStatus
from tests.benchmarks.farms import DATABASES, KEY, completed, farm_on, scratch, stand_in
from tests.benchmarks.rows import Bar, Row, paired
from tests.support.farm import Farm

ROUNDS, FRAMES = 5, 200
NOOP = "/bin/true"
BARS = {"sqlite": Bar(3.0), "postgresql": Bar(6.0)}  # ms
#: A process of its own, as small as the stand-in: what starting a process costs depends on who starts it.
_BARE = """
import subprocess, sys, time
began = time.perf_counter()
for _ in range(int(sys.argv[1])):
    subprocess.run([sys.argv[2]], check=True)
print((time.perf_counter() - began) / int(sys.argv[1]))
"""


def bench_noop_overhead() -> Iterator[Row]:
    """From the first frame's start to the last one's end, by the frame, less the same process started bare.

    Counted as ours is everything else: the request to the renderer, what the stand-in does itself (three lines, a new
    image), reading it, the log file, the image decoded, the report with the next claim, notices.
    """
    yield from map(_overhead, DATABASES)


def _overhead(database: str) -> Row:
    with scratch() as folder, farm_on(database, BLENDER_STANDIN_COMMAND=NOOP) as farm:
        _farm(farm, 20)  # all have read their programs from the disk before anything is counted
        rounds = [(_bare(), _driven(folder), *_farm(farm, FRAMES)) for _ in range(ROUNDS)]
    bare, driven, whole, cpu = (median(times) for times in zip(*rounds, strict=True))
    added = [(ours - theirs, theirs) for theirs, _, ours, _ in rounds]
    detail = (
        f"what is added to {NOOP} by {FRAMES} frames, one worker: {whole:.2f} ms a frame from the first started_at to "
        f"the last finished_at, less {bare:.2f} ms; the stand-in alone, asked through its pipe, takes {driven:.2f} ms; "
        f"the worker's CPU time is {cpu:.2f} ms a frame"
    )
    return paired(f"noop_overhead_{database}", "ms/frame", added, "subprocess.run", BARS[database], detail)


def _farm(farm: Farm, frames: int) -> tuple[float, float]:
    """Milliseconds a frame: of the clock, and of the worker's CPU time."""
    (worker,) = farm.services.queries.workers()
    process = psutil.Process(worker.profile.pid)
    before = process.cpu_times()
    task = completed(farm, farm.submit(KEY, f"1-{frames}"))
    after = process.cpu_times()
    rows = farm.program.store.frames(task.id)
    assert {(row.status, row.attempt) for row in rows} == {(FrameStatus.COMPLETED, 1)}
    assert len(list((farm.workspace(task) / "logs").glob("frame_*.log"))) == len(rows) == frames
    began, ended = min(row.started_at or 0 for row in rows), max(row.finished_at or 0 for row in rows)
    cpu = after.user + after.system - before.user - before.system
    return 1000 * (ended - began) / frames, 1000 * cpu / frames


def _bare() -> float:
    """Milliseconds a run."""
    program = [sys.executable, "-ISc", _BARE, str(FRAMES), NOOP]
    return 1000 * float(subprocess.run(program, check=True, capture_output=True).stdout)


def _driven(folder: Path) -> float:
    """Milliseconds a frame of the stand-in with nothing around it: less than that no farm could add."""
    request = json.dumps({"command": "render", "frame": 1, "output": str(folder / "bare_####")}).encode() + b"\n"
    environment = {**os.environ, "BLENDER_STANDIN_COMMAND": NOOP}
    with subprocess.Popen(
        [stand_in(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()  # ready
        began = time.perf_counter()
        for _ in range(FRAMES):
            process.stdin.write(request)
            process.stdin.flush()
            while b'"rendered"' not in process.stdout.readline():
                pass
        took = time.perf_counter() - began
        process.communicate()
    return 1000 * took / FRAMES
