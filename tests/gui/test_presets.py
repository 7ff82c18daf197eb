"""Presets: kept for each engine, chosen, made default, deleted, and there again the next day."""

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLineEdit, QMenu, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from render_manager.gui.dialogs.submit import SubmitDialog
from render_manager.gui.main_window import MainWindow
from render_manager.gui.presets import Presets
from render_manager.gui.window_state import WindowState
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]


def _form(window: MainWindow, *paths: str) -> SubmitDialog:
    window.submit_commands.open(paths)
    return next(form for form in window.findChildren(SubmitDialog) if form.isVisible())


def _menu(form: SubmitDialog) -> dict[str, Callable[[], None]]:
    menu = form.findChild(QToolButton, "preset_menu").findChild(QMenu)
    menu.aboutToShow.emit()
    return {action.objectName(): action.trigger for action in menu.actions() if not action.isSeparator()}


def _save_as(form: SubmitDialog, name: str, *, frames: bool = False, default: bool = False) -> None:
    _menu(form)["preset.save_as"]()
    asked = form.findChild(QWidget, "save_preset")
    asked.findChild(QLineEdit, "preset_name").setText(name)
    asked.findChild(QCheckBox, "preset_frames").setChecked(frames)
    asked.findChild(QCheckBox, "preset_default").setChecked(default)
    asked.findChild(QAbstractButton, "yes").click()


def _fill(form: SubmitDialog) -> None:
    form.findChild(QSpinBox, "priority").setValue(8)
    form.findChild(QLineEdit, "frames").setText("1-7")
    form.findChild(QLineEdit, "option_samples").setText("64")
    form.findChild(QComboBox, "option_denoise").setCurrentIndex(1)
    form.findChild(QSpinBox, "memory").setValue(32)
    form.findChild(QLineEdit, "tags").setText("gpu")
    box = form.findChild(QComboBox, "order")
    box.setCurrentIndex(box.findData("reverse"))


def _says(form: SubmitDialog) -> tuple[object, ...]:
    return (
        form.findChild(QSpinBox, "priority").value(),
        form.findChild(QLineEdit, "option_samples").text(),
        form.findChild(QComboBox, "option_denoise").currentData(),
        form.findChild(QSpinBox, "memory").value(),
        form.findChild(QLineEdit, "tags").text(),
        form.findChild(QComboBox, "order").currentData(),
    )


FILLED = (8, "64", "true", 32, "gpu", "reverse")
PLAIN = (5, "", "", 0, "", "forward")


def _choose(form: SubmitDialog, name: str) -> None:
    box = form.findChild(QComboBox, "preset")
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def test_saved_chosen_and_there_after_a_restart(
    farm: Farm, open_window: Open, settings: QSettings, qtbot: QtBot
) -> None:
    form = _form(open_window(), farm.put("a.blend"))
    _fill(form)
    _save_as(form, "Dailies")
    assert form.findChild(QComboBox, "preset").currentText() == "Dailies"
    form.reject()
    settings.sync()
    form = _form(open_window(), "a.blend")
    assert _says(form) == PLAIN, "it is no default"
    _choose(form, "Dailies")
    assert _says(form) == FILLED
    assert form.findChild(QLineEdit, "frames").text() == "1", "frames were not kept"
    _choose(form, "")
    assert _says(form) == PLAIN
    form.reject()


def test_the_default_comes_with_its_engine(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    form = _form(window, farm.put("a.blend"))
    _fill(form)
    _save_as(form, "HQ", frames=True, default=True)
    form.reject()
    form = _form(window, farm.put("b.ma"))
    assert form.findChild(QSpinBox, "priority").value() == 5, "another engine's"
    form.reject()
    form = _form(window, "a.blend")
    assert _says(form) == FILLED
    assert form.findChild(QLineEdit, "frames").text() == "1-7"
    box = form.findChild(QComboBox, "engine")
    form.findChild(QSpinBox, "priority").setValue(2)
    box.setCurrentIndex(box.findData("maya"))
    box.setCurrentIndex(box.findData("blender"))
    assert form.findChild(QSpinBox, "priority").value() == 2, "what was filled in by hand is left"
    qtbot.mouseClick(form.findChild(QAbstractButton, "submit_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.table.selected_rows()) == 1)
    task = window.table.selected_rows()[0].task
    assert (task.task_info["samples"], task.frame_order) == (64, "reverse")


def test_changed_not_default_any_more_and_deleted(farm: Farm, window: MainWindow, settings: QSettings) -> None:
    presets = Presets(WindowState(settings))
    form = _form(window, farm.put("a.blend"))
    _save_as(form, "One", default=True)
    assert "preset.delete" in _menu(form)
    form.findChild(QSpinBox, "priority").setValue(3)
    _menu(form)["preset.save"]()
    assert presets.values("blender", "One")["priority"] == 3
    assert "frames" not in presets.values("blender", "One")
    assert presets.default("blender") == "One"
    _menu(form)["preset.default"]()
    assert presets.default("blender") == ""
    _menu(form)["preset.delete"]()
    assert presets.names("blender") == []
    assert list(_menu(form)) == ["preset.save_as"]
    assert form.findChild(QSpinBox, "priority").value() == 3, "the form keeps what it says"
    form.reject()


def test_what_a_hand_left_unreadable_counts_as_nothing(settings: QSettings) -> None:
    state = WindowState(settings)
    for broken in ("{", "[]", '{"blender": 5}', '{"blender": {"presets": {"x": 3}, "default": "x"}}'):
        state.save_value("presets", broken)
        presets = Presets(state)
        assert presets.values("blender", "x") == {}
        presets.save("blender", "y", {"priority": 1})
        assert presets.values("blender", "y") == {"priority": 1}


def test_an_option_that_the_engine_has_no_more(farm: Farm, window: MainWindow, settings: QSettings) -> None:
    Presets(WindowState(settings)).save("blender", "Old", {"options": {"gone": "1", "samples": "9"}, "memory": "many"})
    form = _form(window, farm.put("a.blend"))
    _choose(form, "Old")
    assert _says(form)[1:4] == ("9", "", 0)
    form.reject()
