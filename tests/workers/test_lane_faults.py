"""Faults of a host that a lane meets while it prepares, on a real database and with a renderer that is a script."""

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from render_manager.domain.entities import RenderSpec, RenderTask
from render_manager.domain.failures import AVOIDED_AFTER, FailureClass
from render_manager.domain.logs import LOAD_LOG
from render_manager.domain.states import FrameStatus, TaskStatus
from tests.store.samples import worker
from workers.lanes import Lanes
from workers.renderers.base import Installation, Renderer
from workers.renderers.blender import Blender
from workers.workspace import Workspaces

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the renderer is a script with a first line")

HERE, ELSEWHERE = worker("w1", "h1"), worker("w2", "h2")


class Faulty(Blender):
    """Every project fails it before it begins."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def check_project(self, project_file: Path, installation: Installation) -> None:
        raise self._error


class FaultyChunks(Faulty):
    """The same with what a process is started for."""

    def in_session(self, task_info: object) -> bool:
        return False

    def check_project(self, project_file: Path, installation: Installation) -> None:
        return

    def launch(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        raise self._error


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with Program(load_settings(), serve=False) as program:
        program.settings.workspace_root.mkdir(parents=True)
        scene = tmp_path / "shot.blend"
        scene.write_bytes(b"BLENDER-v402" + b"\0" * 100)
        program.objects.upload(scene, "shot.blend")
        yield program


@pytest.fixture
def serve(program: Program, tmp_path: Path) -> Iterator[Callable[[Renderer, str], None]]:
    """Lets a worker of host h1 render with a program until nothing is left for it."""
    opened: list[Lanes] = []

    def serve(renderer: Renderer, program_text: str) -> None:
        executable = tmp_path / "renderer"
        executable.write_text(f"#!/bin/sh\n{program_text}\n")
        executable.chmod(executable.stat().st_mode | stat.S_IXUSR)
        workspaces = Workspaces(program.settings, program.objects)
        program.services.workers.register(HERE)
        lanes = Lanes(
            program.services,
            program.store,
            workspaces,
            HERE,
            {"blender": (renderer, Installation(executable, "4.2"))},
            slots=1,
            stopping=threading.Event(),
            leaving=threading.Event(),
            renew_every=5.0,
        )
        opened.append(lanes)
        lanes.start()
        lanes.serve()

    yield serve
    for lanes in opened:
        lanes.close()


def submit(program: Program, frames: str, **fields: object) -> RenderTask:
    spec = RenderSpec(**{"path": "shot.blend", "engine": "blender", "frames": frames, "unionid": "li"} | fields)
    return program.services.submission.submit(spec)


SILENT = "cat > /dev/null"


def test_a_file_that_can_t_be_read_is_the_hosts_fault(program: Program, serve: Callable[..., None]) -> None:
    program.services.workers.register(ELSEWHERE)
    task = submit(program, "1-3", max_attempts=1)
    serve(Faulty(OSError(errno.EIO, "Input/output error", "shot.blend")), SILENT)
    assert program.store.task(task.id).status is TaskStatus.PENDING
    why = program.store.avoided_hosts([task.id])[task.id]["h1"].reason
    assert why == "shot.blend can't be read or written: Input/output error."
    assert {frame.attempts_used for frame in program.store.frames(task.id)} == {0}


def test_a_chunk_that_can_t_be_written_down_is_the_disks_fault(program: Program, serve: Callable[..., None]) -> None:
    program.services.workers.register(ELSEWHERE)
    task = submit(program, "1-3", max_attempts=2)
    serve(FaultyChunks(OSError(errno.ENOSPC, "No space left on device", "order.json")), SILENT)
    first, *others = program.store.frames(task.id)
    assert (first.failure, first.attempts_used) == (FailureClass.STORAGE, 1)
    assert [frame.attempts_used for frame in others] == [0, 0]
    assert list(program.store.avoided_hosts([task.id])[task.id]) == ["h1"]


def test_a_worker_that_is_broken_does_not_use_up_a_task(program: Program, serve: Callable[..., None]) -> None:
    program.services.workers.register(ELSEWHERE)
    task = submit(program, "1-20", max_attempts=2)
    program.services.lifecycle.actor = "worker w1"
    serve(Faulty(RuntimeError("a library is missing")), SILENT)
    frames = program.store.frames(task.id)
    assert sum(frame.attempts_used for frame in frames) == AVOIDED_AFTER
    assert {frame.status for frame in frames} == {FrameStatus.PENDING}
    assert list(program.store.avoided_hosts([task.id])[task.id]) == ["h1"]


def test_why_a_renderer_failed_is_told_also_where_its_words_can_t_be_kept(
    program: Program, serve: Callable[..., None]
) -> None:
    task = submit(program, "1", max_attempts=1)
    (Workspaces(program.settings, program.objects).paths(task).logs / LOAD_LOG).mkdir(parents=True)
    ready, failed = '{"event": "ready", "version": "4.2"}', '{"event": "failed", "message": "No such scene."}'
    serve(Blender(), f"read line; echo '@@RM {ready}'; echo '@@RM {failed}'; {SILENT}")
    (frame,) = program.store.frames(task.id)
    assert (frame.status, frame.error_message, frame.log_path) == (FrameStatus.FAILED, "No such scene.", None)
