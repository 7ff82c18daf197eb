"""Where things are in a task's workspace, and what is known of how far it is filled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from render_manager.storage.disk import move_into_place

_MARKER = ".workspace.json"


@dataclass(frozen=True)
class WorkspacePaths:
    """The folders of one task."""

    root: Path
    source: Path
    project: Path
    renders: Path
    logs: Path
    temporary: Path  #: the renderer's own temporary files; go with the workspace

    @property
    def marker(self) -> Path:
        """Written last: a workspace without it is not ready."""
        return self.root / _MARKER

    def read_marker(self) -> Mapping[str, object]:
        """Empty where there is none, or none that can be read."""
        try:
            read = json.loads(self.marker.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}  # pyright: ignore[reportUnknownVariableType]

    def write_marker(self, marker: Mapping[str, object]) -> None:
        part = self.marker.with_suffix(".part")
        part.write_text(json.dumps(marker), encoding="utf-8")
        move_into_place(part, self.marker)
