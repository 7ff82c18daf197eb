"""Every colour of the window that is not a state's, as (light, dark).

What is read on what, and by how much it must stand out, is in ``tests/gui/test_look.py``.
"""

from PySide6.QtGui import QColor, QPalette

_Role = QPalette.ColorRole
#: role: (light, dark)
ROLES = {
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
    _Role.PlaceholderText: ("#5d6773", "#98a1ad"),
    _Role.Light: ("#ffffff", "#383d45"),
    _Role.Midlight: ("#eceef1", "#2f343b"),
    _Role.Mid: ("#d3d8de", "#343940"),
    _Role.Dark: ("#b4bcc6", "#121417"),
    _Role.Shadow: ("#8a929c", "#0c0d0f"),
    _Role.Accent: ("#2f74c0", "#4f93da"),
}
DISABLED = {
    _Role.WindowText: ("#7b838d", "#78808b"),
    _Role.Text: ("#7b838d", "#78808b"),
    _Role.ButtonText: ("#7b838d", "#78808b"),
    _Role.HighlightedText: ("#ffffff", "#a3abb5"),
}
#: A selected row is tinted, not filled, so that the colours of states stay readable in it.
SELECTED = ("#e0ecf9", "#22334a")


def palette(dark: bool) -> QPalette:
    made = QPalette()
    for role, pair in ROLES.items():
        made.setColor(role, QColor(pair[dark]))
    for role, pair in DISABLED.items():
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(pair[dark]))
    return made


#: Colours of the style sheet by the names that it has for them.
NAMED = {
    "handle": ("#c6ccd4", "#434a53"),
    "hover": ("#e4e7eb", "#2d3239"),
    "row": ("#eef1f4", "#22262b"),
    "error": ("#c62a22", "#f0756c"),
    "good": ("#1d7639", "#66c382"),
    "danger": ("#c62a22", "#b83a31"),
    "banner": ("#fdf3d8", "#3a3119"),
    "banner_line": ("#ecd9a0", "#554823"),
    "banner_text": ("#5c450b", "#f0dca4"),
    "default_hover": ("#2767ae", "#3673b8"),
}
_BY_ROLE = {
    "window": _Role.Window,
    "base": _Role.Base,
    "button": _Role.Button,
    "text": _Role.Text,
    "tip": _Role.ToolTipBase,
    "muted": _Role.PlaceholderText,
    "line": _Role.Mid,
    "accent": _Role.Accent,
    "highlight": _Role.Highlight,
}


def named(dark: bool) -> dict[str, str]:
    """All that the style sheet names."""
    pairs = {name: ROLES[role] for name, role in _BY_ROLE.items()} | NAMED
    pairs |= {"off": DISABLED[_Role.Text], "selected": SELECTED}
    return {name: pair[dark] for name, pair in pairs.items()}
