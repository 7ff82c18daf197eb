"""The renderers of this host."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from render_manager.config import Settings
from render_manager.doctor.findings import failed, note, ok
from render_manager.domain.checkup import Finding
from render_manager.domain.errors import RendererNotFound, RendererUnusable
from workers.renderers.base import Renderer
from workers.renderers.registry import RENDERERS


def look(settings: Settings, stopped: Event) -> Iterator[Finding]:
    for name, renderer in RENDERERS.items():
        yield _look_at(renderer, name, getattr(settings, renderer.engine.executable_setting.lower()), stopped)


def _look_at(renderer: Renderer, name: str, configured: Path | None, stopped: Event) -> Finding:
    id, label, setting = f"renderers.{name}", renderer.engine.label, renderer.engine.executable_setting
    try:
        found = renderer.find(configured, stopped)
    except RendererNotFound as error:
        if configured is None and not isinstance(error, RendererUnusable):
            return note(id, label, str(error))
        return failed(id, label, str(error), f"Correct {setting}, or install {label} anew.")
    return ok(id, label, f"{label} {found.version}: {found.executable}")
