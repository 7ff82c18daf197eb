"""The log: tail, follow, find, errors, attempts, and a log of millions of lines."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.gui.dialogs.log_compare import LogCompare
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models import log_document
from render_manager.gui.state_style import Tone
from render_manager.gui.theme import Theme
from render_manager.gui.views.log_selection import Place
from render_manager.gui.views.log_view import LogView
from tests.gui.farm import WORKER, Farm


@pytest.fixture
def log(farm: Farm, background: Background, theme: Theme, qtbot: QtBot) -> Iterator[LogView]:
    view = LogView(farm.services.logs, background)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    yield view
    view.show_frame(None)


def _frame(path: Path, number: int = 1, status: FrameStatus = FrameStatus.RENDERING, attempt: int = 1) -> RenderFrame:
    return RenderFrame("task", number, status, attempt=attempt, worker="node-01", log_path=str(path))


def _lines(view: LogView) -> list[str | None]:
    return [view.text.lines.line(number) for number in range(view.text.lines.count)]


def _shown(view: LogView, path: Path, text: str | bytes, qtbot: QtBot, **more: object) -> list[str | None]:
    """A log of this text, read to its beginning."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    view.show_frame(_frame(path, **more))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: view.document is not None and view.document.whole)
    qtbot.waitUntil(lambda: None not in _lines(view))
    return _lines(view)


def _type(qtbot: QtBot, view: LogView, text: str) -> None:
    view.find_bar.field.clear()
    qtbot.keyClicks(view.find_bar.field, text)


# -- following ------------------------------------------------------------------------------------------------------


