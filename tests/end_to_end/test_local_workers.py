"""Workers that a window starts on its own machine, and may leave running."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.farm import Farm, open_farm, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def _worker(farm: Farm) -> psutil.Process:
    wait_until(farm.services.queries.workers)
    (worker,) = farm.services.queries.workers()
    return psutil.Process(worker.profile.pid)


def test_one_that_is_let_go_is_found_and_stopped_by_the_next_program(tmp_path: Path) -> None:
    with open_farm(tmp_path / "home") as first:
        process = _worker(first)
        assert first.services.local_workers.let_go() == 1
        assert first.services.local_workers.running() == 1, "it is still this computer's"
    with open_farm(tmp_path / "home", workers=0) as second:
        assert process.is_running()
        assert second.services.local_workers.running() == 1
        seen = second.services.queries.workers()[0].last_seen_at
        wait_until(lambda: second.services.queries.workers()[0].last_seen_at > seen)
        second.services.local_workers.stop()
        assert second.services.local_workers.running() == 0
        assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        assert second.services.queries.workers() == []


def test_one_that_is_not_let_go_leaves_with_the_program(tmp_path: Path) -> None:
    with open_farm(tmp_path / "home") as first:
        process = _worker(first)
    assert not process.is_running()
    with open_farm(tmp_path / "home", workers=0) as second:
        assert second.services.local_workers.running() == 0
        assert second.services.queries.workers() == []


def test_one_that_is_to_stay_needs_nobody(tmp_path: Path) -> None:
    with open_farm(tmp_path / "home", workers=0) as farm:
        farm.services.local_workers.start(stay=True)
        process = _worker(farm)
    with open_farm(tmp_path / "home", workers=0) as second:
        assert process.is_running()
        os.kill(process.pid, signal.SIGKILL)
        wait_until(lambda: second.services.local_workers.running() == 0)
        second.services.local_workers.stop()
        assert second.services.queries.workers() == [], "what it had goes back"
