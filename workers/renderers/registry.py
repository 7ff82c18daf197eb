"""The engines there are. A new one is a file beside this one, a line here and a setting for its program."""

from collections.abc import Mapping

from render_manager.domain.engines import Engine
from workers.renderers.base import Renderer
from workers.renderers.blender import Blender
from workers.renderers.maya import Maya

RENDERERS: Mapping[str, Renderer] = {renderer.engine.name: renderer for renderer in (Blender(), Maya())}


def engines() -> Mapping[str, Engine]:
    """All engines by name, as submissions may name them."""
    return {name: renderer.engine for name, renderer in RENDERERS.items()}
