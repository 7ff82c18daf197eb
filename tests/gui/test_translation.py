"""The Chinese of the window: complete, current, and found by everything that is shown."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QModelIndex, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QSpinBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from render_manager.gui import sentences
from render_manager.gui.language import Language, LanguageChoice, system_language
from render_manager.gui.main_window import MainWindow
from render_manager.gui.sentences import say
from tests.gui import every_form
from tests.gui.every_form import FORMS
from tests.gui.farm import Farm
from tests.translation import catalogue, literals
from tests.translation.catalogue import SENTENCES, messages

REFRESH = "run `python3 run.py translate`"
#: Latin words that a Chinese studio uses as they are, and what is data in these tests.
ALLOWED = re.compile(
    r"""
    Render\ Manager | (?i:Blender | Maya | Unreal) | OSS | URL | Key | GB | MB | GiB | ID | ACES | EXR | PNG
    | RGB | AOV | Redis | Page\ (?:Up|Down) | Enter
    | oss://bucket/(?:shot\.zip|folder/) | \.(?:tar\.gz|zip|gz|png|blend)\b | user:li | status:failed | engine:maya
    | render-worker | render-01 | high_priority | low_priority | default\b | gpu,\ linux
    | (?:Ctrl|Shift|Alt|Esc|Del|Return|Space|PgUp|PgDown|Home|End|F\d+|Num|Ins|Backspace)\b[+\w,]*
    | mei(?:@desk)? | cpu | /[^\s]*  | [A-Za-z]:[\\/][^\s]*
    """,
    re.VERBOSE,
)
#: Shown as they are: what renderers and people wrote, options by the names that files and the command line use.
AS_WRITTEN = ("log", "projects", "details_id")


# -- the files -----------------------------------------------------------------------------------------------------


def test_every_text_of_the_sources_is_in_the_translation(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    catalogue.update(fresh)
    wanted = {(message.context, message.source) for message in messages(fresh)}
    there = {(message.context, message.source) for message in messages() if not message.obsolete}
    assert wanted == there, REFRESH


def test_every_text_has_its_chinese() -> None:
    assert catalogue.unfinished() == {}, REFRESH


def test_the_list_of_sentences_is_current() -> None:
    assert catalogue.TEMPLATES.read_text(encoding="utf-8") == catalogue.templates_text(), REFRESH


def test_what_is_compiled_is_what_was_translated(qapp: QCoreApplication) -> None:
    compiled = QTranslator()
    assert compiled.load(str(catalogue.COMPILED))
    other = [
        message for message in messages() if compiled.translate(message.context, message.source) != message.translation
    ]
    assert not other, REFRESH


def test_translations_keep_the_holes_and_the_shape_of_their_sources() -> None:
    wrong = []
    for message in messages():
        holes, filled = (set(re.findall(r"\{\d[^}]*\}", text)) for text in (message.source, message.translation))
        # A sentence may leave the plural's s out; what fills the window's own texts must all be told.
        kept = filled <= holes if message.context == SENTENCES else filled == holes
        ends = message.source.endswith("…") == message.translation.endswith("…")
        lines = message.source.count("\n") == message.translation.count("\n")
        if not (kept and ends and lines and _formats(message.translation)):
            wrong.append((message.context, message.source, message.translation))
    assert not wrong


def _formats(text: str) -> bool:
    try:
        return bool(text.format(*range(9)))
    except (ValueError, IndexError, KeyError):
        return not re.search(r"\{\d", text)  # the key { is none of a template


def test_one_english_word_of_a_state_has_one_chinese_word() -> None:
    """``Completed`` as a state, in a filter and in a menu must not be three things."""
    words: dict[str, set[str]] = {}
    for message in messages():
        if message.context in ("State", "TaskTableModel", "DetailsPane", "WorkerTableModel", "FilterBar", "History"):
            words.setdefault(message.source, set()).add(message.translation)
    told = {
        source: found
        for source, found in words.items()
        if source in ("Completed", "Failed", "Paused", "Cancelled", "Skipped", "Rendering", "Waiting", "Priority")
    }
    # Each column and field says it as the state does; what a worker does now is a clause of its own.
    told["Rendering"].discard("正在渲染")
    assert {source for source, found in told.items() if len(found) > 1 and source not in _ACTS} == set()


#: In the history the same word tells what somebody did.
_ACTS = {"Failed", "Paused", "Cancelled", "Skipped", "Completed"}


def test_no_text_of_the_window_hides_from_the_translation() -> None:
    assert literals.problems() == []


def test_hidden_texts_are_found(tmp_path: Path) -> None:
    source = tmp_path / "wrong.py"
    source.write_text(
        'label.setText("Frames left")\n'
        'QAction(f"Retry {count} frames")\n'
        'self.tr(f"Frame {number}")\n'
        'window.tr("Frames")\n'
        '_tr("Frames")\n'
        'button.setToolTip("Stop" if running else "Start it")\n'
        'label.setText(self.tr("Frames"))\nlabel.setObjectName("frames_left")\nlabel.setText(f"{name} · {number}")\n'
    )
    assert [problem.split(":")[1] for problem in literals.of(source)] == ["1", "2", "3", "4", "5", "6"]


def test_errors_are_shown_in_the_windows_language() -> None:
    """``str(error)`` is English; whatever is shown of it goes through ``say`` or ``explain``."""
    assert literals.raw_errors() == []


# -- sentences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "chinese_"),
    [
        ("Paused: resume it.", "已暂停：请继续任务。"),
        (
            "No online worker can run Maya. Maya was not found on this host: install it or set MAYA_EXECUTABLE.",
            "没有在线渲染节点能运行 Maya。本主机上找不到 Maya：请安装或设置 MAYA_EXECUTABLE。",
        ),
        ("Downloading 34 % of 2.1 GB, 45.0 MB/s, 0:18 left", "正在下载 34%，共 2.1 GB，45.0 MB/s，剩余 0:18"),
        (
            "Every online host that could render it failed at it; node-01: Archive a.zip can't be unpacked: it ends "
            "too early.",
            "所有可渲染它的在线主机都失败了；node-01：无法解压压缩包 a.zip：文件不完整。",
        ),
        (
            "Blender ended with exit code 11 before it was done; its log may say why.",
            "Blender 尚未完成就以退出码 11 结束；原因可能在其日志中。",
        ),
        ("Task 12ab is completed already: there is nothing to cancel.", "任务 12ab 的状态已是“已完成”：无需取消。"),
        ("Error: scene has no camera in file a.blend", "Error: scene has no camera in file a.blend"),
        ("Texture //wood.tx is missing.", "Texture //wood.tx is missing."),
        ("The disk makes noises", "The disk makes noises"),
    ],
)
def test_sentences_from_elsewhere_are_said_in_chinese(chinese: Language, english: str, chinese_: str) -> None:
    assert say(english) == chinese_


def test_a_long_list_of_names_is_not_puzzled_over(chinese: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stall of the window is what must not be: the work is bounded, whatever the text."""
    names = ", ".join(f"shot_{number}.blend" for number in range(60))
    looked: list[str] = []
    match = sentences._Template.match
    monkeypatch.setattr(sentences._Template, "match", lambda self, text: looked.append(text) or match(self, text))
    assert say(f"Waits for its project file to be chosen: {names}.") == f"等待选择工程文件：{names}。"
    assert len(looked) < 4 * sentences._MOST_PARTS


