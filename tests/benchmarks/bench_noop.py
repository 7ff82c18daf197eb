"""What the program adds to a frame: frames that do nothing, each with all that a real one has around it."""

import subprocess
import sys
from statistics import median

from render_manager.domain.states import FrameStatus
from tests.benchmarks.farms import DATABASES, KEY, completed, farm_on
from tests.benchmarks.rows import Row
from tests.support.farm import Farm

ROUNDS, FRAMES = 5, 200
NOOP = "/bin/true"
BARS = {"sqlite": 3.0, "postgresql": 6.0}  # ms
#: A process of its own, as small as the stand-in: what starting a process costs depends on who starts it.
_BARE = """
import subprocess, sys, time
began = time.perf_counter()
for _ in range(int(sys.argv[1])):
    subprocess.run([sys.argv[2]], check=True)
print((time.perf_counter() - began) / int(sys.argv[1]))
"""


def bench_noop_overhead() -> list[Row]:
    """From the first frame's start to the last one's end, by the frame, less the same process started bare."""
    return [_overhead(database) for database in DATABASES]


def _overhead(database: str) -> Row:
    with farm_on(database, BLENDER_STANDIN_COMMAND=NOOP) as farm:
        _farm(farm, 10)  # both have read their programs from the disk before anything is counted
        rounds = [(_bare(FRAMES), _farm(farm, FRAMES)) for _ in range(ROUNDS)]
    bare, whole = (median(times) for times in zip(*rounds, strict=True))
    added = [ours - theirs for theirs, ours in rounds]
    overhead = median(added)
    detail = (
        f"{ROUNDS} × {FRAMES} frames, one worker, {whole:.2f} ms a frame by the database's started_at and finished_at; "
        f"bare subprocess.run({NOOP}) {bare:.2f} ms; rounds {min(added):.2f}–{max(added):.2f} ms. Counted: request to "
        "the renderer, its journal-free stand-in, log file, image written and verified, report, claim, notices"
    )
    bar = BARS[database]
    return Row(f"noop_overhead_{database}", overhead, "ms/frame", bare, bar, overhead <= bar, detail)


def _farm(farm: Farm, frames: int) -> float:
    """Milliseconds a frame."""
    task = completed(farm, farm.submit(KEY, f"1-{frames}"))
    rows = farm.program.store.frames(task.id)
    assert {(row.status, row.attempt) for row in rows} == {(FrameStatus.COMPLETED, 1)}
    assert len(list((farm.workspace(task) / "logs").glob("frame_*.log"))) == len(rows) == frames
    began, ended = min(row.started_at or 0 for row in rows), max(row.finished_at or 0 for row in rows)
    return 1000 * (ended - began) / frames


def _bare(runs: int) -> float:
    """Milliseconds a run."""
    program = [sys.executable, "-ISc", _BARE, str(runs), NOOP]
    return 1000 * float(subprocess.run(program, check=True, capture_output=True).stdout)
