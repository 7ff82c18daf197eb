"""Playing by the clock, and what is kept for it."""

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.imaging.cache import BoundedCache
from render_manager.gui.models.frames import FrameModel
from render_manager.gui.viewer import playback
from render_manager.gui.viewer.playback import Playback


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(playback, "time", clock)
    return clock


@pytest.fixture
def player(qapp: QApplication, clock: Clock) -> Playback:
    model = FrameModel()
    model.show("t", range(1, 21))
    model.update([RenderFrame("t", number, FrameStatus.COMPLETED, 1) for number in range(5, 15) if number != 8])
    owner = QObject()
    model.setParent(owner)
    player = Playback(model, owner)
    player._owner = owner  # type: ignore[attr-defined] - it goes with the test
    return player


def _at(player: Playback, clock: Clock, seconds: float) -> int:
    clock.now = 100.0 + seconds
    player._tick()
    return player.position


def test_late_frames_are_left_out_and_the_speed_stays(player: Playback, clock: Clock) -> None:
    assert player.range() == range(4, 14)
    assert player.start(4)
    player.set_rate(10)
    assert [_at(player, clock, seconds) for seconds in (0.05, 0.15, 0.71, 0.95)] == [4, 5, 11, 13]
    assert [_at(player, clock, seconds) for seconds in (1.05, 1.25, 12.35)] == [4, 6, 7]
    player.stop()


def test_another_rate_goes_on_from_where_it_is(player: Playback, clock: Clock) -> None:
    player.start(4)
    player.set_rate(10)
    assert _at(player, clock, 0.55) == 9
    player.set_rate(1)
    assert _at(player, clock, 1.5) == 9
    assert _at(player, clock, 1.6) == 10
    player.stop()


def test_without_loop_it_ends_with_the_last_frame(player: Playback, clock: Clock) -> None:
    player.loops = False
    player.start(4)
    assert _at(player, clock, 60) == 13
    assert not player.playing
    assert player.start(13)
    assert player.position == 4, "again from the beginning"
    player.stop()


def test_nothing_finished_is_not_played(qapp: QApplication, clock: Clock) -> None:
    model = FrameModel()
    model.show("t", range(1, 5))
    assert not Playback(model, model).start(0)


def test_what_comes_next_is_read_no_earlier_than_it_could_be_there(player: Playback, clock: Clock) -> None:
    player.set_rate(10)
    player.start(11)
    assert list(player.upcoming(0.0, 4)) == [12, 13, 4, 5]
    assert list(player.upcoming(0.2, 3)) == [4, 5, 6], "half read when their time comes would be of no use"
    assert len(list(player.upcoming(0.0, 1000))) == 10
    player.loops = False
    assert list(player.upcoming(0.0, 1000)) == [12, 13]
    player.stop()


def test_the_cache_keeps_what_was_used_of_late_within_its_bounds() -> None:
    cache: BoundedCache[str, bytes] = BoundedCache(10, len)
    cache.put("a", b"1234")
    cache.put("b", b"1234")
    assert cache.room_for() == 2
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert ("a" in cache, "b" in cache, "c" in cache, cache.bytes) == (True, False, True, 8)
    cache.put("a", b"1")
    assert (len(cache), cache.bytes) == (2, 5)
    cache.put("large", b"1" * 50)
    assert (len(cache), cache.bytes) == (1, 50)
    cache.put("d", b"1")
    assert (len(cache), cache.bytes) == (1, 1)