def test_in_english_sentences_stay_as_they_are(qapp: QCoreApplication) -> None:
    Language(qapp, LanguageChoice.ENGLISH)
    assert say("Paused: resume it.") == "Paused: resume it."
    assert say(None) == ""


def test_every_sentence_is_recognised_with_its_holes_filled(chinese: Language) -> None:
    unsaid = []
    for message in messages():
        if message.context == SENTENCES:
            filled = message.source.format(*(f"«{number}»" for number in range(9)))
            said = say(filled)
            letters = len(re.findall(r"[A-Za-z]", re.sub(r"\{\d\}", "", message.source)))
            if letters >= 7 and not re.search(r"[\u4e00-\u9fff]", said) and message.translation != message.source:
                unsaid.append((filled, said))
    assert not unsaid


# -- the language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "spoken"),
    [
        (["zh-Hans-CN", "en-US"], LanguageChoice.CHINESE),
        (["de-DE", "zh-CN", "en-US"], LanguageChoice.CHINESE),
        (["fr-FR", "en-GB", "zh-CN"], LanguageChoice.ENGLISH),
        (["fr-FR"], LanguageChoice.ENGLISH),
    ],
)
def test_the_systems_language_is_spoken_where_we_know_it(
    monkeypatch: pytest.MonkeyPatch, system: list[str], spoken: LanguageChoice
) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda self: system)
    assert system_language() is spoken


