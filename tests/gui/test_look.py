"""What can be read, told apart, reached and named: in both themes, with any eyes, without a mouse."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QProxyStyle,
    QScrollBar,
    QStyle,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from render_manager.gui import colours
from render_manager.gui.main_window import MainWindow
from render_manager.gui.state_style import (
    FINDING_STYLES,
    FRAME_STYLES,
    TASK_STYLES,
    WORKER_STYLES,
    StateStyle,
    Tone,
    tone,
)
from render_manager.gui.theme import Density, Theme, ThemeChoice, is_dark
from tests.gui import every_form
from tests.gui.colour_sight import contrast, difference
from tests.gui.every_form import FORMS
from tests.gui.farm import Farm

Open = Callable[..., MainWindow]
_Role = QPalette.ColorRole
THEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


# -- contrast: WCAG 2.2, AA ----------------------------------------------------------------------------------------


def _grounds(dark: bool) -> dict[str, str]:
    names = colours.named(dark)
    return {name: names[name] for name in ("window", "base", "row", "selected")} | {
        "alternate": colours.ROLES[_Role.AlternateBase][dark]
    }


@THEMES
def test_texts_stand_out_from_every_ground_they_are_on(dark: bool) -> None:
    names = colours.named(dark)
    inks = {name: names[name] for name in ("text", "muted", "error", "good")}
    inks |= {f"tone {which}": tone(which, dark).name() for which in Tone}
    faint = {
        f"{ink} on {ground}": round(contrast(inks[ink], colour), 2)
        for ground, colour in _grounds(dark).items()
        for ink in inks
        if contrast(inks[ink], colour) < 4.5
    }
    assert not faint


@THEMES
def test_texts_on_coloured_grounds_stand_out(dark: bool) -> None:
    names = colours.named(dark)
    pairs = {
        "selected text": ("#ffffff", names["highlight"]),
        "default button": ("#ffffff", names["default_hover"]),
        "danger": ("#ffffff", names["danger"]),
        "banner": (names["banner_text"], names["banner"]),
        "tip": (names["text"], names["tip"]),
        "button": (names["text"], names["button"]),
        "hovered button": (names["text"], names["hover"]),
        "link": (colours.ROLES[_Role.Link][dark], names["base"]),
    }
    assert {what: round(contrast(*pair), 2) for what, pair in pairs.items() if contrast(*pair) < 4.5} == {}


@THEMES
def test_disabled_texts_can_be_read_and_look_disabled(dark: bool) -> None:
    names = colours.named(dark)
    for ground in ("window", "base", "button"):
        off, on = contrast(names["off"], names[ground]), contrast(names["muted"], names[ground])
        assert 3 <= off < on, ground


@THEMES
def test_focus_and_marks_of_states_stand_out(dark: bool) -> None:
    names = colours.named(dark)
    for ground in ("window", "base", "button"):
        assert contrast(names["accent"], names[ground]) >= 3, ground
    faint = {
        style.word: round(contrast(style.colour(dark).name(), names["base"]), 2)
        for style in _styles()
        if contrast(style.colour(dark).name(), names["base"]) < 3
    }
    assert not faint


def _styles() -> Iterator[StateStyle]:
    for group in (TASK_STYLES, FRAME_STYLES, WORKER_STYLES, FINDING_STYLES):
        yield from group.values()


# -- eyes that see fewer colours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "group", [TASK_STYLES, FRAME_STYLES, WORKER_STYLES, FINDING_STYLES], ids=["task", "frame", "worker", "finding"]
)
def test_no_state_is_told_by_its_colour_alone(group: dict[object, StateStyle]) -> None:
    words = [style.word for style in group.values()]
    assert len(set(words)) == len(words)
    if group is not WORKER_STYLES:  # in the grid and the legend there is no room for words
        marks = [style.mark for style in group.values()]
        assert len(set(marks)) == len(marks)


@THEMES
@pytest.mark.parametrize("sight", ["normal", "deuteranopia", "protanopia"])
def test_parts_of_a_bar_are_told_apart_by_eyes_that_see_fewer_colours(dark: bool, sight: str) -> None:
    alike = {
        f"{one.word} and {other.word}": round(difference(one.colour(dark).name(), other.colour(dark).name(), sight))
        for one, other in combinations(FRAME_STYLES.values(), 2)
        if difference(one.colour(dark).name(), other.colour(dark).name(), sight) < 12
    }
    assert not alike


def test_the_simulation_knows_what_such_eyes_confuse() -> None:
    red, green = "#c04000", "#608000"
    assert difference(red, green, "normal") > 2.5 * difference(red, green, "deuteranopia")


# -- keyboard and screen readers -----------------------------------------------------------------------------------

_INTERACTIVE = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QPlainTextEdit, QAbstractSlider,
    QTabBar, QAbstractScrollArea,
)  # fmt: skip


def _interactive(root: QWidget) -> list[QWidget]:
    """What can be reached by Tab, or pressed; parts of a widget belong to it."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, _INTERACTIVE)
        and not isinstance(widget, QScrollBar | QHeaderView)
        and widget.window() is root
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QTabBar | QLineEdit)
        and widget.isVisible()
        and (isinstance(widget, QAbstractButton) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    ]


def _nameless(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()} in {widget.parent().objectName()}"
        for widget in _interactive(root)
        if not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()
    ]


