"""Choosing, keeping and dropping the presets of an engine."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from render_manager.domain.engines import Engine
from render_manager.gui.dialogs.question import QuestionDialog
from render_manager.gui.presets import Presets, Values


class PresetBar(QWidget):
    """Signals:
    chosen: the form is to be filled with these Values; without any for no preset.
    save_asked: the form's values are wanted: told the name, and whether frames are kept, too.
    """

    chosen = Signal(dict)
    save_asked = Signal(str, bool)

    def __init__(self, presets: Presets) -> None:
        super().__init__()
        self._presets = presets
        self._engine: Engine | None = None
        self._box = QComboBox()
        self._box.setObjectName("preset")
        self._box.setAccessibleName(self.tr("Preset"))
        self._box.setMinimumContentsLength(14)
        self._box.activated.connect(lambda _: self._choose())
        title = QLabel(self.tr("Preset"))
        title.setBuddy(self._box)
        button = QToolButton()
        button.setObjectName("preset_menu")
        button.setText("⋯")
        button.setAccessibleName(self.tr("Presets"))
        button.setToolTip(self.tr("Save, delete or make default"))
        button.setProperty("flat", True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(button)
        self._menu.aboutToShow.connect(self._fill_menu)
        button.setMenu(self._menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addWidget(self._box, 1)
        layout.addWidget(button)

    @property
    def current(self) -> str:
        """The chosen one's name; empty: none."""
        return str(self._box.currentData() or "")

    def show_engine(self, engine: Engine) -> None:
        """Offer those of the engine, with its default chosen; ``values`` gives what it says."""
        self._engine = engine
        self._offer(self._presets.default(engine.name))

    def values(self) -> Values:
        return self._presets.values(self._engine.name, self.current) if self._engine and self.current else {}

    def save(self, name: str, values: Values) -> None:
        """What ``save_asked`` asked for."""
        assert self._engine
        self._presets.save(self._engine.name, name, values)
        self._offer(name)

    def _offer(self, chosen: str) -> None:
        assert self._engine
        default = self._presets.default(self._engine.name)
        self._box.clear()
        self._box.addItem(self.tr("none"), "")
        for name in self._presets.names(self._engine.name):
            self._box.addItem(self.tr("{0} (default)").format(name) if name == default else name, name)
        self._box.setCurrentIndex(max(self._box.findData(chosen), 0))

    def _choose(self) -> None:
        self.chosen.emit(dict(self.values()))

    # -- menu ----------------------------------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        assert self._engine
        name, engine = self.current, self._engine.name
        self._menu.clear()
        self._menu.addAction(self.tr("Save as…"), self._ask_name).setObjectName("preset.save_as")
        if not name:
            return
        default = self._presets.default(engine) == name
        shown = name.replace("&", "&&")
        save = self._menu.addAction(self.tr("Save changes to {0}").format(shown))
        save.setObjectName("preset.save")
        save.triggered.connect(lambda: self.save_asked.emit(name, "frames" in self.values()))
        use = self._menu.addAction(self.tr("Use by default"))
        use.setObjectName("preset.default")
        use.setCheckable(True)
        use.setChecked(default)
        use.triggered.connect(lambda on: self._make_default(name if on else ""))
        self._menu.addSeparator()
        delete = self._menu.addAction(self.tr("Delete {0}").format(shown))
        delete.setObjectName("preset.delete")
        delete.triggered.connect(self._delete)

    def _make_default(self, name: str) -> None:
        assert self._engine
        self._presets.make_default(self._engine.name, name)
        self._offer(self.current)

    def _delete(self) -> None:
        """The form keeps what it says."""
        assert self._engine
        self._presets.delete(self._engine.name, self.current)
        self._offer("")

    def _ask_name(self) -> None:
        assert self._engine
        _SavePreset(self, self._engine.label, self._presets.names(self._engine.name)).show()

    def keep(self, name: str, *, frames: bool, default: bool) -> None:
        """Save the form under this name."""
        assert self._engine
        if default:
            self._presets.make_default(self._engine.name, name)
        self.save_asked.emit(name, frames)


class _SavePreset(QuestionDialog):
    def __init__(self, bar: PresetBar, engine: str, taken: list[str]) -> None:
        super().__init__(
            bar,
            "save_preset",
            title=QCoreApplication.translate("PresetBar", "Save a preset"),
            question=QCoreApplication.translate("PresetBar", "Save these values as a preset for {0}").format(engine),
            effect=QCoreApplication.translate(
                "PresetBar",
                "Priority, options, order, limits and requirements are kept; projects and user are not.",
            ),
            yes=QCoreApplication.translate("PresetBar", "Save"),
        )
        self.setModal(True)
        self._taken = taken
        self._name = QLineEdit(bar.current)
        self._name.setObjectName("preset_name")
        self._name.setAccessibleName(self.tr("Name"))
        self._name.setMaxLength(60)
        self._name.selectAll()
        self._frames = QCheckBox(self.tr("Keep the frames, too"))
        self._frames.setObjectName("preset_frames")
        self._default = QCheckBox(self.tr("Begin each new submission with it"))
        self._default.setObjectName("preset_default")
        self._hint = QLabel()
        self._hint.setProperty("role", "muted")
        answer = QWidget()
        layout = QVBoxLayout(answer)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._name, self._hint, self._frames, self._default):
            layout.addWidget(part)
        self.complete(answer)
        self._name.textChanged.connect(self._named)
        self._named()
        self.accepted.connect(
            lambda: bar.keep(
                self._name.text().strip(), frames=self._frames.isChecked(), default=self._default.isChecked()
            )
        )

    def _named(self) -> None:
        name = self._name.text().strip()
        yes = self.findChild(QPushButton, "yes")
        assert yes
        yes.setEnabled(bool(name))
        self._hint.setText(self.tr("Replaces the one of this name.") if name in self._taken else "")
