"""Light and dark: own palettes on the Fusion style, because not every platform has a dark one to lend."""

import sys
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from render_manager.gui import icons
from render_manager.resource_files import resources

#: Chinese text needs a font that has it; without one of these there are boxes.
FONT_FAMILIES = (
    "Segoe UI",
    "Microsoft YaHei UI",
    "PingFang SC",
    "Noto Sans",
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
)
MONOSPACE_FAMILIES = (
    "Cascadia Mono",
    "Consolas",
    "SF Mono",
    "Menlo",
    "DejaVu Sans Mono",
    "Noto Sans Mono CJK SC",
    "WenQuanYi Micro Hei Mono",
)


class ThemeChoice(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_Role = QPalette.ColorRole
#: role: (light, dark)
_COLOURS = {
    _Role.Window: ("#f2f3f5", "#1f2227"),
    _Role.WindowText: ("#20252b", "#d8dce2"),
    _Role.Base: ("#ffffff", "#181a1e"),
    _Role.AlternateBase: ("#f7f8fa", "#1c1f23"),
    _Role.Text: ("#20252b", "#d8dce2"),
    _Role.Button: ("#fbfbfc", "#2a2e34"),
    _Role.ButtonText: ("#20252b", "#d8dce2"),
    _Role.BrightText: ("#ffffff", "#ffffff"),
    _Role.Highlight: ("#2f74c0", "#2f6cb0"),
    _Role.HighlightedText: ("#ffffff", "#ffffff"),
    _Role.Link: ("#1f66b5", "#7fb2ea"),
    _Role.LinkVisited: ("#6a4bb0", "#b39be8"),
    _Role.ToolTipBase: ("#ffffff", "#2a2e34"),
    _Role.ToolTipText: ("#20252b", "#d8dce2"),
    _Role.PlaceholderText: ("#66707c", "#8d96a2"),
    _Role.Light: ("#ffffff", "#383d45"),
    _Role.Midlight: ("#eceef1", "#2f343b"),
    _Role.Mid: ("#d3d8de", "#343940"),
    _Role.Dark: ("#b4bcc6", "#121417"),
    _Role.Shadow: ("#8a929c", "#0c0d0f"),
    _Role.Accent: ("#2f74c0", "#4f93da"),
}
_DISABLED = {
    _Role.WindowText: ("#a3abb5", "#5d656f"),
    _Role.Text: ("#a3abb5", "#5d656f"),
    _Role.ButtonText: ("#a3abb5", "#5d656f"),
    _Role.HighlightedText: ("#ffffff", "#a3abb5"),
}
#: A selected row is tinted, not filled, so that the colours of states stay readable in it.
_SELECTED = ("#d9e7f7", "#26384d")

_STYLE = """
QToolBar {{ border: 0; border-bottom: 1px solid {line}; padding: 3px 6px; spacing: 2px; background: {window}; }}
QToolBar QToolButton {{ padding: 4px 7px; border-radius: 5px; border: 1px solid transparent; }}
QToolBar QToolButton:hover:enabled {{ background: {hover}; }}
QToolBar QToolButton:pressed:enabled {{ background: {line}; }}
QToolBar QToolButton:focus {{ border-color: {accent}; }}
QToolBar QToolButton[popupMode="2"] {{ padding-right: 19px; }}
QToolBar QToolButton::menu-indicator {{ subcontrol-position: right center; right: 6px; width: 9px; }}
QToolBar::separator {{ width: 1px; margin: 5px 5px; background: {line}; }}
QToolButton[flat="true"] {{ border: 1px solid transparent; border-radius: 4px; padding: 3px; }}
QToolButton[flat="true"]:hover:enabled, QToolButton[flat="true"]:checked {{ background: {hover}; }}
QToolButton[flat="true"]:focus {{ border-color: {accent}; }}
QMenuBar {{ background: {window}; padding: 1px 4px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {base}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 8px; border-radius: 4px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::item:disabled {{ color: {off}; }}
QMenu::icon {{ padding-left: 6px; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 6px; }}
QTableView {{ border: 0; background: {base}; gridline-color: transparent; outline: 0;
    selection-background-color: {selected}; selection-color: {text}; }}
QTableView::item {{ padding: 0 5px; border: 0; }}
QTableView::item:hover {{ background: {row}; }}
QTableView::item:selected {{ background: {selected}; color: {text}; }}
QHeaderView {{ background: {window}; }}
QHeaderView::section {{ background: {window}; color: {muted}; border: 0; border-bottom: 1px solid {line};
    padding: 4px 8px; }}
QHeaderView::section:hover {{ color: {text}; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ subcontrol-position: top center; width: 9px; height: 6px; }}
QSplitter::handle {{ background: {line}; }}
QSplitter::handle:hover {{ background: {accent}; }}
QPlainTextEdit, QListWidget {{ border: 1px solid {line}; border-radius: 5px; background: {base};
    selection-background-color: {highlight}; selection-color: #ffffff; }}
QPlainTextEdit:focus, QListWidget:focus {{ border-color: {accent}; }}
QPlainTextEdit#log {{ border: 0; border-radius: 0; }}
QLineEdit {{ border: 1px solid {line}; border-radius: 5px; padding: 4px 7px; background: {base};
    selection-background-color: {highlight}; selection-color: #ffffff; }}
QLineEdit:focus {{ border-color: {accent}; }}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] {{ border-color: {error}; }}
QComboBox, QSpinBox {{ border: 1px solid {line}; border-radius: 5px; padding: 4px 7px; background: {base}; }}
QComboBox:focus, QSpinBox:focus {{ border-color: {accent}; }}
QComboBox:disabled, QSpinBox:disabled, QLineEdit:disabled {{ color: {off}; background: {window}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox::down-arrow, QSpinBox::down-arrow {{ image: url({folder}/chevron-down-{name}.svg); }}
QSpinBox::up-arrow {{ image: url({folder}/chevron-up-{name}.svg); }}
QComboBox::down-arrow, QSpinBox::down-arrow, QSpinBox::up-arrow {{ width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ border: 1px solid {line}; background: {base}; selection-background-color: {selected};
    selection-color: {text}; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: 0; width: 18px; background: transparent; }}
QTreeWidget {{ border: 1px solid {line}; border-radius: 5px; outline: 0; }}
QTreeWidget::item {{ padding: 4px 4px; }}
QTreeWidget::item:selected {{ background: {selected}; color: {text}; }}
QPushButton {{ border: 1px solid {line}; border-radius: 5px; padding: 5px 14px; background: {button}; }}
QPushButton:hover:enabled {{ background: {hover}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {off}; }}
QPushButton:default:enabled {{ background: {highlight}; border-color: {highlight}; color: #ffffff; }}
QPushButton:default:hover:enabled {{ background: {accent}; }}
QPushButton[danger="true"]:enabled {{ background: {danger}; border-color: {danger}; color: #ffffff; }}
QScrollBar:vertical {{ width: 11px; background: transparent; margin: 0; }}
QScrollBar:horizontal {{ height: 11px; background: transparent; margin: 0; }}
QScrollBar::handle {{ background: {handle}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QStatusBar {{ border-top: 1px solid {line}; background: {window}; }}
QStatusBar::item {{ border: 0; }}
QToolTip {{ background: {tip}; color: {text}; border: 1px solid {line}; padding: 5px; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="error"] {{ color: {error}; }}
QLabel[role="good"] {{ color: {good}; }}
QLabel[role="title"] {{ font-weight: 700; }}
QLabel[role="section"] {{ color: {muted}; font-weight: 700; }}
QFrame[role="panel"] {{ background: {base}; }}
QFrame[role="bar"] {{ background: {window}; border: 0; border-bottom: 1px solid {line}; }}
QFrame[role="banner"] {{ background: {banner}; border: 0; border-bottom: 1px solid {banner_line}; }}
QFrame[role="banner"] QLabel {{ color: {banner_text}; }}
QPushButton[role="filter"] {{ border: 1px solid transparent; border-radius: 5px; padding: 3px 10px;
    background: transparent; color: {muted}; }}
QPushButton[role="filter"]:hover {{ background: {hover}; color: {text}; }}
QPushButton[role="filter"]:checked {{ background: {selected}; color: {text}; }}
QPushButton[role="filter"]:focus {{ border-color: {accent}; }}
"""


def _palette(dark: bool) -> QPalette:
    palette = QPalette()
    for role, pair in _COLOURS.items():
        palette.setColor(role, QColor(pair[dark]))
    for role, pair in _DISABLED.items():
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(pair[dark]))
    return palette


