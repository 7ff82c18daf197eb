"""The farm engine on real processes with a stand-in renderer: pools, orders, who gets what, and how soon."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from render_manager.domain.audit import Action
from render_manager.domain.entities import WorkerState
from render_manager.domain.states import FrameStatus, TaskStatus
from tests.support.farm import wait_until
from tests.support.processes import command_line
from tests.support.standin_farm import StandinFarm, open_standin_farm
from workers.renderers.blender import Blender

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals, and the stand-in is a script with a first line")


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[StandinFarm]:
    with open_standin_farm(tmp_path, seconds=0.02) as farm:
        yield farm


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
def test_every_pool_renders_cancels_and_leaves_in_good_order(
    tmp_path: Path, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_standin_farm(tmp_path, {"BLENDER_STANDIN_SECONDS": "0.3"}) as farm:
        process = farm.start("--name", "w", "--pool", pool, "--concurrency", "2")
        first = farm.submit(farm.key, "1-6")
        row = farm.settled(first)
        assert row.task.counts.completed == 6
        assert set(farm.renderings().values()) == {1}
        if pool != "solo":
            begun, ended = farm.events("start"), farm.events("end")
            overlaps = [after[2] < before[2] for after, before in zip(begun[1:], ended, strict=False)]
            assert any(overlaps), "two at a time"

        second = farm.submit(farm.key, "1-50")
        wait_until(lambda: farm.worker("w").rendering)
        wait_until(lambda: len(farm.renderings()) > 7)
        farm.services.control.cancel(second.id)
        wait_until(lambda: not _children(process), timeout=5)
        wait_until(lambda: not farm.worker("w").rendering)

        third = farm.submit(farm.key, "1-50")
        wait_until(lambda: farm.row(third).task.counts.completed)
        process.terminate()
        assert process.wait(60) == 0
        counts = farm.row(third).task.counts
        assert counts.rendering == counts.failed == 0
        assert counts.completed >= 1
        assert not farm.worker("w").alive
        begun = farm.renderings()
        assert all(begun[third.id, frame.frame_number] == 1 for frame in _completed(farm, third.id))


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Renderers of this worker."""
    return [
        child for child in psutil.Process(process.pid).children(recursive=True) if "standins" in command_line(child)
    ]


def _completed(farm: StandinFarm, task_id: str):
    return farm.services.queries.frames(task_id, statuses=[FrameStatus.COMPLETED])


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_a_second_signal_hands_the_frame_back(tmp_path: Path, pool: str) -> None:
    with open_standin_farm(tmp_path, seconds=60) as farm:
        process = farm.start("--name", "w", "--pool", pool)
        task = farm.submit(farm.key, "1")
        wait_until(farm.renderings)
        process.terminate()
        time.sleep(1)
        assert process.poll() is None, "the first signal lets the frame finish"
        process.terminate()
        process.wait(60)
        counts = farm.row(task).task.counts
        assert (counts.pending, counts.rendering) == (1, 0)
        assert farm.services.queries.frame(task.id, 1).attempts_used == 0


@pytest.mark.parametrize("pool", ["threads", "solo", "prefork"])
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_leave_while_it_starts_signs_off(tmp_path: Path, pool: str, told: signal.Signals) -> None:
    with open_standin_farm(tmp_path) as farm:
        process = farm.start("--name", "w", "--pool", pool, ready=False)
        wait_until(lambda: any(worker.alive for worker in farm.services.queries.workers()))
        process.send_signal(told)
        assert process.wait(20) == 0
        assert not farm.worker("w").alive
        assert "Traceback" not in farm.log(0)


def test_a_killed_prefork_worker_leaves_nothing_behind(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, seconds=60) as farm:
        process = farm.start("--name", "w", "--pool", "prefork", "--concurrency", "2")
        task = farm.submit(farm.key, "1-2")
        wait_until(lambda: len(farm.renderings()) == 2)
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive
        farm.start("--name", "w2", "--concurrency", "2")
        wait_until(lambda: {frame.attempt for frame in farm.services.queries.frames(task.id)} == {2}, timeout=30)


def test_two_workers_cannot_have_one_name(farm: StandinFarm) -> None:
    first = farm.start("--name", "w")
    twin = farm.start("--name", "w", ready=False)
    assert twin.wait(60) == 2
    assert "A worker named w is online already" in farm.log(1)
    first.kill()
    first.wait()
    farm.start("--name", "w", ready=False)
    wait_until(lambda: farm.worker("w").alive and farm.worker("w").profile.pid != first.pid)


