"""Filling the submit form with what another task was submitted with.

By the names of its fields, so that a form which is laid out anew needs nothing here.
"""

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from render_manager.domain.entities import RenderTask
from render_manager.domain.requirements import REQUIRES


def fill_like(form: QWidget, task: RenderTask) -> None:
    """Everything but the tasks it waited for: those are over, or are waited for no more."""
    asked = task.requires
    values: dict[str, object] = {
        "paths": task.oss_file_path,
        "engine": task.render_engine,
        "frames": task.frames,
        "priority": task.priority,
        "user": task.unionid,
        "name": task.name,
        "archive": task.is_compressed,
        "project_file": task.project_file or "",
        "order": task.frame_order,
        "max_attempts": task.max_attempts,
        "max_workers": task.max_workers or 0,
        "tags": ", ".join(asked.tags),
        "version": str(asked.version) if asked.version else "",
        "memory": round(asked.memory_gb) if asked.memory_gb else 0,
    }
    for name, value in values.items():
        _fill(form, name, value)
    for name, value in task.task_info.items():  # of the engine, whose fields are there by now
        if name != REQUIRES:
            _fill(form, f"option_{name}", value)


def _fill(form: QWidget, name: str, value: object) -> None:
    match form.findChild(QWidget, name):
        case QComboBox() as box:
            wanted = str(value).lower() if isinstance(value, bool) and box.findData(value) < 0 else value
            if (place := box.findData(wanted)) >= 0:
                box.setCurrentIndex(place)
                box.activated.emit(place)  # as by hand: nothing is guessed from the file's name any more
        case QSpinBox() as box:
            box.setValue(int(str(value)))
        case QLineEdit() | QPlainTextEdit() as line:
            text = str(value)
            if isinstance(line, QLineEdit):
                line.setText(text)
            else:
                line.setPlainText(text)
        case _:
            return  # an option that this program's engine has no more
