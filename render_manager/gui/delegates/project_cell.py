"""Editing a row of what is about to be submitted: a list for the engine, a number for the priority, text elsewhere."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QObject, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from render_manager.domain.priority import HIGHEST, LOWEST
from render_manager.gui.models.projects import Column
from render_manager.gui.models.table import Index


class ProjectCell(QStyledItemDelegate):
    """Args: labels: of the engines there are, by name."""

    def __init__(self, labels: Mapping[str, str], parent: QObject) -> None:
        super().__init__(parent)
        self._labels = labels

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        column = Column(index.column())
        if column is Column.ENGINE:
            editor: QWidget = QComboBox(parent)
            for name, label in self._labels.items():
                editor.addItem(label, name)  # type: ignore[attr-defined]
            editor.activated.connect(lambda _: self.commitData.emit(editor))  # type: ignore[attr-defined]
        elif column is Column.PRIORITY:
            editor = QSpinBox(parent, minimum=LOWEST, maximum=HIGHEST)
        else:
            editor = QLineEdit(parent)
            if column in (Column.NAME, Column.FRAMES):
                editor.setPlaceholderText(
                    self.tr("as below") if column is Column.FRAMES else self.tr("the file's name")
                )
        editor.setProperty("cell", True)
        editor.setAccessibleName(str(index.model().headerData(column, Qt.Orientation.Horizontal)))
        editor.setAutoFillBackground(True)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        value: Any = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, QSpinBox):
            editor.setValue(value)
        elif isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(value)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QSpinBox):
            editor.interpretText()
            model.setData(index, editor.value())
        elif isinstance(editor, QLineEdit) and editor.isModified():
            model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)  # type: ignore[attr-defined]
