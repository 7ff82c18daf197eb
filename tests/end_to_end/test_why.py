"""Why it is not rendering: what real workers do, and what window, command line and doctor say of it."""

import json
import signal
import sys
from pathlib import Path

import pytest

from render_manager.domain.entities import RenderTask
from render_manager.domain.states import FrameStatus
from tests.support.farm import wait_until
from tests.support.standin_farm import StandinFarm, open_standin_farm


def _says(farm: StandinFarm, task: RenderTask, words: str) -> bool:
    return farm.row(task).note == words


def test_what_is_said_is_what_real_workers_do(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, seconds=0.5) as farm:
        # No queue: a worker for urgent work only.
        urgent = farm.start("--name", "urgent", "--queues", "high_priority")
        waits = farm.submit(farm.key, "1")
        wait_until(lambda: _says(farm, waits, "No online worker listens to the queue default."))
        assert farm.row(waits).stuck
        urgent.terminate()
        wait_until(lambda: _says(farm, waits, "No worker is online: start one."))
        farm.services.control.cancel(waits.id)

        # Busy, and whose turn it is.
        farm.start("--name", "w")
        first = farm.submit(farm.key, "1-60")
        wait_until(lambda: farm.row(first).task.counts.completed)
        second, third = farm.submit(farm.key, "1-3"), farm.submit(farm.key, "1-3")
        after = farm.submit(farm.key, "1", after=(second.id,), priority=9)
        busy = "the only worker that could take it, w, is busy."
        assert _says(farm, second, f"1 task is ahead in default; {busy}")
        assert _says(farm, third, f"2 tasks are ahead in default; {busy}")
        assert _says(farm, after, f"Waits until task {second.id} ({second.name}) is completed.")
        earlier = farm.row(first).task.counts
        last = farm.services.queries.why_frame_waits(first.id, 60)
        assert last.startswith(f"It is next in default; {busy} ")
        before = int(last.removeprefix(f"It is next in default; {busy} ").split()[0])
        later = farm.row(first).task.counts
        assert later.pending - 1 <= before <= earlier.pending - 1
        farm.services.control.cancel(first.id)
        for task in (second, third, after):
            farm.settled(task)
        order = list(dict.fromkeys(task for task, _, _ in farm.events("start")))
        assert order == [first.id, second.id, after.id, third.id], "as was said"

        # Disabled.
        farm.services.workers.disable("w")
        task = farm.submit(farm.key, "1-2")
        wait_until(lambda: _says(farm, task, "Every online worker is disabled: enable one."))
        shown = json.loads(farm.command("show", task.id, "--json").stdout)
        assert shown["note"] == shown["waiting"] == "Every online worker is disabled: enable one."
        frame = json.loads(farm.command("show", task.id, "--frame", "2", "--json").stdout)
        assert frame["waiting"] == f"{shown['waiting']} 1 frame of its task comes before it."
        assert "comes before it" in farm.command("show", task.id, "--frame", "2").stdout
        assert "no frame 9" in farm.command("show", task.id, "--frame", "9").stderr
        farm.services.workers.enable("w")
        farm.settled(task)
        assert farm.row(task).waiting == ""


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process with a signal")
def test_a_worker_that_falls_silent_is_told_and_its_frame_goes_to_another(tmp_path: Path) -> None:
    with open_standin_farm(tmp_path, {"LEASE_SECONDS": "15"}, seconds=90.0) as farm:
        silent = farm.start("--name", "gpu07")
        task = farm.submit(farm.key, "1", max_attempts=2)
        wait_until(lambda: farm.services.queries.frames(task.id)[0].started_at)
        assert farm.services.queries.why_frame_waits(task.id, 1) == ""
        with farm.program.store.transaction():  # so that it holds none itself, which would lock the file for all
            silent.send_signal(signal.SIGSTOP)
        try:
            said: list[str] = []

            def told() -> bool:
                said.append(farm.services.queries.why_frame_waits(task.id, 1))
                return said[-1].startswith("Its worker gpu07 was last heard of ")

            wait_until(told)
            seconds = int(said[-1].split("the frame goes to another one in ")[1].split()[0])
            assert 1 <= seconds <= 15
            farm.start("--name", "gpu08")
            wait_until(lambda: farm.services.queries.frames(task.id)[0].worker == "gpu08")
            assert farm.services.queries.frames(task.id)[0].status is FrameStatus.RENDERING
        finally:
            silent.send_signal(signal.SIGCONT)
            silent.kill()
