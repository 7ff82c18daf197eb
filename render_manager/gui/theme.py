"""Light and dark: own palettes on the Fusion style, because not every platform has a dark one to lend."""

import sys
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from render_manager.gui import colours, icons
from render_manager.gui.style_sheet import STYLE
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


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


@dataclass(frozen=True)
class _Measures:
    row: int  #: height of a table's row
    header: int  #: what a header has above and below its text
    padding: int  #: what a cell has on either side of its text
    smaller: float  #: points that the text of tables is smaller by


_MEASURES = {Density.COMFORTABLE: _Measures(28, 4, 5, 0.0), Density.COMPACT: _Measures(21, 2, 5, 0.75)}
_DENSITY = "density"  #: the application's property by which widgets know it


def _style_sheet(dark: bool, density: Density, points: float) -> str:
    measures = _MEASURES[density]
    return STYLE.format(
        header_padding=measures.header,
        cell_padding=measures.padding,
        table_points=points - measures.smaller,
        folder=(resources() / "themes").as_posix(),
        name=("light", "dark")[dark],
        **colours.named(dark),
    )


def row_height() -> int:
    """Of tables, in the density chosen."""
    app = QApplication.instance()
    chosen = app.property(_DENSITY) if app else None
    return _MEASURES[Density(chosen or Density.COMFORTABLE)].row


def is_dark(palette: QPalette) -> bool:
    """Whether colours for a dark ground are needed, told by the palette itself."""
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def selected_colour(palette: QPalette) -> QColor:
    return QColor(colours.SELECTED[is_dark(palette)])


def monospace() -> QFont:
    font = QFont()
    font.setFamilies(list(MONOSPACE_FAMILIES))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    return font


class Theme(QObject):
    """Applies a choice to the whole application, at once and whenever the system's own scheme changes."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = ThemeChoice.SYSTEM, density: str = Density.COMFORTABLE) -> None:
        super().__init__(app)
        self._app = app
        self._choice = ThemeChoice(choice) if choice in list(ThemeChoice) else ThemeChoice.SYSTEM
        self._density = Density(density) if density in list(Density) else Density.COMFORTABLE
        app.setStyle("Fusion")
        _set_font(app)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    @property
    def density(self) -> Density:
        return self._density

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._apply()

    def choose_density(self, density: Density) -> None:
        self._density = density
        self._apply()

    def _system_changed(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        system = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = {ThemeChoice.SYSTEM: system, ThemeChoice.LIGHT: False, ThemeChoice.DARK: True}[self._choice]
        icons.forget()
        self._app.setProperty(_DENSITY, self._density.value)
        self._app.setPalette(colours.palette(dark))
        self._app.setStyleSheet(_style_sheet(dark, self._density, self._app.font().pointSizeF()))
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
