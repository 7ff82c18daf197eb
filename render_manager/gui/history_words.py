"""The record of changes in words: what was done, by whom, what it changed, and why."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from render_manager.domain.audit import Action, AuditEntry
from render_manager.gui import text
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FRAME_STYLES, TASK_STYLES

#: What people do; everything else workers do by themselves, by the thousand.
BY_PEOPLE = frozenset(
    {
        Action.SUBMIT, Action.CANCEL, Action.PAUSE, Action.RESUME, Action.PRIORITY, Action.RETRY, Action.SKIP,
        Action.RELEASE, Action.CHOOSE, Action.CLEAN_UP, Action.ENABLE, Action.DISABLE, Action.DRAIN,
    }
)  # fmt: skip

#: Their moves are always the same.
_PLAIN = frozenset({Action.CLAIM, Action.COMPLETE})

_WORDS: dict[Action, object] = {
    Action.SUBMIT: QT_TRANSLATE_NOOP("History", "Submitted"),
    Action.CLAIM: QT_TRANSLATE_NOOP("History", "Taken"),
    Action.START: QT_TRANSLATE_NOOP("History", "Renderer started"),
    Action.COMPLETE: QT_TRANSLATE_NOOP("History", "Completed"),
    Action.FAIL: QT_TRANSLATE_NOOP("History", "Failed"),
    Action.GIVE_BACK: QT_TRANSLATE_NOOP("History", "Handed back"),
    Action.LOSE: QT_TRANSLATE_NOOP("History", "Worker lost"),
    Action.PREPARE: QT_TRANSLATE_NOOP("History", "Preparation"),
    Action.ASK: QT_TRANSLATE_NOOP("History", "Several project files"),
    Action.CHOOSE: QT_TRANSLATE_NOOP("History", "Project file chosen"),
    Action.CANCEL: QT_TRANSLATE_NOOP("History", "Cancelled"),
    Action.PAUSE: QT_TRANSLATE_NOOP("History", "Paused"),
    Action.RESUME: QT_TRANSLATE_NOOP("History", "Resumed"),
    Action.PRIORITY: QT_TRANSLATE_NOOP("History", "Priority changed"),
    Action.RETRY: QT_TRANSLATE_NOOP("History", "Retried"),
    Action.SKIP: QT_TRANSLATE_NOOP("History", "Skipped"),
    Action.RELEASE: QT_TRANSLATE_NOOP("History", "Started without waiting"),
    Action.CLEAN_UP: QT_TRANSLATE_NOOP("History", "Clean-up"),
    Action.JOIN: QT_TRANSLATE_NOOP("History", "Came online"),
    Action.LEAVE: QT_TRANSLATE_NOOP("History", "Left"),
    Action.TURN_AWAY: QT_TRANSLATE_NOOP("History", "Name taken"),
    Action.ENABLE: QT_TRANSLATE_NOOP("History", "Enabled"),
    Action.DISABLE: QT_TRANSLATE_NOOP("History", "Disabled"),
    Action.DRAIN: QT_TRANSLATE_NOOP("History", "Draining"),
}


def _tr(words: str) -> str:
    return QCoreApplication.translate("History", words)


def title(entry: AuditEntry) -> str:
    """``Failed · frame 17``"""
    subject = ""
    if entry.frames and entry.frames.lstrip("-").isdigit():
        subject = QCoreApplication.translate("History", "frame {0}").format(entry.frames)
    elif entry.frames:
        subject = QCoreApplication.translate("History", "frames {0}").format(entry.frames)
    word = _tr(str(_WORDS[entry.action]))
    return f"{word} · {subject}" if subject else word


def actor(entry: AuditEntry) -> str:
    kind, separator, name = entry.actor.partition(" ")
    return (
        QCoreApplication.translate("History", "worker {0}").format(name)
        if separator and kind == "worker"
        else entry.actor
    )


def changes(entry: AuditEntry) -> str:
    """``5 × Failed → Waiting, task Failed → Running``; empty where nothing but the action is to be told."""
    parts: list[str] = []
    for move in entry.moves:
        arrow = f"{FRAME_STYLES[move.source].text} → {FRAME_STYLES[move.target].text}"
        parts.append(arrow if move.count == 1 else f"{text.number(move.count)} × {arrow}")
    if entry.status:
        parts.append(
            QCoreApplication.translate("History", "task {0} → {1}").format(
                *(TASK_STYLES[status].text for status in entry.status)
            )
        )
    if entry.priority:
        parts.append(QCoreApplication.translate("History", "priority {0} → {1}").format(*entry.priority))
    return ", ".join(parts)


def by_whom(entry: AuditEntry) -> str:
    """Who it was, and what came of it where the title does not say so."""
    came_of_it = "" if entry.action in _PLAIN and not entry.status else changes(entry)
    return " · ".join(filter(None, (actor(entry), _attempt(entry), came_of_it)))


def _attempt(entry: AuditEntry) -> str:
    return QCoreApplication.translate("History", "attempt {0}").format(entry.attempt) if entry.attempt else ""


def in_full(entry: AuditEntry) -> str:
    """All of it, on lines, for a tip, the clipboard and whoever listens to the screen."""
    when = text.moment(entry.at, to_the_second=True)
    lines = [when, title(entry), actor(entry), _attempt(entry), changes(entry), say(entry.why)]
    return "\n".join(filter(None, lines))
