"""The log: tail, follow, colours, another frame in between."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.gui.background import Background
from render_manager.gui.state_style import Tone, tone
from render_manager.gui.theme import Theme
from render_manager.gui.views import log_view
from render_manager.gui.views.log_view import LogView
from tests.gui.farm import Farm


@pytest.fixture
def log(farm: Farm, background: Background, theme: Theme, qtbot: QtBot) -> Iterator[LogView]:
    view = LogView(farm.services.queries, background)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    yield view
    view.show_frame(None)


def _frame(path: Path, number: int = 1, status: FrameStatus = FrameStatus.RENDERING) -> RenderFrame:
    return RenderFrame("task", number, status, attempt=1, worker="node-01", log_path=str(path))


def _text(view: LogView) -> str:
    return view.text.toPlainText()


def test_the_tail_follows_a_growing_log(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    path.write_text("begin\r\n")
    log.show_frame(_frame(path))
    qtbot.waitUntil(lambda: _text(log) == "begin\n")
    with path.open("a") as file:
        file.writelines(f"line {number}\n" for number in range(200))
    qtbot.waitUntil(lambda: "line 199" in _text(log), timeout=3_000)
    bar = log.text.verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()
    log.follow.setChecked(False)
    bar.setValue(0)
    with path.open("a") as file:
        file.write("more\n")
    qtbot.waitUntil(lambda: _text(log).endswith("more\n"), timeout=3_000)
    assert bar.value() == 0, "who reads further up is left there"


def test_a_finished_frame_is_read_to_its_end_and_not_polled(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    path.write_text("begin\n")
    frame = _frame(path)
    log.show_frame(frame)
    qtbot.waitUntil(lambda: _text(log) == "begin\n")
    path.write_text("begin\nend\n")
    log.show_frame(replace(frame, status=FrameStatus.COMPLETED))
    qtbot.waitUntil(lambda: _text(log) == "begin\nend\n")
    assert not log._timer.isActive()


def test_another_attempt_begins_anew(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    first, second = tmp_path / "1.log", tmp_path / "2.log"
    first.write_text("first\n")
    second.write_text("second\n")
    log.show_frame(_frame(first))
    log.show_frame(replace(_frame(second), attempt=2))
    qtbot.waitUntil(lambda: _text(log) == "second\n")
    assert "attempt 2" in log.title.text()


def test_errors_and_warnings_are_coloured(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "1.log"
    path.write_text("all well\nWarning: slow\nRuntimeError: no light\n")
    log.show_frame(_frame(path, status=FrameStatus.FAILED))
    qtbot.waitUntil(lambda: "no light" in _text(log))

    def colour(line: int) -> str | None:
        formats = log.text.document().findBlockByNumber(line).layout().formats()
        return formats[0].format.foreground().color().name() if formats else None

    expected = [None, tone(Tone.WARNING, True).name(), tone(Tone.ERROR, True).name()]
    assert [colour(line) for line in range(3)] == expected


def test_a_large_log_is_read_from_its_end(
    log: LogView, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_view, "PORTION", 1_000)
    path = tmp_path / "1.log"
    path.write_text("x" * 5_000 + "\nend\n")
    log.show_frame(_frame(path, status=FrameStatus.COMPLETED))
    qtbot.waitUntil(lambda: _text(log).endswith("end\n"))
    assert _text(log).startswith("… the beginning is not shown …")
    assert len(_text(log)) < 1_100


def test_no_log_says_why(log: LogView, tmp_path: Path, qtbot: QtBot) -> None:
    log.show_frame(RenderFrame("task", 3))
    assert "has not started" in log.text.placeholderText()
    log.show_frame(_frame(tmp_path / "gone.log", status=FrameStatus.FAILED))
    qtbot.waitUntil(lambda: "node-01" in log.text.placeholderText())