def test_qts_own_buttons_are_chinese_too(chinese: Language, qapp: QCoreApplication) -> None:
    assert Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath), "qtbase_zh_CN.qm").is_file()
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    assert QLocale().language() is QLocale.Language.Chinese
    chinese.choose(LanguageChoice.ENGLISH)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    assert QLocale().language() is QLocale.Language.English


# -- what is shown -------------------------------------------------------------------------------------------------


def test_the_window_shows_no_english(
    chinese: Language, farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = every_form.show(farm, open_window(), qtbot)
    assert not (found := _english(window, farm)), "\n".join(map(str, found))


@pytest.mark.parametrize("name", FORMS)
def test_no_dialog_shows_english(
    name: str, chinese: Language, farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = every_form.show(farm, open_window(), qtbot)
    form = FORMS[name](farm, window, qtbot)
    assert not (found := _english(form, farm)), "\n".join(map(str, found))
    form.close()


def test_every_dialog_is_looked_at(farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = every_form.show(farm, open_window(), qtbot)
    seen = set()
    for opener in FORMS.values():
        form = opener(farm, window, qtbot)
        seen.add(type(form))
        form.close()
    assert every_form.dialog_classes() <= seen, "add how it is opened to tests/gui/every_form.py"


def _english(root: QWidget, farm: Farm) -> list[tuple[str, str]]:
    ids = re.compile("|".join(row.task.id for row in farm.services.queries.tasks()))
    return [
        (where, text) for where, text in _texts(root) if re.search("[A-Za-z]{2,}", ALLOWED.sub("", ids.sub("", text)))
    ]


def _texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """All that a user can come to read or hear in a window and its own parts."""
    yield "title", root.windowTitle()
    for widget in (root, *root.findChildren(QWidget)):
        where = f"{type(widget).__name__} {widget.objectName()}"
        if widget.objectName().startswith("option_") or widget.objectName() in AS_WRITTEN:
            continue
        if widget.window() is not root and not isinstance(widget, QMenu):
            continue
        yield where, widget.toolTip()
        yield where, widget.accessibleName()
        yield where, widget.accessibleDescription()
        yield from ((where, text) for text in _own(widget) if not _of_an_option(widget))
        if isinstance(widget, QAbstractItemView):
            yield from ((where, text) for text in _cells(widget))
    for action in root.findChildren(QAction):
        if not isinstance(action.parent(), QWidget) or action.parent().window() is root:
            yield f"action {action.objectName()}", f"{action.text()}\n{action.toolTip()}\n{action.iconText()}"


def _own(widget: QWidget) -> list[str]:
    match widget:
        case QMessageBox():
            return [widget.text(), widget.informativeText(), widget.detailedText()]
        case QLabel() | QAbstractButton():
            return [widget.text()]
        case QLineEdit():
            return [widget.placeholderText()]
        case QPlainTextEdit():
            return [widget.placeholderText()]
        case QComboBox():
            return [widget.itemText(place) for place in range(widget.count())]
        case QSpinBox():
            return [widget.text(), widget.specialValueText()]
        case QGroupBox() | QMenu():
            return [widget.title()]
        case QTabWidget():
            return [widget.tabText(place) for place in range(widget.count())]
    return []


def _of_an_option(widget: QWidget) -> bool:
    """The engines' options keep the names that they have in files and on the command line."""
    names = [child.objectName() for child in (widget.parentWidget() or widget).findChildren(QWidget)]
    buddy = widget.buddy() if isinstance(widget, QLabel) else None
    named = widget.objectName().startswith("option_") or any(name.startswith("option_") for name in names)
    return (buddy is not None and buddy.objectName().startswith("option_")) or named


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    if model is None:
        return
    columns = 1 if isinstance(view, QListView) else model.columnCount(QModelIndex())
    for column in range(columns):
        yield "" if isinstance(view, QListView) else str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(QModelIndex()), 20)):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
                yield str(model.index(row, column).data(role) or "")
