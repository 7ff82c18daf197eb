"""How every table of the window looks: whole rows, one height by the density chosen, columns of given widths."""

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, QEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from render_manager.gui.theme import row_height

_NARROWEST = 40


class RowTable(QTableView):
    """Args: widths: of the columns that have one of their own; the last takes what is left."""

    def __init__(self, model: QAbstractItemModel, widths: Mapping[int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(1)  # the font's own would keep compact rows from being so
        self.verticalHeader().setDefaultSectionSize(row_height())
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(_NARROWEST)
        for column, width in widths.items():
            header.resizeSection(column, width)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:  # with the density, too
            self.verticalHeader().setDefaultSectionSize(row_height())
