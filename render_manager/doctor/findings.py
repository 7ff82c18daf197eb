"""Short ways to say what was found."""

from collections.abc import Callable, Iterator

from render_manager.config import Settings
from render_manager.domain.checkup import Finding, FindingState

#: Looks at one group, finding by finding.
Look = Callable[[Settings], Iterator[Finding]]


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


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
