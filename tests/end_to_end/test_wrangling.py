"""What a wrangler does with tasks, on a farm of real processes."""

import json
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from render_manager.domain.entities import Keep, WorkspaceState
from render_manager.domain.errors import TaskBusy
from render_manager.domain.failures import FailureClass
from render_manager.domain.states import FrameStatus, TaskStatus
from tests.support.archives import zipped
from tests.support.farm import Farm, open_farm, wait_until

HEAVY = "anim_cycles_heavy.blend"


def renderers_of(task_id: str) -> list[psutil.Process]:
    """Blender processes that work for this task: their temporary folder lies in its workspace."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if "blender" in process.info["name"] and f"/{task_id}/" in process.cwd() + "/":
                found.append(process)
        except psutil.Error:
            continue
    return found


def rendering(farm: Farm, task) -> bool:
    """Whether a renderer is at a frame of the task, not only claimed."""
    frames = farm.services.queries.frames(task.id, statuses=[FrameStatus.RENDERING])
    return any(frame.started_at for frame in frames)


def test_cancel_ends_the_renderer_within_two_seconds(farm: Farm, scenes: Path) -> None:
    task = farm.submit(scenes / HEAVY, "1-5")
    wait_until(lambda: rendering(farm, task))
    assert renderers_of(task.id)
    farm.services.control.cancel(task.id)
    assert farm.row(task).task.status is TaskStatus.CANCELLED
    wait_until(lambda: not renderers_of(task.id), timeout=2.0)
    counts = farm.row(task).task.counts
    assert (counts.cancelled, counts.rendering, counts.pending) == (5, 0, 0)


def test_pause_finishes_the_running_frame_and_resume_goes_on(farm: Farm, scenes: Path) -> None:
    task = farm.submit(scenes / "anim_cycles.blend", "1-200")
    wait_until(lambda: farm.row(task).task.counts.completed)
    farm.services.control.pause(task.id)
    wait_until(lambda: not farm.row(task).task.counts.rendering)
    paused = farm.row(task).task
    assert paused.status is TaskStatus.PAUSED
    assert paused.counts.pending
    farm.services.control.resume(task.id)
    assert farm.settled(task).task.counts.completed == 200


def test_a_retry_renders_only_that_frame_and_downloads_nothing(farm: Farm, scenes: Path) -> None:
    task = farm.render(scenes / "anim_cycles.blend", "1-3").task
    renders = farm.workspace(task) / "Sys_Default_Renders"
    before = {path.name: path.stat().st_mtime_ns for path in renders.iterdir()}
    # With the object gone from the store, any download would fail the task.
    farm.program.objects.delete(task.oss_file_path)
    farm.services.control.retry(task.id, "2")
    assert farm.settled(task).task.status is TaskStatus.COMPLETED
    after = {path.name: path.stat().st_mtime_ns for path in renders.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"anim_cycles_0002.png"}
    assert [frame.attempt for frame in farm.services.queries.frames(task.id)] == [1, 2, 1]


def test_a_retry_of_a_failed_frame_renders_only_that_one_and_downloads_nothing(farm: Farm, scenes: Path) -> None:
    task = farm.render(scenes / "anim_cycles.blend", "1-3").task
    renders = farm.workspace(task) / "Sys_Default_Renders"
    image = renders / "anim_cycles_0002.png"
    farm.program.objects.delete(task.oss_file_path)
    image.unlink()
    image.mkdir()  # where Blender wants to write
    farm.services.control.retry(task.id, "2")
    assert farm.settled(task).task.status is TaskStatus.FAILED
    failed = farm.services.queries.frame(task.id, 2)
    assert (failed.status, failed.failure) == (FrameStatus.FAILED, FailureClass.STORAGE)
    image.rmdir()
    before = {path.name: path.stat().st_mtime_ns for path in renders.iterdir()}
    attempts = [frame.attempt for frame in farm.services.queries.frames(task.id)]

    farm.services.control.retry(task.id, "2")
    assert farm.settled(task).task.status is TaskStatus.COMPLETED
    after = {path.name: path.stat().st_mtime_ns for path in renders.iterdir()}
    assert after.keys() - before.keys() == {image.name}
    assert {name: after[name] for name in before} == before
    assert [frame.attempt for frame in farm.services.queries.frames(task.id)] == [1, attempts[1] + 1, 1]


def test_clean_up_removes_the_workspace_and_a_retry_prepares_again(farm: Farm, scenes: Path, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "shot.zip", {"shot/scene.blend": scenes / "anim_cycles.blend"})
    task = farm.render(archive, "1-2").task
    folder = farm.workspace(task)
    assert folder.is_dir()
    items = farm.services.cleanup.plan(task_ids=[task.id])
    assert items[0].size > 100_000
    asked = farm.services.cleanup.request(items)
    wait_until(lambda: farm.services.cleanup.state_of(asked)[0].state is WorkspaceState.REMOVED)
    assert not folder.exists()
    farm.services.control.retry(task.id, "1")
    assert farm.settled(task).task.status is TaskStatus.COMPLETED
    assert (folder / "Sys_Default_Renders" / "scene_0001.png").is_file()


def test_clean_up_can_keep_the_renders(farm: Farm, scenes: Path) -> None:
    task = farm.render(scenes / "anim_cycles.blend", "1").task
    folder = farm.workspace(task)
    asked = farm.services.cleanup.request(farm.services.cleanup.plan(task_ids=[task.id]), keep=Keep.RENDERS)
    wait_until(lambda: farm.services.cleanup.state_of(asked)[0].state is WorkspaceState.REMOVED)
    assert {path.name for path in folder.iterdir()} == {"Sys_Default_Renders", "logs"}


def test_clean_up_is_refused_while_frames_render(farm: Farm, scenes: Path) -> None:
    task = farm.submit(scenes / HEAVY, "1-2")
    wait_until(lambda: rendering(farm, task))
    with pytest.raises(TaskBusy, match="is rendering 1 frame"):
        farm.services.cleanup.request(farm.services.cleanup.plan(task_ids=[task.id]))
    farm.services.control.cancel(task.id)


def test_a_higher_task_goes_first_at_the_next_frame(farm: Farm, scenes: Path) -> None:
    low = farm.submit(scenes / "anim_cycles.blend", "1-300", priority=1)
    wait_until(lambda: farm.row(low).task.counts.completed)
    high = farm.submit(scenes / "anim_workbench.blend", "1-2", priority=9)
    farm.settled(high)
    assert farm.row(low).task.counts.pending
    farm.services.control.cancel(low.id)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_frames_of_a_killed_worker_are_rendered_by_another(tmp_path: Path, scenes: Path, blender: Path) -> None:
    with open_farm(tmp_path / "home") as farm:
        task = farm.submit(scenes / HEAVY, "1", task_info={"resolution_percentage": "30"})
        wait_until(lambda: rendering(farm, task))
        victim = farm.services.queries.workers()[0]
        os.kill(victim.profile.pid, signal.SIGKILL)
        if sys.platform == "linux":
            wait_until(lambda: not renderers_of(task.id), timeout=2.0)
        farm.services.local_workers.start()
        row = farm.settled(task, timeout=90)
        frame = farm.services.queries.frame(task.id, 1)
        assert row.task.status is TaskStatus.COMPLETED
        assert frame.attempt == 2
        assert frame.worker != victim.profile.name
        wait_until(lambda: not renderers_of(task.id))


def test_two_workers_share_a_task_and_render_no_frame_twice(tmp_path: Path, scenes: Path, blender: Path) -> None:
    with open_farm(tmp_path / "home", workers=2) as farm:
        wait_until(lambda: len(farm.services.queries.workers()) == 2)
        task = farm.submit(scenes / "anim_cycles_heavy.blend", "1-6", task_info={"resolution_percentage": "25"})
        row = farm.settled(task)
        frames = farm.services.queries.frames(task.id)
        assert row.task.counts.completed == 6
        assert {frame.attempt for frame in frames} == {1}
        assert len({frame.worker for frame in frames}) == 2


def test_leaving_stops_every_process_and_hands_the_frame_back(tmp_path: Path, scenes: Path, blender: Path) -> None:
    with open_farm(tmp_path / "home") as farm:
        task = farm.submit(scenes / HEAVY, "1")
        wait_until(lambda: rendering(farm, task))
        worker = psutil.Process(farm.services.queries.workers()[0].profile.pid)
        farm.services.local_workers.stop()
        assert not worker.is_running()
        assert not renderers_of(task.id)
        counts = farm.row(task).task.counts
        assert (counts.pending, counts.rendering) == (1, 0)
        assert farm.services.queries.workers() == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_farm_goes_on_when_its_redis_is_killed(tmp_path: Path, scenes: Path, blender: Path) -> None:
    with open_farm(tmp_path / "home") as farm:
        wait_until(farm.services.queries.workers)
        server = json.loads((tmp_path / "home" / "redis" / "server.json").read_text())
        os.kill(server["pid"], signal.SIGKILL)
        task = farm.submit(scenes / "anim_cycles.blend", "1-2")
        assert farm.settled(task).task.status is TaskStatus.COMPLETED


def test_a_retry_takes_a_clean_up_back(farm: Farm, scenes: Path) -> None:
    task = farm.render(scenes / "anim_cycles.blend", "1-2").task
    plan = farm.services.cleanup.plan(task_ids=[task.id])
    farm.services.control.retry(task.id, "1-2")
    wait_until(lambda: farm.row(task).task.counts.rendering)
    with pytest.raises(TaskBusy):
        farm.services.cleanup.request(plan)
    farm.settled(task)
    assert (farm.workspace(task) / "Sys_Default_Renders" / "anim_cycles_0001.png").is_file()