def test_a_worker_whose_name_was_taken_over_leaves(tmp_path: Path) -> None:
    """It was frozen for so long that it counted as lost."""
    with open_standin_farm(tmp_path, seconds=0.05) as farm:
        frozen = farm.start("--name", "w")
        task = farm.submit(farm.key, "1-60", max_attempts=3)
        wait_until(lambda: farm.row(task).task.counts.completed)
        with farm.program.store.transaction():  # so that it holds none itself, which would lock the file for all
            frozen.send_signal(signal.SIGSTOP)
        wait_until(lambda: not farm.worker("w").alive)
        later = farm.start("--name", "w")
        assert farm.settled(task).task.counts.completed == 60
        frozen.send_signal(signal.SIGCONT)
        frozen.wait(60)
        assert later.poll() is None
        assert farm.worker("w").alive
        assert farm.row(task).task.counts.completed == 60


def test_drain_finishes_the_frame_and_waits_until_the_worker_is_gone(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, seconds=1.0) as farm:
        process = farm.start("--name", "w")
        task = farm.submit(farm.key, "1-20")
        wait_until(farm.renderings)
        drained = subprocess.run([sys.executable, "-m", "workers", "--drain"], capture_output=True, text=True)
        assert drained.returncode == 0
        assert "Worker w finishes its frames and leaves." in drained.stdout
        assert process.wait(60) == 0
        counts = farm.row(task).task.counts
        assert counts.completed >= 1
        assert (counts.rendering, counts.failed) == (0, 0)
        assert sum(farm.renderings().values()) == counts.completed
        again = subprocess.run(
            [sys.executable, "-m", "workers", "--drain", "--name", "w"], capture_output=True, text=True
        )
        assert again.returncode == 2
        assert "offline" in again.stderr


def test_a_disabled_worker_stays_disabled_over_a_restart(farm: StandinFarm) -> None:
    process = farm.start("--name", "w")
    farm.services.workers.disable("w", "maintenance")
    task = farm.submit(farm.key, "1-2")
    time.sleep(1)
    assert not farm.renderings()
    process.terminate()
    process.wait(60)
    farm.start("--name", "w")
    time.sleep(1)
    assert not farm.renderings()
    farm.services.workers.enable("w")
    assert farm.settled(task).task.status is TaskStatus.COMPLETED


def test_a_task_that_one_of_many_workers_can_run_starts_there_within_five_seconds(tmp_path: Path) -> None:
    # The default heartbeat: what is quick must not be so because of the tests' own.
    with open_standin_farm(tmp_path, {"HEARTBEAT_SECONDS": "5", "LEASE_SECONDS": "60"}) as farm:
        for number in range(5):
            farm.start("--name", f"w{number}", ready=False)
        farm.start("--name", "gpu-1", "--tags", "gpu", ready=False)
        wait_until(lambda: sum(one.alive for one in farm.services.queries.workers()) == 6)
        for _ in range(5):
            task = farm.submit(farm.key, "1-3", task_info={"requires": {"tags": ["gpu"]}})
            submitted = time.monotonic()
            wait_until(lambda task=task: any(name == task.id for name, *_ in farm.events("start")), timeout=5)
            assert time.monotonic() - submitted < 5
            assert farm.settled(task).task.counts.completed == 3
            assert {frame.worker for frame in farm.services.queries.frames(task.id)} == {"gpu-1"}


def test_a_high_task_is_the_next_frame_of_the_next_free_worker(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, seconds=0.05) as farm:
        farm.start("--name", "w1")
        farm.start("--name", "w2")
        low = [farm.submit(farm.key, "1-10", priority=1).id for _ in range(500)]
        wait_until(lambda: len(farm.renderings()) > 10)
        high = farm.submit(farm.key, "1", priority=9)
        wait_until(lambda: farm.row(high).task.counts.completed)
        record = farm.program.store.history(limit=1000)[::-1]
        told = [(entry.action, entry.task_id) for entry in record]
        submitted, claimed = told.index((Action.SUBMIT, high.id)), told.index((Action.CLAIM, high.id))
        between = [task for action, task in told[submitted:claimed] if action is Action.CLAIM]
        assert between == [], "not one frame of a lower task is handed out once the higher one is there"
        assert set(low) >= {task for action, task in told[claimed + 1 :] if action is Action.CLAIM}


