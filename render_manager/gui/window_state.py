"""What the window remembers from one day to the next."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from PySide6.QtCore import QByteArray, QSettings

#: Raise it when columns or panes change so that an older layout would come out wrong; it is then left unused.
VERSION = 2


class WindowState:
    """A thin hand on QSettings: layouts under a version number, values without."""

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings or QSettings("render-manager", "window")

    def arrangements(self) -> list[str]:
        """The names of the user's layouts, in order."""
        self._settings.beginGroup(f"layouts-{VERSION}")
        names = [unquote(group) for group in self._settings.childGroups()]
        self._settings.endGroup()
        return sorted(names, key=str.casefold)

    def arrangement(self, name: str) -> dict[str, QByteArray]:
        """What was saved under the name; empty if there is nothing."""
        group = f"layouts-{VERSION}/{quote(name, safe='')}"
        self._settings.beginGroup(group)
        parts = {part: self._settings.value(part) for part in self._settings.childKeys()}
        self._settings.endGroup()
        return {part: value for part, value in parts.items() if isinstance(value, QByteArray)}

    def save_arrangement(self, name: str, parts: Mapping[str, QByteArray]) -> None:
        for part, value in parts.items():
            self._settings.setValue(f"layouts-{VERSION}/{quote(name, safe='')}/{part}", value)

    def forget_arrangement(self, name: str) -> None:
        self._settings.remove(f"layouts-{VERSION}/{quote(name, safe='')}")

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
