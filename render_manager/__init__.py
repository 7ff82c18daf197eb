"""Render Manager: an OSS project goes in, verified frames come out, watched frame by frame."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from render_manager.api import connect

__version__ = "0.1.0"
__all__ = ["__version__", "connect"]


def __getattr__(name: str) -> Any:
    """``from render_manager import connect``, without all that it needs for whoever imports only the package."""
    if name == "connect":
        from render_manager.api import connect

        return connect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
