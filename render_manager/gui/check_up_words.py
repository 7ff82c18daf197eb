"""What an examination found, in words: titles, sums, the report as plain text."""

import html
import re
import time
from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLocale

from render_manager.domain.checkup import Checkup, Finding, FindingState, Group, counts
from render_manager.gui import text
from render_manager.gui.sentences import say
from render_manager.gui.state_style import FINDING_STYLES
from render_manager.gui.theme import MONOSPACE_FAMILIES

_GROUPS = {
    Group.SETTINGS: QT_TRANSLATE_NOOP("CheckUp", "Settings"),
    Group.REDIS: QT_TRANSLATE_NOOP("CheckUp", "Redis"),
    Group.DATABASE: QT_TRANSLATE_NOOP("CheckUp", "Database"),
    Group.OBJECT_STORE: QT_TRANSLATE_NOOP("CheckUp", "Object store"),
    Group.WORKSPACE: QT_TRANSLATE_NOOP("CheckUp", "Workspaces"),
    Group.RENDERERS: QT_TRANSLATE_NOOP("CheckUp", "Renderers"),
    Group.MACHINE: QT_TRANSLATE_NOOP("CheckUp", "This computer"),
    Group.FARM: QT_TRANSLATE_NOOP("CheckUp", "Farm"),
}
#: In the order in which they are counted.
WORST_FIRST = tuple(reversed(FindingState))
_COMMAND = re.compile(r"`([^`]+)`")


def group_title(group: Group) -> str:
    return QCoreApplication.translate("CheckUp", str(_GROUPS[group]))


def title(finding: Finding) -> str:
    """In the language of the window; names of settings and products stay."""
    return say(finding.title)


def sums(findings: Iterable[Finding]) -> str:
    """``2 failed, 1 warning, 31 OK``; empty if nothing was found."""
    return _sums(findings, WORST_FIRST)


def verdict(findings: Sequence[Finding]) -> tuple[str, str]:
    """``2 failed, 1 warning``, or that all is well; and the sums of all else."""
    problems = _sums(findings, [state for state in WORST_FIRST if state.is_problem])
    others = _sums(findings, [state for state in WORST_FIRST if not state.is_problem])
    return problems or QCoreApplication.translate("CheckUp", "All is well"), others


def _sums(findings: Iterable[Finding], states: Iterable[FindingState]) -> str:
    found = counts(findings)
    words = [_count(state, found[state]) for state in states if found[state]]
    return QCoreApplication.translate("CheckUp", ", ").join(words)


def _count(state: FindingState, number: int) -> str:
    forms = {
        FindingState.FAILED: QCoreApplication.translate("CheckUp", "{0} failed"),
        FindingState.WARNING: QCoreApplication.translate("CheckUp", "1 warning")
        if number == 1
        else QCoreApplication.translate("CheckUp", "{0} warnings"),
        FindingState.NOTE: QCoreApplication.translate("CheckUp", "1 note")
        if number == 1
        else QCoreApplication.translate("CheckUp", "{0} notes"),
        FindingState.SKIPPED: QCoreApplication.translate("CheckUp", "{0} not checked"),
        FindingState.OK: QCoreApplication.translate("CheckUp", "{0} OK"),
    }
    return forms[state].format(text.number(number))


def ago(ended_at: float) -> str:
    """``40 s ago``."""
    seconds = max(time.time() - ended_at, 0)
    if seconds < 1:
        return QCoreApplication.translate("CheckUp", "just now")
    return QCoreApplication.translate("CheckUp", "{0} ago").format(text.duration(seconds))


def took(seconds: float | None) -> str:
    """``0.4 ms``, ``12 ms``, ``2.1 s``; empty where the time says nothing."""
    if seconds is None:
        return ""
    if seconds >= 1:
        return text.precise_duration(seconds)
    places = 0 if seconds >= 0.01 else 1
    shown = QLocale().toString(1000 * seconds, "f", places)
    return QCoreApplication.translate("CheckUp", "{0} ms").format(shown)


# -- sentences: commands stand in them between backticks -----------------------------------------------------------


def plain(sentence: str) -> str:
    """In the language of the window."""
    return _COMMAND.sub(r"\1", say(sentence))


def rich(sentence: str) -> str:
    """The same as rich text, with its commands in letters of equal width."""
    families = ", ".join(f"'{family}'" for family in MONOSPACE_FAMILIES)
    return _COMMAND.sub(rf'<span style="font-family: {families}">\1</span>', html.escape(say(sentence), quote=False))


def commands(advice: str) -> list[str]:
    return _COMMAND.findall(advice)


# -- report --------------------------------------------------------------------------------------------------------


def report(checkup: Checkup, ended_at: float | None) -> str:
    """All of it as plain text in the language of the window, as people send it to each other."""
    return "\n".join(_lines(checkup, ended_at)) + "\n"


def _lines(checkup: Checkup, ended_at: float | None) -> Iterator[str]:
    head = QCoreApplication.translate("CheckUp", "Check-up of Render Manager, {0}")
    yield head.format(text.moment(ended_at or time.time(), to_the_second=True))
    yield sums(checkup.findings)
    for group, findings in checkup.by_group().items():
        yield ""
        yield group_title(group)
        for finding in findings:
            yield f"  {FINDING_STYLES[finding.state].text} · {title(finding)}: {plain(finding.found)}"
            if finding.advice:
                yield f"    → {plain(finding.advice)}"
