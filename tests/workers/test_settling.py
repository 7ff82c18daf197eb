"""Files that come late are waited for, all at the same time."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from render_manager.services.endings import Outcome
from workers import settling
from workers.renderers.events import FrameDone
from workers.settling import STEP, Settling


class Clock:
    """Time goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.at = dict[float, Path]()  # files that come at that time

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for path in [path for due, path in self.at.items() if due <= self.now]:
            path.touch()


class Frame:
    """An attempt whose image only has to be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def verified(self, done: FrameDone, saved: object) -> Outcome:
        if not self.path.exists():
            raise RenderFailed("no file", FailureClass.OUTPUT)
        return Outcome(output_path=str(self.path))

    def failed(self, error: RenderFailed) -> Outcome:
        return Outcome(error=str(error), failure=error.failure)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(settling, "time", SimpleNamespace(monotonic=clock.monotonic, sleep=clock.sleep))
    return clock


@pytest.fixture
def frames(tmp_path: Path) -> list[Frame]:
    return [Frame(tmp_path / f"{number}.png") for number in range(50)]


class Reports(list[tuple[object, Outcome]]):
    def take(self, attempt: object, outcome: Outcome) -> None:
        self.append((attempt, outcome))

    @property
    def failed(self) -> list[object]:
        return [attempt for attempt, outcome in self if outcome.error]


def all_done(frames: list[Frame], reports: Reports) -> Settling:
    waiting = Settling(6.0, reports.take)
    for number, frame in enumerate(frames):
        waiting.done(frame, FrameDone(number, str(frame.path)), ())  # type: ignore[arg-type]
    return waiting


def test_what_is_there_is_reported_at_once(clock: Clock, frames: list[Frame]) -> None:
    for frame in frames:
        frame.path.touch()
    reports = Reports()
    all_done(frames, reports)
    assert [attempt for attempt, _ in reports] == frames
    assert reports.failed == []


def test_fifty_files_that_never_come_cost_as_much_time_as_one(clock: Clock, frames: list[Frame]) -> None:
    reports = Reports()
    waiting = all_done(frames, reports)
    assert reports == []
    waiting.wait(lambda: False)
    assert reports.failed == frames
    assert clock.now - 100.0 <= 6.0 + STEP


def test_a_file_that_comes_late_is_not_missing(clock: Clock, frames: list[Frame]) -> None:
    clock.at = {103.0: frames[1].path}
    reports = Reports()
    waiting = all_done(frames[:3], reports)
    waiting.wait(lambda: False)
    assert [attempt for attempt, _ in reports] == [frames[1], frames[0], frames[2]]
    assert reports.failed == [frames[0], frames[2]]


def test_while_the_renderer_goes_on_files_are_looked_for(clock: Clock, frames: list[Frame]) -> None:
    reports = Reports()
    waiting = all_done(frames[:1], reports)
    waiting.look()
    frames[0].path.touch()
    waiting.look()  # too soon for another look
    assert reports == []
    clock.sleep(STEP)
    waiting.look()
    waiting.look()
    assert len(reports) == 1


def test_nobody_waits_for_files_of_work_that_was_taken_away(clock: Clock, frames: list[Frame]) -> None:
    reports = Reports()
    all_done(frames, reports).wait(lambda: True)
    assert (reports, clock.now) == ([], 100.0)
