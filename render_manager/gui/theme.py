"""Light and dark: own palettes on the Fusion style, because not every platform has a dark one to lend."""

import sys
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from render_manager.gui import icons
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


def _palette(dark: bool) -> QPalette:
    palette = QPalette()
    for role, pair in _COLOURS.items():
        palette.setColor(role, QColor(pair[dark]))
    for role, pair in _DISABLED.items():
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(pair[dark]))
    return palette


def _style_sheet(dark: bool, density: Density, points: float) -> str:
    measures = _MEASURES[density]

    def colour(role: QPalette.ColorRole) -> str:
        return _COLOURS[role][dark]

    return STYLE.format(
        header_padding=measures.header,
        cell_padding=measures.padding,
        table_points=points - measures.smaller,
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


def row_height() -> int:
    """Of tables, in the density chosen."""
    app = QApplication.instance()
    chosen = app.property(_DENSITY) if app else None
    return _MEASURES[Density(chosen or Density.COMFORTABLE)].row


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
        self._app.setPalette(_palette(dark))
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
