"""A field for a whole number."""

from PySide6.QtWidgets import QSpinBox


class NumberBox(QSpinBox):
    """Args:
    name, label: what the program and a screen reader call it.
    none: what its lowest value says, where that stands for none.
    """

    def __init__(self, name: str, label: str, lowest: int, highest: int, *, none: str = "") -> None:
        super().__init__(minimum=lowest, maximum=highest)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setSpecialValueText(none)
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # the style sheet's padding does not reach into it