def test_the_tail_follows_a_growing_log(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    assert _shown(log, path, "begin\r\n", qtbot) == ["begin"]
    with path.open("a") as file:
        file.writelines(f"line {number}\n" for number in range(200))
        file.write("not yet fin")
    qtbot.waitUntil(lambda: log.text.lines.count == 202, timeout=3_000)
    bar = log.text.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    with path.open("a") as file:
        file.write("ished\n")
    qtbot.waitUntil(lambda: _lines(log)[-1] == "not yet finished", timeout=3_000)

    qtbot.keyClick(log.text, Qt.Key.Key_PageUp)
    assert not log.follow.isChecked(), "who scrolls up is left there"
    top = log.text.top
    with path.open("a") as file:
        file.write("more\n" * 50)
    qtbot.waitUntil(lambda: log.text.lines.count == 252, timeout=3_000)
    assert log.text.top == top
    qtbot.keyClick(log.text, Qt.Key.Key_End)
    assert log.follow.isChecked()
    log.follow.click()
    bar.setValue(0)
    bar.setValue(bar.maximum())
    assert log.follow.isChecked(), "who scrolls down to the end takes hold of it again"


def test_a_finished_frame_is_read_to_its_end_and_not_polled(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    _shown(log, path, "begin\n", qtbot)
    assert log._source.awaited
    path.write_text("begin\nend\n")
    log.show_frame(replace(_frame(path), status=FrameStatus.COMPLETED))
    qtbot.waitUntil(lambda: _lines(log) == ["begin", "end"])
    assert not log._source.awaited


def test_a_log_that_is_begun_anew_is_read_anew(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    _shown(log, path, "a long first log\n" * 20, qtbot)
    path.write_text("short\n")
    qtbot.waitUntil(lambda: _lines(log) == ["short"], timeout=3_000)


def test_another_attempt_begins_anew(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    first, second = tmp_path / "1.log", tmp_path / "2.log"
    first.write_text("first\n")
    second.write_text("second\n")
    log.show_frame(_frame(first))
    log.show_frame(replace(_frame(second), attempt=2))
    qtbot.waitUntil(lambda: _lines(log) == ["second"])
    assert "attempt 2" in log.title.whole


def test_it_is_said_where_a_log_lies_and_why_there_is_none(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    _shown(log, path, "here\n", qtbot)
    assert log.head.place.whole == str(path)
    log.show_frame(RenderFrame("task", 3))
    qtbot.waitUntil(lambda: "has not started" in log.text.hint)


def test_a_worker_is_asked_for_the_log_on_its_disk(farm: Farm, log: LogView, qtbot: QtBot) -> None:
    farm.beat()
    task = farm.submit(frames="1")
    claim = farm.claim()
    farm.lifecycle.frame_started(claim, "/disk/of/render-01/frame_0001.1.log")
    frame = farm.services.queries.frame(task.id, 1)
    log.show_frame(frame)
    qtbot.waitUntil(lambda: "Worker render-01 of host render-01 does not answer" in log.text.hint)
    farm.remote_logs.held["render-01", "frame_0001.1.log"] = b"far away\n" * 100_000
    qtbot.waitUntil(lambda: log.text.lines.count > 0, timeout=6_000)
    assert log.head.place.whole == "frame_0001.1.log on render-01"
    assert log.document
    assert not log.document.whole, "a worker is asked for no more than is looked at"
    farm.remote_logs.held["render-01", "frame_0001.1.log"] += b"and on\n"
    qtbot.waitUntil(lambda: log.text.lines.line(log.text.lines.count - 1) == "and on", timeout=3_000)
    before, reads = log.text.lines.count, len(farm.remote_logs.asked)
    log.text.scroll_to(0)
    qtbot.waitUntil(lambda: log.text.lines.count > before, timeout=6_000)
    assert log.text.top == log.text.lines.count - before, "what was in view stays there"

    def reaches_the_beginning() -> bool:
        log.text.scroll_to(0)
        return bool(log.document and log.document.whole)

    qtbot.waitUntil(reaches_the_beginning, timeout=10_000)
    assert len(farm.remote_logs.asked) - reads < 20, "nothing is fetched twice"
    assert log.text.lines.count == 100_001


# -- what is in it --------------------------------------------------------------------------------------------------


def test_lines_of_every_encoding_are_read(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    text = "渲染 utf-8\n".encode() + "贴图丢失\n".encode("gb18030") + b"\x1b[31mred\x1b[0m\ta\xff\n"
    lines = _shown(log, tmp_path / "1.log", text, qtbot)
    assert lines[:2] == ["渲染 utf-8", "贴图丢失"]
    assert str(lines[2]).startswith("red     a")


def test_errors_and_warnings_are_told_and_gone_to(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    lines = ["all well"] * 300
    lines[20], lines[100], lines[250] = "RuntimeError: no light", "Warning: slow", "Error: disk full"
    lines[30] = "Finished with 0 errors"
    _shown(log, tmp_path / "1.log", "\n".join(lines), qtbot, status=FrameStatus.FAILED)
    tones = {n: tone for n in range(300) if (tone := log.text.lines.tone(n))}
    assert tones == {20: Tone.ERROR, 100: Tone.WARNING, 250: Tone.ERROR}
    assert log.head.errors.text() == "Errors: 2"
    qtbot.waitUntil(lambda: len(log.marks.rows.get(Tone.ERROR, ())) == 2)
    assert log.follow.isChecked()
    for expected in (20, 250, 20):
        log.head.next_error.click()
        assert log.text.current == expected
        assert log.text.top <= expected < log.text.top + log.text.rows
        assert not log.follow.isChecked()
    log.head.previous_error.click()
    assert log.text.current == 250


def test_find_marks_counts_and_steps(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    lines = [f"frame {number}" + (" Needle 镜头" if number % 100 == 7 else "") for number in range(1000)]
    _shown(log, tmp_path / "1.log", "\n".join(lines), qtbot)
    qtbot.keyClick(log.text, Qt.Key.Key_Home)
    qtbot.keyClick(log.text, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert log.find_bar.isVisible()
    _type(qtbot, log, "needle")
    qtbot.waitUntil(lambda: log.find_bar.count.text() == "1 of 10")
    assert log.text.current == 7
    qtbot.keyClick(log.find_bar.field, Qt.Key.Key_Return)
    assert (log.text.current, log.find_bar.count.text()) == (107, "2 of 10")
    for expected in (7, 907):
        qtbot.keyClick(log.find_bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert log.text.current == expected
    assert [n for n in range(1000) if log.text.lines.is_hit(n)] == list(range(7, 1000, 100))
    qtbot.waitUntil(lambda: bool(log.marks.rows.get("hit")))
    log.find_bar.case.click()
    qtbot.waitUntil(lambda: log.find_bar.count.text() == "No hits")
    log.find_bar.field.setText("镜头")
    qtbot.waitUntil(lambda: log.find_bar.count.text().endswith("of 10"))
    log.find_bar.regex.click()
    _type(qtbot, log, r"^frame \d7( |$)")
    qtbot.waitUntil(lambda: log.find_bar.count.text().endswith("of 9"))
    _type(qtbot, log, "(")
    qtbot.waitUntil(lambda: "parenthes" in log.find_bar.count.text())
    assert log.find_bar.field.property("wrong")
    qtbot.keyClick(log.find_bar.field, Qt.Key.Key_Escape)
    assert not log.find_bar.isVisible()
    assert not any(log.text.lines.is_hit(n) for n in range(1000))


def test_what_is_written_while_one_searches_is_found_too(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    _shown(log, path, "needle\nhay\n", qtbot)
    log.open_find()
    _type(qtbot, log, "needle")
    qtbot.waitUntil(lambda: log.find_bar.count.text().endswith("of 1"))
    with path.open("a") as file:
        file.write("hay\nneedle\n")
    qtbot.waitUntil(lambda: log.find_bar.count.text().endswith("of 2"), timeout=3_000)


def test_text_is_selected_and_copied(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    _shown(log, tmp_path / "1.log", "first line\nsecond 镜头 line\nthird", qtbot, status=FrameStatus.FAILED)
    clipboard = QGuiApplication.clipboard()

    def copied() -> str:
        clipboard.clear()
        qtbot.keyClick(log.text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: clipboard.text() != "")
        return clipboard.text()

    log.text.select(Place(0, 6), Place(1, 9))
    assert copied() == "line\nsecond 镜头"
    qtbot.keyClick(log.text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert copied() == "first line\nsecond 镜头 line\nthird"
    log.text.select(Place(1, 0), Place(1, 0))
    for _ in range(6):
        qtbot.keyClick(log.text, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert copied() == "second"
    log.text.grab()  # lays the lines out
    viewport, step = log.text.viewport(), int(log.text._line_height)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(0, 2 + step // 2))
    qtbot.mouseMove(viewport, QPoint(490, 2 + step + step // 2))
    log.text._extend_to(QPoint(490, 2 + step + step // 2))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(490, 2 + step + step // 2))
    assert copied() == "first line\nsecond 镜头 line"
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(14, 2 + step // 2))
    assert copied() == "first"


def test_long_lines_are_wrapped_to_their_end_or_scrolled(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    _shown(log, tmp_path / "1.log", "\n".join(["word " * 100] * 40), qtbot, status=FrameStatus.COMPLETED)
    log.text.grab()
    qtbot.waitUntil(lambda: log.text.horizontalScrollBar().maximum() > 0)
    plain = log.text.verticalScrollBar().maximum()
    log.wrap.click()
    assert log.text.horizontalScrollBar().maximum() == 0
    assert log.text.verticalScrollBar().maximum() > plain, "fewer lines fit"
    log.text.grab()
    number, top, height = log.text._painted[-1]
    assert number == 39
    assert top + height <= log.text.viewport().height(), "the last line is seen whole"


# -- millions of lines ----------------------------------------------------------------------------------------------


def test_a_large_log_opens_at_its_end_and_is_whole_in_the_end(
    log: LogView, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.log"
    count = 400_000
    with path.open("w") as file:
        for number in range(count):
            file.write(f"{number:08d} {'Error: bad' if number % 100_000 == 50_000 else 'Sample of a frame'}\n")
    may_go_on, above = threading.Event(), log_document._above

    def held_up(*args: object) -> object:
        may_go_on.wait(20)
        return above(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(log_document, "_above", held_up)
    log.show_frame(_frame(path, status=FrameStatus.COMPLETED))
    qtbot.waitUntil(lambda: log.text.lines.count > 0)
    document = log.document
    assert document is not None
    assert not document.whole, "the end is there before the rest is read"
    assert document.line(document.count - 1) == f"{count - 1:08d} Sample of a frame"
    log.text.reveal(document.count - 5)
    seen, before = log.text.top, document.count
    top = document.line(seen)
    may_go_on.set()
    qtbot.waitUntil(lambda: document.whole, timeout=20_000)
    assert document.count == count
    assert log.text.top == seen + count - before, "what was looked at stays in view"
    assert document.line(log.text.top) == top
    assert document.errors == 4
    qtbot.keyClick(log.text, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: document.line(0) == "00000000 Sample of a frame")
    log.open_find()
    _type(qtbot, log, "00250000")
    qtbot.waitUntil(lambda: log.find_bar.count.text() == "1 of 1", timeout=20_000)
    assert log.text.current == 250_000
    assert len(document._pages) <= log_document.PAGES, "memory holds what is looked at"


def test_a_line_without_an_end_is_shown_in_parts(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    lines = _shown(log, tmp_path / "1.log", "x" * 1_000_000 + "\nend\n", qtbot)
    assert lines[-1] == "end"
    assert sum(len(str(line)) for line in lines[:-1]) == 1_000_000
    log.text.grab()
    log.text.scroll_to(0)
    log.text.grab()


# -- attempts -------------------------------------------------------------------------------------------------------


def _tried_twice(farm: Farm) -> RenderFrame:
    farm.beat()
    task = farm.submit(frames="1", max_attempts=2)
    for message in ("no light", "disk full"):
        farm.lifecycle.actor = f"worker {WORKER.name}"
        claim = farm.start(log=f"Blender 4.2\nTime: 00:01.{len(message)}\nError: {message}\n")
        path = farm.log_path(claim)
        path = path.rename(path.with_name(f"frame_0001.{claim.attempt}.log"))
        farm.lifecycle.frame_started(claim, str(path))
        farm.failed(claim, message)
    return farm.services.queries.frame(task.id, 1)


def test_an_earlier_attempt_is_chosen(farm: Farm, log: LogView, qtbot: QtBot) -> None:
    log.show_frame(_tried_twice(farm))
    qtbot.waitUntil(lambda: "Error: disk full" in _lines(log))
    qtbot.waitUntil(log.head.attempts.isVisible)
    qtbot.waitUntil(lambda: len(log.attempts) == 2)
    chooser = log.head.attempts
    assert [chooser.itemText(row) for row in range(2)] == ["Attempt 2", "Attempt 1"]
    assert chooser.itemData(1, Qt.ItemDataRole.ToolTipRole) == "Attempt 1 failed · render-01: no light"
    chooser.setCurrentIndex(1)
    chooser.activated.emit(1)
    qtbot.waitUntil(lambda: "Error: no light" in _lines(log))
    assert log.head.place.whole.endswith("frame_0001.1.log")
    assert "attempt 1" in log.title.whole


def test_attempts_are_compared_side_by_side(farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    frame = _tried_twice(farm)
    window = open_window(frame.task_id)
    qtbot.waitUntil(lambda: window.frames.task_id == frame.task_id)
    window.grid.go_to(0)
    qtbot.waitUntil(lambda: window.log.document is not None)
    window.actions_["log.compare"].trigger()
    dialog = window.findChild(LogCompare)
    assert dialog is not None
    left, right = dialog.sides
    qtbot.waitUntil(lambda: left.lines.count == 3)
    assert [left.lines.line(2), right.lines.line(2)] == ["Error: no light", "Error: disk full"]
    assert [left.lines.ground(row) for row in range(3)] == [None, None, "changed"], "times are not compared"
    assert dialog.summary.text().startswith("Lines that differ: 1;")
    qtbot.waitUntil(lambda: "failed · render-01: no light" in dialog.choices[0].currentText())
    dialog.close()


# -- in the window --------------------------------------------------------------------------------------------------


def test_the_window_s_commands_copy_save_and_find(
    farm: Farm, open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    frame = _tried_twice(farm)
    window = open_window(frame.task_id)
    qtbot.waitUntil(lambda: window.frames.task_id == frame.task_id)
    window.grid.go_to(0)
    qtbot.waitUntil(lambda: window.log.text.lines.count == 3)
    window.actions_["log.next_error"].trigger()
    assert window.log.text.current == 2
    QGuiApplication.clipboard().clear()
    window.actions_["log.copy_all"].trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().endswith("Error: disk full"))
    window.actions_["log.save"].trigger()
    qtbot.waitUntil(lambda: window.findChild(object, "log_save") is not None)
    dialog = window.findChild(object, "log_save")
    target = tmp_path / "kept.log"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    qtbot.waitUntil(target.is_file)
    assert target.read_bytes() == Path(frame.log_path or "").read_bytes()
    window.actions_["log.find"].trigger()
    assert window.log.find_bar.isVisible()
