"""What a farm does when it is asked from Python, on a farm of this machine and on a configured one."""

import time
from pathlib import Path

import pytest

from render_manager.api import (
    Farm,
    FrameNotFound,
    FrameStatus,
    IllegalMove,
    InvalidTask,
    NotDone,
    ObjectNotFound,
    Task,
    TaskNotFound,
    TaskStatus,
    UnknownEngine,
    WorkerNotFound,
)
from render_manager.domain.entities import WorkspaceState

PATIENCE = 60.0


def test_from_submission_to_images_and_back_to_an_empty_disk(farm: Farm, scene: Path, tmp_path: Path) -> None:
    sent: list[int] = []
    task = farm.submit(scene, frames="1-3", priority=9, name="镜头", progress=lambda done, total: sent.append(done))
    assert (task.name, task.user, task.priority, task.counts.total) == ("镜头", "li", 9, 3)
    assert sent[-1] == scene.stat().st_size

    seen: list[str] = []
    assert task.wait(PATIENCE, each=lambda now: seen.append(now.status)) is task
    assert (task.status, task.settled, task.note) == (TaskStatus.COMPLETED, True, "")
    assert seen[-1] == "completed"
    assert [frame.frame_number for frame in task.frames()] == [1, 2, 3]
    assert [frame.frame_number for frame in task.frames("2-9", status="completed")] == [2, 3]
    assert task.frames(status=["failed", "skipped"]) == []
    assert "Rendering 1 / 1 samples" in farm.log(task, 2)
    assert {entry.action for entry in farm.history(task, frame=2)} >= {"claim", "complete"}
    (worker,) = farm.workers()
    assert worker.alive

    report = farm.download(task, tmp_path / "images", frames="1-2")
    assert sorted(path.name for path in report.copied) == ["shot_0001.png", "shot_0002.png"]

    (workspace,) = farm.clean_up(task, keep="renders")
    assert workspace.state is WorkspaceState.REMOVED
    image = Path(task.frame(3).output_path or "")
    assert image.is_file()
    (workspace,) = farm.clean_up(task)
    assert not image.exists()

    assert farm.retry(task, "3") is task
    assert not task.settled
    assert task.wait(PATIENCE).status is TaskStatus.COMPLETED
    assert task.frame(3).attempt == 2
    assert task.frame(1).attempt == 1


def test_what_is_asked_of_a_task_is_told_by_it(farm: Farm, scene: Path) -> None:
    # No worker has this, so nothing happens by itself.
    first = farm.submit(scene, frames="1-4", requires={"tags": ["moon"]}, user="wang")
    second = farm.submit(scene, frames="1-4", requires={"tags": ["moon"]}, after=first, order="spread")
    assert farm.pause(first).status is TaskStatus.PAUSED
    with pytest.raises(IllegalMove):
        farm.pause(first)
    assert farm.resume(first.id[:9]).id == first.id
    assert first.status is TaskStatus.PAUSED, "a task that was not given knows nothing of it"
    assert first.refresh().status is TaskStatus.PENDING
    assert farm.set_priority(first, 10).priority == 10
    assert farm.skip(first, "2-3").counts.skipped == 2
    assert farm.retry(first, "2").counts.skipped == 1

    assert [other.id for other in second.row.after] == [first.id]
    assert farm.release(second).row.after == ()
    assert farm.cancel(second).status is TaskStatus.CANCELLED
    assert [frame.status for frame in second.frames()] == [FrameStatus.CANCELLED] * 4

    def ids(found: list[Task]) -> list[str]:
        return [task.id for task in found]

    assert ids(farm.tasks()) == [second.id, first.id]
    assert ids(farm.tasks(limit=1)) == [second.id]
    assert ids(farm.tasks(status="cancelled")) == [second.id]
    assert ids(farm.tasks(status=[TaskStatus.PENDING, TaskStatus.RUNNING], user="wang")) == [first.id]
    assert farm.task(first.id[:9]).id == first.id


def test_a_worker_takes_frames_again_when_it_is_enabled(farm: Farm, scene: Path) -> None:
    farm.submit(scene, frames="1").wait(PATIENCE)  # the worker of a farm that nobody serves comes with the first wait
    name = farm.workers()[0].profile.name
    farm.disable_worker(name, "its driver is updated")
    task = farm.submit(scene, frames="1")
    with pytest.raises(NotDone):
        task.wait(2)
    assert (task.counts.pending, farm.workers()[0].enabled) == (1, False)
    farm.enable_worker(name)
    assert task.wait(PATIENCE).status is TaskStatus.COMPLETED
    farm.drain_worker(name)
    deadline = time.monotonic() + PATIENCE
    while any(worker.alive for worker in farm.workers()):
        assert time.monotonic() < deadline, "told to leave, it does not"
        time.sleep(0.1)
    for order in (farm.enable_worker, farm.disable_worker, farm.drain_worker):
        with pytest.raises(WorkerNotFound, match="nobody"):
            order("nobody")


def test_what_is_wrong_is_an_error_that_says_so(farm: Farm, scene: Path, tmp_path: Path) -> None:
    with pytest.raises(ObjectNotFound, match=r"none\.blend"):
        farm.submit(tmp_path / "none.blend")
    with pytest.raises(UnknownEngine, match="does not tell the engine"):
        farm.submit("films/shot.zip")
    with pytest.raises(InvalidTask, match="Order 'random' is not known; use one of: forward, reverse, spread"):
        farm.submit(scene, order="random")
    with pytest.raises(InvalidTask, match="smaples"):
        farm.submit(scene, options={"smaples": 8})
    with pytest.raises(TaskNotFound):
        farm.submit(scene, after="nonesuch")
    assert farm.tasks() == [], "a refused submission leaves nothing"
    with pytest.raises(InvalidTask, match="Status 'done' is not known"):
        farm.tasks(status="done")
    with pytest.raises(TaskNotFound):
        farm.cancel("nonesuch")
    task = farm.submit(scene, requires={"tags": ["moon"]})
    with pytest.raises(FrameNotFound):
        farm.log(task, 7)
    with pytest.raises(InvalidTask, match="Keep 'all'"):
        farm.clean_up(task, keep="all")


def test_waiting_ends_when_its_time_is_over(farm: Farm, scene: Path) -> None:
    task = farm.submit(scene, frames="1-4", requires={"tags": ["moon"]})
    with pytest.raises(NotDone, match=f"Task {task.id} is still pending: 0 of 4 frames are done. ") as raised:
        task.wait(0.5)
    assert task.note in str(raised.value)
    with pytest.raises(ZeroDivisionError):
        task.wait(each=lambda now: 1 / 0)


def test_cleaning_up_nothing_removes_nothing(farm: Farm, scene: Path) -> None:
    task = farm.submit(scene).wait(PATIENCE)
    assert farm.clean_up() == []
    assert farm.clean_up(*farm.tasks(status="failed")) == []
    assert Path(task.frame(1).output_path or "").is_file()
