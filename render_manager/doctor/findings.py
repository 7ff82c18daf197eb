"""Short ways to say what was found."""

from threading import Event

from render_manager.domain.checkup import Finding, FindingState
from render_manager.domain.errors import CheckupStopped


def ok(id: str, title: str, found: str, seconds: float | None = None) -> Finding:
    return Finding(id, title, FindingState.OK, found, seconds=seconds)


def note(id: str, title: str, found: str, advice: str = "", seconds: float | None = None) -> Finding:
    return Finding(id, title, FindingState.NOTE, found, advice, seconds)


def warning(id: str, title: str, found: str, advice: str, seconds: float | None = None) -> Finding:
    return Finding(id, title, FindingState.WARNING, found, advice, seconds)


def failed(id: str, title: str, found: str, advice: str, seconds: float | None = None) -> Finding:
    return Finding(id, title, FindingState.FAILED, found, advice, seconds)


def skipped(id: str, title: str, needs: str) -> Finding:
    """``needs``: what must be put right first."""
    return Finding(id, title, FindingState.SKIPPED, f"Not looked at: it needs {needs}.")


def go_on_unless(stopped: Event) -> None:
    """Raises CheckupStopped."""
    if stopped.is_set():
        raise CheckupStopped


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
