"""A question that takes a reason, for the record."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from render_manager.gui.dialogs.line import LineDialog


class ReasonDialog(LineDialog):
    """Args: then: told the reason, or None where none was given."""

    def __init__(
        self, parent: QWidget, *, title: str, question: str, effect: str, yes: str, then: Callable[[str | None], object]
    ) -> None:
        super().__init__(
            parent,
            "reason",
            title=title,
            question=question,
            effect=effect,
            yes=yes,
            label=QCoreApplication.translate("ReasonDialog", "Reason"),
            hint=QCoreApplication.translate("ReasonDialog", "optional, for the record"),
            then=lambda text: then(text or None),
        )
