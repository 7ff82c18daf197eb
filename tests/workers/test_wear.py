"""Sessions that were used for long enough."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.standin_farm import STANDIN
from workers import wear
from workers.renderers.base import Installation, Limits, RenderJob
from workers.renderers.blender import Blender
from workers.session import Session
from workers.wear import SessionLimits, Wear, memory_of

GB = 1 << 30


class Host:
    """Memory and time as a test sets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.held = GB
        monkeypatch.setattr(wear, "memory_of", lambda pid: self.held)
        monkeypatch.setattr(wear, "total_memory", lambda: 16 * GB)
        monkeypatch.setattr(wear.time, "monotonic", lambda: self.now)

    def frame(self, session: Wear, seconds: float = 60.0) -> str | None:
        self.now += seconds
        session.frame_asked()
        session.frame_ended()
        return session.reason


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(monkeypatch)


def test_after_so_many_frames(host: Host) -> None:
    session = Wear(SessionLimits(frames=3), 1)
    assert [bool(host.frame(session)) for _ in range(3)] == [False, False, True]


def test_after_so_long(host: Host) -> None:
    session = Wear(SessionLimits(age=3600), 1)
    assert host.frame(session, 3599) is None
    assert host.frame(session, 1) == "it has been open for 1.0 h"


def test_when_its_memory_doubled_and_is_much_of_the_hosts(host: Host) -> None:
    session = Wear(SessionLimits(), 1)
    host.frame(session)
    host.held = 4 * GB
    assert host.frame(session) is None, "a quarter of the host's memory is still borne"
    host.held += 1
    assert host.frame(session) == "its memory grew from 1024 to 4096 MB"


def test_a_large_project_is_not_a_leak(host: Host) -> None:
    host.held = 9 * GB
    session = Wear(SessionLimits(), 1)
    host.frame(session)
    host.held = 15 * GB
    assert host.frame(session) is None


def test_memory_is_not_looked_at_after_each_short_frame(host: Host) -> None:
    session = Wear(SessionLimits(), 1)
    host.frame(session)
    host.held = 15 * GB
    assert host.frame(session, 0.1) is None
    assert host.frame(session, wear.LOOK_EVERY) is not None


def test_memory_of_a_process_that_is_gone_is_none() -> None:
    assert memory_of(os.getpid()) > 1 << 20
    assert memory_of(2**22 + 1) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
def test_a_worn_session_is_alive_but_takes_no_more_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = Blender()
    monkeypatch.setattr(renderer, "session_limits", SessionLimits(frames=2))
    session = Session(renderer, Installation(STANDIN, "4.2.0"), Limits(startup=30, frame=30), tmp_path)
    try:
        session.open(RenderJob(tmp_path / "a.blend", tmp_path, tmp_path, tmp_path, {}))
        session.loaded()
        usable = []
        for frame in (1, 2):
            session.begin(frame)
            session.finish(lambda line: None, lambda fraction: None)
            usable.append(session.usable)
        assert usable == [True, False]
        assert session.alive
    finally:
        session.close()
