"""What is sent by a thread of its own, so that whoever hands it over never waits for a broker."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Outbox(Generic[Item]):
    """Sends what is put into it, in order and as far as possible: what is put here is a hint, and may be lost.

    Args:
        send: sends some items; may take as long as it likes, and must not raise.
        gather: seconds in which items gather to be sent together.
        most: so many wait at most; the oldest go first.
    """

    def __init__(
        self, name: str, send: Callable[[Sequence[Item]], None], *, gather: float = 0.0, most: int = 10_000
    ) -> None:
        self._name = name
        self._send = send
        self._gather = gather
        self._waiting: deque[Item] = deque(maxlen=most)
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, *items: Item) -> None:
        with self._changed:
            first = not self._waiting
            self._waiting.extend(items)
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name=self._name, daemon=True)
                self._thread.start()
            if first:
                self._changed.notify()

    def close(self, timeout: float) -> None:
        """Send what still waits, if that is done within ``timeout`` seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout)

    def _send_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._gather:
                    self._changed.wait_for(lambda: self._closed, self._gather)
                batch = list(self._waiting)
                self._waiting.clear()
            if not batch:
                return
            self._send(batch)