def _style_sheet(dark: bool) -> str:
    def colour(role: QPalette.ColorRole) -> str:
        return _COLOURS[role][dark]

    return _STYLE.format(
        window=colour(_Role.Window),
        base=colour(_Role.Base),
        button=colour(_Role.Button),
        text=colour(_Role.Text),
        tip=colour(_Role.ToolTipBase),
        muted=colour(_Role.PlaceholderText),
        line=colour(_Role.Mid),
        accent=colour(_Role.Accent),
        highlight=colour(_Role.Highlight),
        off=_DISABLED[_Role.Text][dark],
        folder=(resources() / "themes").as_posix(),
        name=("light", "dark")[dark],
        handle=("#c6ccd4", "#434a53")[dark],
        hover=("#e4e7eb", "#2d3239")[dark],
        row=("#eef1f4", "#22262b")[dark],
        selected=_SELECTED[dark],
        error=("#c62a22", "#f0756c")[dark],
        good=("#1f7d3d", "#66c382")[dark],
        danger=("#c62a22", "#b83a31")[dark],
        banner=("#fdf3d8", "#3a3119")[dark],
        banner_line=("#ecd9a0", "#554823")[dark],
        banner_text=("#5c450b", "#f0dca4")[dark],
    )


def is_dark(palette: QPalette) -> bool:
    """Whether colours for a dark ground are needed, told by the palette itself."""
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def selected_colour(palette: QPalette) -> QColor:
    return QColor(_SELECTED[is_dark(palette)])


def monospace() -> QFont:
    font = QFont()
    font.setFamilies(list(MONOSPACE_FAMILIES))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    return font


class Theme(QObject):
    """Applies a choice to the whole application, at once and whenever the system's own scheme changes."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = ThemeChoice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._choice = ThemeChoice(choice)
        app.setStyle("Fusion")
        _set_font(app)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._apply()

    def _system_changed(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        system = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = {ThemeChoice.SYSTEM: system, ThemeChoice.LIGHT: False, ThemeChoice.DARK: True}[self._choice]
        icons.forget()
        self._app.setPalette(_palette(dark))
        self._app.setStyleSheet(_style_sheet(dark))
        self.changed.emit()


def _set_font(app: QApplication) -> None:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    # Windows and macOS have a font of their own that fits; the generic one of a Linux desktop is wide and without
    # Chinese.
    own = font.families() if sys.platform in ("win32", "darwin") else []
    font.setFamilies([*own, *FONT_FAMILIES])
    if font.pointSizeF() < 9.5 and sys.platform not in ("win32", "darwin"):
        font.setPointSizeF(9.5)
    app.setFont(font)
