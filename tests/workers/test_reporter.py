"""Reports of a lane while the database is away."""

import threading

import pytest

from render_manager.domain.errors import StoreUnavailable
from workers.reporter import Reporter


class Flaky:
    """Fails the first few calls, as a database does that is restarted."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise StoreUnavailable("away")
        return "written"


def make_reporter(give_up: bool = False) -> Reporter:
    leaving = threading.Event()
    if give_up:
        leaving.set()
    return Reporter(lifecycle=None, give_up=leaving)  # type: ignore[arg-type] - no report of it is used here


def test_a_report_is_made_again_until_the_database_takes_it() -> None:
    report = Flaky(3)
    assert make_reporter().surely(report) == "written"
    assert report.calls == 4


def test_a_leaving_worker_leaves_the_report_to_the_sweep() -> None:
    with pytest.raises(StoreUnavailable):
        make_reporter(give_up=True).surely(Flaky(1))
