"""Named values of the submit form, kept for each engine from one day to the next."""

import json
from collections.abc import Mapping
from typing import Any

from render_manager.gui.window_state import WindowState

_KEY = "presets"

#: Values of the form's fields by name, as the fields themselves give and take them.
Values = Mapping[str, Any]


class Presets:
    """Those of this user on this computer."""

    def __init__(self, state: WindowState) -> None:
        self._state = state

    def names(self, engine: str) -> list[str]:
        return sorted(self._of(engine)["presets"], key=str.casefold)

    def values(self, engine: str, name: str) -> Values:
        """Nothing where there is no such preset any more."""
        values = self._of(engine)["presets"].get(name)
        return values if isinstance(values, dict) else {}

    def default(self, engine: str) -> str:
        """The name of the one a new form begins with; empty: none."""
        held = self._of(engine)
        return held["default"] if held["default"] in held["presets"] else ""

    def save(self, engine: str, name: str, values: Values) -> None:
        held = self._of(engine)
        held["presets"][name] = dict(values)
        self._write(engine, held)

    def delete(self, engine: str, name: str) -> None:
        held = self._of(engine)
        held["presets"].pop(name, None)
        self._write(engine, held)

    def make_default(self, engine: str, name: str) -> None:
        """Empty: a new form begins with none."""
        self._write(engine, {**self._of(engine), "default": name})

    def _of(self, engine: str) -> dict[str, Any]:
        held = self._read().get(engine)
        whole = (
            isinstance(held, dict) and isinstance(held.get("presets"), dict) and isinstance(held.get("default"), str)
        )
        return held if whole and held is not None else {"default": "", "presets": {}}

    def _write(self, engine: str, held: dict[str, Any]) -> None:
        self._state.save_value(_KEY, json.dumps({**self._read(), engine: held}, ensure_ascii=False))

    def _read(self) -> dict[str, Any]:
        """What another program, or a hand, left unreadable counts as nothing."""
        try:
            read = json.loads(self._state.value(_KEY, "{}"))
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}
