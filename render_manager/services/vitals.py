"""How database and Redis are: whether they answer, and how soon."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from render_manager.domain.errors import BrokerUnavailable, StoreUnavailable
from render_manager.services.ports import ChangeBus, TaskStore


@dataclass(frozen=True)
class Answer:
    """Args: seconds: that it took; None: it is away, and ``problem`` says why."""

    seconds: float | None
    problem: str = ""


class Vitals:
    """Both take as long as a connection that is away takes to say so: to be asked in a thread."""

    def __init__(self, store: TaskStore, bus: ChangeBus) -> None:
        self._store = store
        self._bus = bus

    def store(self) -> Answer:
        return _timed(self._store.now)

    def broker(self) -> Answer:
        return _timed(self._bus.check)


def _timed(ask: Callable[[], object]) -> Answer:
    began = time.perf_counter()
    try:
        ask()
    except (StoreUnavailable, BrokerUnavailable) as error:
        return Answer(None, str(error))
    return Answer(time.perf_counter() - began)