def test_a_worker_kept_for_urgent_work_takes_nothing_else(farm: StandinFarm) -> None:
    farm.start("--name", "urgent", "--queues", "high_priority")
    low = farm.submit(farm.key, "1-2", priority=5)
    high = farm.submit(farm.key, "1-2", priority=9)
    assert farm.settled(high).task.status is TaskStatus.COMPLETED
    time.sleep(1)
    assert farm.row(low).task.counts.pending == 2
    farm.services.control.set_priority(low.id, 8)
    assert farm.settled(low).task.status is TaskStatus.COMPLETED


def test_a_host_low_on_disk_says_so_and_takes_no_new_project(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, {"MIN_FREE_DISK_GB": "1000000"}) as farm:
        farm.start("--name", "w")
        wait_until(lambda: farm.worker("w").state is WorkerState.LOW_DISK)
        task = farm.submit(farm.key, "1-2")
        time.sleep(3)  # more than a look for work and a heartbeat
        row = farm.row(task)
        assert (row.task.status, row.task.counts.pending) == (TaskStatus.PENDING, 2)
        assert "is low on disk" in row.note
        assert farm.renderings() == {}


def test_frames_that_end_every_renderer_fail_in_the_end_and_hold_nobody_up(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, {"BLENDER_STANDIN_CRASH": "2", "BLENDER_STANDIN_FAIL": "3"}) as farm:
        farm.start("--name", "w")
        row = farm.settled(farm.submit(farm.key, "1-5", max_attempts=2))
        states = {frame.frame_number: frame for frame in farm.services.queries.frames(row.task.id)}
        assert [n for n, frame in states.items() if frame.status is FrameStatus.FAILED] == [2, 3]
        assert "killed by signal 9" in (states[2].error_message or "")
        assert {n: count for (_, n), count in farm.renderings().items()} == {1: 1, 2: 2, 3: 2, 4: 1, 5: 1}
        order = [n for _, n, _ in farm.events("start")]
        assert order[-2:] in ([2, 3], [3, 2]), "those that failed once come last"


def test_a_renderer_is_started_anew_after_its_frames_and_none_is_lost(tmp_path: Path) -> None:
    frames = 2 * Blender.session_limits.frames + 20
    with open_standin_farm(tmp_path) as farm:
        farm.start("--name", "w")
        row = farm.settled(farm.submit(farm.key, f"1-{frames}"), timeout=120)
        assert row.task.counts.completed == frames
        assert set(farm.renderings().values()) == {1}
        assert {frame.attempts_used for frame in farm.services.queries.frames(row.task.id)} == {1}
        sessions = [file.read_text().count("start ") for file in farm.journal.iterdir()]
        assert sorted(sessions, reverse=True) == [500, 500, 20]
        assert not farm.worker("w").rendering


def test_a_task_after_another_starts_by_itself(farm: StandinFarm) -> None:
    farm.start("--name", "w")
    first = farm.submit(farm.key, "1-5")
    second = farm.submit(farm.key, "1-2", after=(first.id,), priority=10)
    assert farm.settled(second).task.status is TaskStatus.COMPLETED
    tasks = [task for task, *_ in farm.events("start")]
    assert tasks == [first.id] * 5 + [second.id] * 2


def test_a_busy_worker_is_listed_at_once_and_a_killed_one_shown_offline_in_time(tmp_path: Path) -> None:
    """With the default heartbeat of five seconds."""
    with open_standin_farm(tmp_path, {"HEARTBEAT_SECONDS": "5", "LEASE_SECONDS": "16"}, seconds=600) as farm:
        process = farm.start("--name", "w")
        task = farm.submit(farm.key, "1", max_attempts=3)
        wait_until(farm.renderings)
        began = time.monotonic()
        status = farm.worker("w")
        assert time.monotonic() - began < 1
        assert [frame.task_id for frame in status.rendering] == [task.id]
        time.sleep(20)  # longer than the lease
        assert farm.worker("w").alive
        assert farm.services.queries.frame(task.id, 1).attempt == 1
        process.kill()
        process.wait()
        killed = time.monotonic()
        wait_until(lambda: not farm.worker("w").alive, timeout=15)
        farm.start("--name", "w2")
        wait_until(lambda: farm.services.queries.frame(task.id, 1).worker == "w2", timeout=16 + 30)
        assert time.monotonic() - killed < 16 + 30
        assert farm.services.queries.frame(task.id, 1).attempt == 2
