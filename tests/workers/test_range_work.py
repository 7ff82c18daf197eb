"""What a process renders that always renders all of its task."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from render_manager.domain.entities import Claim, RenderTask
from render_manager.domain.errors import ProjectFileError
from render_manager.domain.states import FrameCounts
from workers import range_work
from workers.ends import Aborted
from workers.range_work import RangeWork
from workers.renderers.base import RenderJob
from workers.renderers.unreal import Unreal


class Lifecycle:
    """Hands out what is left of a task, as long as the task is next."""

    def __init__(self, following: Sequence[int]) -> None:
        self.following = following

    def frame_started(self, claim: Claim, path: str) -> bool:
        return True

    def claim_following(self, task_id: str, worker: object, log_path: object, count: int) -> list[Claim]:
        return [claim_of(number, FrameCounts()) for number in self.following[:count]]


def claim_of(number: int, counts: FrameCounts) -> Claim:
    return Claim(
        RenderTask("t", "shot", "li", "a.zip", None, None, "unreal", {}, "1-6", 5, counts=counts), number, 1, "w"
    )


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The frames of each process."""
    chunks: list[list[int]] = []

    class Chunk:
        def __init__(self, *arguments: Any, may_refuse: bool) -> None:
            chunks.append([claim.frame_number for claim in arguments[5]])

        def run(self) -> None:
            return None

    monkeypatch.setattr(range_work, "Chunk", Chunk)
    return chunks


def run(tmp_path: Path, following: Sequence[int], **counts: int) -> None:
    lifecycle = Lifecycle(following)
    work: Any = SimpleNamespace(
        lifecycle=lifecycle,
        report=SimpleNamespace(surely=lambda report: report()),
        owner=SimpleNamespace(profile=None),
        holding=SimpleNamespace(add=lambda claim: None),
    )
    job = RenderJob(tmp_path / "P.uproject", tmp_path, tmp_path, tmp_path, {"queue": "/Game/Q"})
    RangeWork(work, Unreal(), None, job, "logs").run(claim_of(1, FrameCounts(**counts)))  # type: ignore[arg-type]


def test_all_frames_are_one_process_s(tmp_path: Path, rendered: list[list[int]]) -> None:
    run(tmp_path, [2, 3, 8, 9, 20], pending=5, rendering=1)
    assert rendered == [[1, 2, 3, 8, 9, 20]]


def test_a_part_of_them_is_refused(tmp_path: Path, rendered: list[list[int]]) -> None:
    with pytest.raises(
        ProjectFileError, match="all 6 frames at once, but only 2 are to be rendered: retry all of them"
    ):
        run(tmp_path, [2], pending=1, rendering=1, completed=4)
    assert rendered == []


def test_they_wait_if_another_task_comes_first(tmp_path: Path, rendered: list[list[int]]) -> None:
    with pytest.raises(Aborted):
        run(tmp_path, [], pending=5, rendering=1)
    assert rendered == []
