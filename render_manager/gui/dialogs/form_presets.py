"""Between a submit form's fields and its presets: fills the one from the other."""

from render_manager.gui.dialogs.farm_fields import FarmFields
from render_manager.gui.dialogs.main_fields import MainFields
from render_manager.gui.dialogs.more_fields import MoreFields
from render_manager.gui.dialogs.preset_bar import PresetBar
from render_manager.gui.presets import Values


class FormPresets:
    def __init__(self, bar: PresetBar, main: MainFields, farm: FarmFields, more: MoreFields) -> None:
        self._bar, self._main, self._farm, self._more = bar, main, farm, more
        self._said: Values = {}  # what the form said when a preset last filled it in
        self._engine = ""  # for which it did
        bar.chosen.connect(self.fill)
        bar.save_asked.connect(self._save)

    @property
    def untouched(self) -> bool:
        """Nobody changed the form since a preset filled it in."""
        return not self._engine or self._said == self._values()

    def fill(self, values: Values) -> None:
        self._engine = self._main.engine().name
        self._main.fill(values)
        self._farm.fill(values)
        self._more.fill(self._engine, values)
        self._said = self._values()

    def _save(self, name: str, frames: bool) -> None:
        self._engine = self._main.engine().name
        self._bar.save(name, self._values(frames=frames))
        self._said = self._values()

    def _values(self, *, frames: bool = False) -> Values:
        return {**self._main.values(frames=frames), **self._farm.values(), **self._more.values(self._engine)}
