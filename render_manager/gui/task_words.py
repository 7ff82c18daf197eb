"""What a task was submitted with, in words."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLocale

from render_manager.domain.entities import RenderTask
from render_manager.domain.frame_order import FrameOrder
from render_manager.domain.requirements import Requirements
from render_manager.gui.state_style import TASK_STYLES

_ORDERS: dict[FrameOrder, object] = {
    FrameOrder.FORWARD: QT_TRANSLATE_NOOP("Task", "First to last"),
    FrameOrder.REVERSE: QT_TRANSLATE_NOOP("Task", "Last to first"),
    FrameOrder.SPREAD: QT_TRANSLATE_NOOP("Task", "Spread over the range"),
}


def _tr(words: str) -> str:
    return QCoreApplication.translate("Task", words)


def order(which: FrameOrder) -> str:
    return _tr(str(_ORDERS[which]))


def other_task(task: RenderTask) -> str:
    """``kitchen_009 · Running``"""
    return f"{task.name} · {TASK_STYLES[task.status].text}"


def requirements(asked: Requirements) -> str:
    """A line for each kind; empty where nothing is asked for."""
    lines: list[str] = []
    if asked.version:
        lines.append(QCoreApplication.translate("Task", "version {0}").format(asked.version))
    if asked.tags:
        lines.append(QCoreApplication.translate("Task", "tags {0}").format(", ".join(asked.tags)))
    if asked.memory_gb:
        lines.append(
            QCoreApplication.translate("Task", "{0} GB of memory").format(QLocale().toString(asked.memory_gb, "g"))
        )
    return "\n".join(lines)
