"""Looking at embedded servers from outside."""

import json
from pathlib import Path


def pid_of(folder: Path) -> int:
    """The process of the server whose files are in ``folder``."""
    return json.loads((folder / "server.json").read_text())["pid"]
