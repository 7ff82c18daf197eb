"""Which engine a project is for, told from its name where that can be told."""

import re
from collections.abc import Mapping

from render_manager.domain.engines import Engine, guess_engine
from render_manager.domain.errors import UnknownEngine
from render_manager.services.submit import ARCHIVE_SUFFIXES


def suggest_engine(engines: Mapping[str, Engine], path: str) -> Engine | None:
    """By the project file's suffix (``shot.blend``, ``shot.ma.gz``), else by the engine's name in the file's name."""
    name = re.split(r"[\\/]", path.split("?")[0].rstrip("\\/"))[-1].lower()
    bare = next((name.removesuffix(suffix) for suffix in ARCHIVE_SUFFIXES if name.endswith(suffix)), name)
    try:
        return engines[guess_engine(engines, bare)]
    except UnknownEngine:
        words = re.split(r"[^a-z]+", bare)
    for engine in engines.values():
        if engine.name in words or any(suffix.strip(".") in words for suffix in engine.project_suffixes):
            return engine
    return None