def test_everything_in_the_window_has_a_name_for_those_who_listen(farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    window = every_form.show(farm, open_window(), qtbot)
    assert len(_interactive(window)) > 25
    assert _nameless(window) == []


@pytest.mark.parametrize("name", FORMS)
def test_everything_in_a_dialog_has_a_name(name: str, farm: Farm, open_window: Open, qtbot: QtBot) -> None:
    form = FORMS[name](farm, every_form.show(farm, open_window(), qtbot), qtbot)
    assert _nameless(form) == []
    form.close()


@THEMES
def test_focus_is_seen_wherever_it_goes_in_the_window(
    dark: bool, farm: Farm, open_window: Open, qtbot: QtBot, theme: Theme
) -> None:
    theme.choose(ThemeChoice.DARK if dark else ThemeChoice.LIGHT)
    window = every_form.show(farm, open_window(), qtbot)
    assert _unseen(window, qtbot) == []


@THEMES
@pytest.mark.parametrize(
    "name", ["submit", "cleanup", "choose", "disable", "cancel", "error", "check_up", "start_failure"]
)
def test_focus_is_seen_wherever_it_goes_in_a_dialog(
    dark: bool, name: str, farm: Farm, open_window: Open, qtbot: QtBot, theme: Theme
) -> None:
    theme.choose(ThemeChoice.DARK if dark else ThemeChoice.LIGHT)
    form = FORMS[name](farm, every_form.show(farm, open_window(), qtbot), qtbot)
    assert _unseen(form, qtbot) == []
    form.close()


def _unseen(root: QWidget, qtbot: QtBot) -> list[str]:
    root.activateWindow()
    qtbot.waitUntil(root.isActiveWindow)
    unseen = []
    for widget in _interactive(root):
        if not widget.isEnabled() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        if focused := root.focusWidget():
            focused.clearFocus()
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if not widget.hasFocus() and not widget.focusProxy():
            continue
        if _changed(before, widget.grab().toImage()) < 20:
            unseen.append(f"{type(widget).__name__} {widget.objectName()}")
    return unseen


def _changed(one: QImage, other: QImage) -> int:
    """Pixels that look different: more than by a shade."""
    count = 0
    for y in range(one.height()):
        for x in range(one.width()):
            a, b = QColor(one.pixel(x, y)), QColor(other.pixel(x, y))
            if abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue()) > 18:
                count += 1
                if count >= 20:
                    return count
    return count


# -- theme and density ---------------------------------------------------------------------------------------------


def test_the_window_follows_the_system_at_once(
    qapp: QApplication, window: MainWindow, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.choose(ThemeChoice.SYSTEM)
    for scheme in (Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
        monkeypatch.setattr(type(qapp.styleHints()), "colorScheme", lambda _, scheme=scheme: scheme)
        qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert is_dark(window.palette()) is (scheme is Qt.ColorScheme.Dark)


def test_density_changes_at_once_and_is_remembered(farm: Farm, window: MainWindow, theme: Theme, qtbot: QtBot) -> None:
    every_form.show(farm, window, qtbot)
    tables = (window.table, window.workers_dock.table)
    high, points = [table.rowHeight(0) for table in tables], window.table.font().pointSizeF()
    _choice(window, "density", Density.COMPACT).trigger()
    assert all(table.rowHeight(0) < before for table, before in zip(tables, high, strict=True))
    assert window.table.font().pointSizeF() < points
    assert window.state.value("density") == Density.COMPACT
    _choice(window, "density", Density.COMFORTABLE).trigger()
    assert [table.rowHeight(0) for table in tables] == high


def _choice(window: MainWindow, menu: str, choice: str) -> object:
    return next(a for a in window.actions_.menus[f"view.{menu}"].actions() if a.objectName() == f"{menu}.{choice}")


@pytest.mark.parametrize("density", Density)
def test_a_line_of_text_fits_into_a_row(density: Density, window: MainWindow, theme: Theme) -> None:
    theme.choose_density(density)
    assert window.table.fontMetrics().height() <= window.table.verticalHeader().defaultSectionSize() - 2
    theme.choose_density(Density.COMFORTABLE)


@pytest.mark.parametrize("chinese", [False, True], ids=["en", "zh"])
def test_nothing_is_cut_off_at_1280_by_720(
    chinese: bool, farm: Farm, qapp: QApplication, open_window: Open, qtbot: QtBot
) -> None:
    from render_manager.gui.language import Language, LanguageChoice

    language = Language(qapp, LanguageChoice.CHINESE if chinese else LanguageChoice.ENGLISH)
    window = every_form.show(farm, open_window(), qtbot)
    window.resize(1280, 720)
    assert isinstance(window, QMainWindow)
    assert (window.width(), window.height()) == (1280, 720)
    cut = [
        f"{button.objectName()} {button.text()}: {button.width()} of {button.sizeHint().width()}"
        for button in window.findChildren(QAbstractButton)
        if button.isVisible() and button.text() and button.width() < button.sizeHint().width() - 1
    ]
    language.choose(LanguageChoice.ENGLISH)
    assert not cut
    hidden = window.findChild(QWidget, "qt_toolbar_ext_button")
    assert hidden is None or not hidden.isVisible()


class _DesktopWithIcons(QProxyStyle):
    """As on a desktop under X11, where the buttons of a dialog get the desktop's own icons."""

    def styleHint(self, hint: QStyle.StyleHint, *rest: Any) -> int:
        if hint is QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons:
            return 1
        return super().styleHint(hint, *rest)


def test_no_icons_of_the_desktop_are_on_buttons(qapp: QApplication, theme: Theme, qtbot: QtBot) -> None:
    """They are coloured, and of our buttons only "Cancel" would have one."""
    qapp.setStyle(_DesktopWithIcons("Fusion"))
    try:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        qtbot.addWidget(box)
        box.ensurePolished()
        assert box.button(QDialogButtonBox.StandardButton.Cancel).icon().isNull()
    finally:
        qapp.setStyle("Fusion")
