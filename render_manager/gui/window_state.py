"""What the window remembers from one day to the next."""

from PySide6.QtCore import QByteArray, QSettings

#: Raise it when columns or panes change so that an older layout would come out wrong; it is then left unused.
VERSION = 2


class WindowState:
    """A thin hand on QSettings: layouts under a version number, values without."""

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings or QSettings("render-manager", "window")

    def layout(self, name: str) -> QByteArray | None:
        """A saved geometry, splitter or header state."""
        value = self._settings.value(f"layout-{VERSION}/{name}")
        return value if isinstance(value, QByteArray) else None

    def save_layout(self, name: str, state: QByteArray) -> None:
        self._settings.setValue(f"layout-{VERSION}/{name}", state)

    def value(self, name: str, default: str = "") -> str:
        return str(self._settings.value(f"values/{name}", default))

    def save_value(self, name: str, value: str) -> None:
        self._settings.setValue(f"values/{name}", value)
