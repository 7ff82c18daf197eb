"""How database and Redis are: whether they answer, and how soon."""

import time
from dataclasses import dataclass
from types import TracebackType

from render_manager.domain.errors import BrokerUnavailable, StoreUnavailable
from render_manager.services.ports import ChangeBus
from render_manager.services.store_port import TaskStore


@dataclass(frozen=True)
class Answer:
    """Attributes: seconds: that it took; None: it is away, and ``problem`` says why."""

    seconds: float | None
    problem: str = ""


class Vitals:
    """Both take as long as a connection that is away takes to say so: to be asked in a thread."""

    def __init__(self, store: TaskStore, bus: ChangeBus) -> None:
        self._store = store
        self._bus = bus

    def store(self) -> Answer:
        with _Timed() as timed:
            self._store.now()
        return timed.answer

    def broker(self) -> Answer:
        with _Timed() as timed:
            self._bus.check()
        return timed.answer


class _Timed:
    """Measures what is done within it, and takes its being away as an answer, too."""

    def __enter__(self) -> "_Timed":
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        away = isinstance(error, StoreUnavailable | BrokerUnavailable)
        self.answer = Answer(None, str(error)) if away else Answer(time.perf_counter() - self._began)
        return away
