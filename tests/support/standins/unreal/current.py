"""The engine that runs in this process: the stub module's functions have nobody else to ask."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.standins.unreal.engine import Engine

_running: "list[Engine]" = []


def start(engine: "Engine") -> None:
    _running[:] = [engine]


def engine() -> "Engine":
    return _running[0]
