"""The check-up of the window: real Redis, real Blender, the doctor itself; and the window that can't open."""

import json
import re
import threading
import time
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from render_manager.doctor.examination import Examiner
from render_manager.domain.checkup import Checkup, Finding, FindingState, Group
from render_manager.domain.errors import CheckupStopped, RenderManagerError, StoreUnavailable
from render_manager.gui import check_up_words
from render_manager.gui.background import Background
from render_manager.gui.dialogs.check_up import CheckUpDialog
from render_manager.gui.dialogs.start_failure import StartFailureDialog
from render_manager.gui.language import Language, LanguageChoice
from render_manager.gui.main_window import MainWindow
from render_manager.gui.theme import Theme, ThemeChoice
from render_manager.gui.views.check_up_page import CheckUpPage
from render_manager.gui.views.finding_row import FindingRow
from tests.gui.farm import Farm
from tests.support.processes import command_line
from tests.support.servers import RedisServer
from tests.support.standins.unreal_project import make_installation

Open = Callable[..., MainWindow]
EXAMINED = 90_000  # ms: as long as the doctor's own limit, and a little
#: Seconds until what is stopped has ended, on a machine that is busy with other tests, too.
SOON = 8.0
STANDIN = Path(__file__).parents[1] / "support" / "standins" / "blender.py"


class Held(Examiner):
    """The doctor, who waits before he tells of a group until he is let."""

    def __init__(self, before: Group) -> None:
        super().__init__()
        self.before = before
        self.go_on = threading.Event()
        self.ended_by: list[BaseException] = []

    def examine(
        self,
        on_finding: Callable[[Finding], None] = lambda finding: None,
        groups: Collection[Group] = (),
        stopped: threading.Event | None = None,
    ) -> Checkup:
        def tell(finding: Finding) -> None:
            if finding.group is self.before:
                assert self.go_on.wait(30)
            on_finding(finding)

        try:
            return super().examine(tell, groups, stopped)
        except RenderManagerError as error:
            self.ended_by.append(error)
            raise


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


def opened(window: MainWindow) -> CheckUpDialog:
    window.actions_["help.check_up"].trigger()
    dialog = window.check_up_commands.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def examined(window: MainWindow, qtbot: QtBot) -> CheckUpDialog:
    dialog = opened(window)
    wait(dialog.page, qtbot)
    return dialog


def wait(page: CheckUpPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.examination.running, timeout=EXAMINED)


def button(root: CheckUpDialog | StartFailureDialog, name: str) -> QAbstractButton:
    found = root.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def row(page: CheckUpPage, id: str) -> FindingRow:
    return next(row for group in page.groups for row in group.rows if row.finding.id == id)


def words(widget: FindingRow) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def held(window: MainWindow, before: Group) -> Held:
    doctor = Held(before)
    window.services = replace(window.services, doctor=doctor)
    return doctor


def has_threads(name: str) -> bool:
    return any(thread.name.startswith(name) for thread in threading.enumerate())


# -- what is found -------------------------------------------------------------------------------------------------


def test_a_redis_that_is_away_is_said_with_what_to_do_until_it_is_back(
    redis: RedisServer, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    redis.kill()
    page = examined(open_window(), qtbot).page
    assert page.groups[0].group is Group.REDIS  # problems first, and open
    away = page.groups[0].rows[0]
    assert away.finding.state is FindingState.FAILED
    assert "No Redis can be reached" in words(away)
    assert "REDIS_URL" in away.findChild(QLabel, "advice").text()
    assert "1 failed" in page.summary.text()
    assert redis.password not in words(away)

    redis.start()
    page.again.click()
    assert page.examination.running
    wait(page, qtbot)
    assert "failed" not in page.summary.text()
    group = next(group for group in page.groups if group.group is Group.REDIS)
    assert group.rows == []  # folded
    group.head.click()
    assert row(page, "redis.reachable").finding.state is FindingState.OK
    assert "ms" in words(row(page, "redis.latency"))


def test_findings_come_one_by_one(window: MainWindow, qtbot: QtBot) -> None:
    doctor = held(window, Group.DATABASE)
    page = opened(window).page
    qtbot.waitUntil(lambda: Group.REDIS in {group.group for group in page.groups})
    assert Group.DATABASE not in {group.group for group in page.groups}
    assert page.examination.running
    assert page.summary.text() == "Examining…"
    assert not button(window.check_up_commands.dialog, "copy_report").isEnabled()
    doctor.go_on.set()
    wait(page, qtbot)
    assert {group.group for group in page.groups} == set(Group)
    assert re.search(r"\d+ OK, just now|\d+ OK, \d+ s ago", page.when.text())


def test_problems_only(redis: RedisServer, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    redis.kill()
    page = examined(open_window(), qtbot).page
    every = sum(not group.isHidden() for group in page.groups)
    assert every == len(Group)
    page.problems_only.click()
    shown = [group for group in page.groups if not group.isHidden()]
    assert Group.REDIS in {group.group for group in shown}
    assert all(row.finding.state.is_problem for group in shown for row in group.rows)
    redis.start()
    page.again.click()
    wait(page, qtbot)
    assert not any(group.group is Group.REDIS and not group.isHidden() for group in page.groups)


# -- ending it -----------------------------------------------------------------------------------------------------


def test_stop_ends_the_examination(window: MainWindow, qtbot: QtBot) -> None:
    doctor = held(window, Group.DATABASE)
    page = opened(window).page
    qtbot.waitUntil(lambda: bool(page.examination.checkup.findings))
    page.again.click()
    assert page.summary.text() == "Stopping…"
    found = len(page.examination.checkup.findings)
    doctor.go_on.set()
    wait(page, qtbot)
    assert [type(error) for error in doctor.ended_by] == [CheckupStopped]
    assert len(page.examination.checkup.findings) == found
    assert page.summary.text() == "Stopped before its end"
    page.again.click()
    wait(page, qtbot)
    assert {group.group for group in page.groups} == set(Group)


def test_closed_and_opened_again_it_begins_anew(window: MainWindow, qtbot: QtBot) -> None:
    doctor = held(window, Group.DATABASE)
    dialog = opened(window)
    qtbot.waitUntil(lambda: bool(dialog.page.examination.checkup.findings))
    dialog.close()
    assert dialog.page.examination.stopping
    opened(window)  # the one before has not ended yet
    doctor.go_on.set()
    qtbot.waitUntil(lambda: len(doctor.ended_by) == 1)
    qtbot.waitUntil(lambda: dialog.page.examination.running and not dialog.page.examination.stopping)
    wait(dialog.page, qtbot)
    assert {group.group for group in dialog.page.groups} == set(Group)


def test_the_window_closes_in_the_midst_of_it(window: MainWindow, qtbot: QtBot) -> None:
    doctor = held(window, Group.DATABASE)
    page = opened(window).page
    qtbot.waitUntil(lambda: bool(page.examination.checkup.findings))
    with qtbot.waitSignal(window.closed):
        window.close()
    doctor.go_on.set()
    qtbot.waitUntil(lambda: not has_threads("doctor") and len(doctor.ended_by) == 1, timeout=EXAMINED)


# -- what can be done with it --------------------------------------------------------------------------------------


def test_the_report_and_the_advice_are_copied(
    redis: RedisServer, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{(tmp_path / 'none.db').as_posix()}")
    redis.kill()
    dialog = examined(open_window(), qtbot)
    button(dialog, "copy_report").click()
    report = QGuiApplication.clipboard().text()
    assert report.startswith("Check-up of Render Manager, 2")
    assert dialog.page.summary.text() in report
    for finding in dialog.page.examination.checkup.findings:
        assert check_up_words.plain(finding.found) in report
        assert check_up_words.plain(finding.advice) in report
    assert redis.password not in report

    missing = row(dialog.page, "database.reachable")
    assert "<span" in missing.findChild(QLabel, "advice").text()
    missing.copy_button.click()
    assert QGuiApplication.clipboard().text() == "render-manager db upgrade"
    row(dialog.page, "redis.reachable").copy_button.click()
    assert "systemctl start redis-server" in QGuiApplication.clipboard().text()


def test_a_bundle_is_saved_after_it_was_said_what_is_in_it(
    redis: RedisServer, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    dialog = examined(open_window(), qtbot)
    button(dialog, "save_bundle").click()
    question = dialog.findChild(QLabel, "qt_msgbox_informativelabel")
    assert "Passwords and keys are left out" in question.text()
    button(dialog, "yes").click()
    files = dialog.findChild(QFileDialog, "bundle_file")
    path = tmp_path / "for support.zip"
    files.fileSelected.emit(str(path))
    says = dialog.findChild(QLabel, "check_up_says")
    qtbot.waitUntil(lambda: says.text() == f"Saved: {path}", timeout=30_000)
    with zipfile.ZipFile(path) as bundle:
        report = json.loads(bundle.read("report.json"))
        assert len(report["findings"]) == len(dialog.page.examination.checkup.findings)
        assert not any(redis.password in bundle.read(name).decode() for name in bundle.namelist())
    files.close()

    nowhere = tmp_path / "no folder" / "for support.zip"
    dialog.page.bar.save(nowhere)
    qtbot.waitUntil(lambda: "can't be written" in says.text(), timeout=30_000)
    assert button(dialog, "save_bundle").isEnabled()


def test_a_test_frame_by_blender(blender: Path, window: MainWindow, qtbot: QtBot) -> None:
    dialog = examined(window, qtbot)
    menu = button(dialog, "render_trial_frame").menu()
    action = next(action for action in menu.actions() if action.objectName() == "trial_frame.blender")
    action.trigger()
    assert not button(dialog, "render_trial_frame").isVisible()
    assert button(dialog, "stop_trial_frame").isVisible()
    qtbot.waitUntil(lambda: dialog.page.examination.rendering is None, timeout=150_000)
    rendered = row(dialog.page, "renderers.blender.test-frame")
    assert rendered.finding.state is FindingState.OK
    assert "rendered a frame" in words(rendered)
    assert dialog.findChild(QLabel, "check_up_says").text() == "Test frame of Blender: OK"
    assert button(dialog, "render_trial_frame").isVisible()
    assert not button(dialog, "stop_trial_frame").isVisible()


def busy(window: MainWindow, qtbot: QtBot) -> tuple[CheckUpDialog, psutil.Process]:
    """A test frame by a renderer that does not come to its end; the renderer, or who guards it."""
    dialog = examined(window, qtbot)
    opener = button(dialog, "render_trial_frame")
    opener.setFocus()
    next(action for action in opener.menu().actions() if action.objectName() == "trial_frame.blender").trigger()
    ours = psutil.Process()

    def started() -> list[psutil.Process]:
        return [one for one in ours.children() if "blender_driver.py" in command_line(one)]

    qtbot.waitUntil(lambda: bool(started()), timeout=30_000)
    qtbot.wait(500)  # it is at the frame by now
    return dialog, started()[0]


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLENDER_EXECUTABLE", str(STANDIN))
    monkeypatch.setenv("BLENDER_STANDIN_SECONDS", "600")


@pytest.mark.usefixtures("endless")
def test_a_test_frame_is_stopped(window: MainWindow, qtbot: QtBot) -> None:
    dialog, renderer = busy(window, qtbot)
    stop = button(dialog, "stop_trial_frame")
    assert stop.hasFocus()
    began = time.monotonic()
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.page.examination.rendering is None, timeout=15_000)
    assert time.monotonic() - began < SOON
    assert not renderer.is_running()
    assert dialog.findChild(QLabel, "check_up_says").text() == "The test frame was stopped."
    assert button(dialog, "render_trial_frame").hasFocus()
    assert "renderers.blender.test-frame" not in {one.id for one in dialog.page.examination.checkup.findings}
    assert dialog.page.examination.problem is None


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize("way", ["the check-up", "the program"])
def test_closing_ends_a_test_frame(way: str, window: MainWindow, qtbot: QtBot) -> None:
    dialog, renderer = busy(window, qtbot)
    began = time.monotonic()
    if way == "the check-up":
        dialog.close()
    else:
        with qtbot.waitSignal(window.closed):
            window.close()
    qtbot.waitUntil(lambda: not renderer.is_running() and not has_threads("claim watch"), timeout=15_000)
    assert time.monotonic() - began < SOON


def test_unreal_asks_for_a_project(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UE_EXECUTABLE", str(make_installation(tmp_path / "UE")))
    dialog = examined(window, qtbot)
    menu = button(dialog, "render_trial_frame").menu()
    action = next(action for action in menu.actions() if action.objectName() == "trial_frame.unreal")
    assert action.text().endswith("…")
    action.trigger()
    files = dialog.findChild(QFileDialog, "trial_frame_project")
    assert files.isVisible()
    project = tmp_path / "none.uproject"
    files.fileSelected.emit(str(project))
    files.close()
    qtbot.waitUntil(lambda: dialog.page.examination.rendering is None, timeout=150_000)
    refused = row(dialog.page, "renderers.unreal.test-frame")
    assert refused.finding.state is FindingState.FAILED
    assert "none.uproject" in words(refused)


# -- hands and eyes ------------------------------------------------------------------------------------------------


def test_without_a_mouse(redis: RedisServer, open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    redis.kill()
    window = open_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = window.check_up_commands.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    wait(dialog.page, qtbot)
    first, second = dialog.page.groups[:2]

    def tab_to(name: str) -> None:
        for _ in range(40):
            if dialog.focusWidget().objectName() == name:
                return
            qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        raise AssertionError(f"{name} can't be reached")

    tab_to("head_redis")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Left)
    assert first.rows == [] or not first.rows[0].isVisible()
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Right)
    assert first.rows[0].isVisible()
    tab_to("advice")
    tab_to("copy_advice")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    assert "systemctl start redis-server" in QGuiApplication.clipboard().text()
    first.head.setFocus()
    qtbot.keyClick(first.head, Qt.Key.Key_Down)
    assert dialog.focusWidget() is second.head
    qtbot.keyClick(second.head, Qt.Key.Key_Up)
    assert dialog.focusWidget() is first.head
    redis.start()
    qtbot.keyClick(dialog, Qt.Key.Key_F5)
    assert dialog.page.examination.running
    wait(dialog.page, qtbot)
    assert "failed" not in dialog.page.summary.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_banner_of_a_lost_redis_opens_it(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.bus.take_away()
    qtbot.waitUntil(window.parts.broker_banner.isVisible)
    window.parts.broker_banner.check_up.click()
    dialog = window.check_up_commands.dialog
    assert dialog is not None
    assert dialog.isVisible()
    wait(dialog.page, qtbot)


def test_marks_follow_the_theme(window: MainWindow, theme: Theme, qtbot: QtBot) -> None:
    page = examined(window, qtbot).page
    page.groups[0].head.setChecked(True)
    shown = page.groups[0].rows[0]
    mark = shown.findChildren(QLabel)[0]
    theme.choose(ThemeChoice.DARK)
    dark = mark.pixmap().toImage()
    theme.choose(ThemeChoice.LIGHT)
    assert mark.pixmap().toImage() != dark


@pytest.mark.parametrize("ill", [False, True], ids=["well", "ill"])
def test_all_that_is_found_is_said_in_chinese(
    ill: bool, qapp: QApplication, redis: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    if ill:
        redis.kill()
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{(tmp_path / 'none.db').as_posix()}")
        monkeypatch.setenv("MAYA_EXECUTABLE", str(tmp_path / "Render"))
        monkeypatch.setenv("HEARTBEAT_SECONDS", "often")
    language = Language(qapp, LanguageChoice.CHINESE)
    findings = Examiner().examine().findings
    english = [
        (finding.id, text)
        for finding in findings
        for text in (check_up_words.title(finding), check_up_words.plain(finding.found))
        if re.search("[A-Za-z]", text) and not re.search("[\u4e00-\u9fff]", text) and not _is_a_name(finding, text)
    ]
    advice = [check_up_words.plain(finding.advice) for finding in findings if finding.advice]
    language.choose(LanguageChoice.ENGLISH)
    assert not english
    assert all(re.search("[\u4e00-\u9fff]", text) for text in advice), advice


def _is_a_name(finding: Finding, text: str) -> bool:
    """A setting, a product with its version, a path."""
    return bool(re.fullmatch(r"[A-Z_]+|(Redis|Blender|Maya|Unreal Engine|Python|SQLite)( [\d.]+.*)?|/\S+", text)) or (
        finding.id.startswith("settings.value") and text == finding.found
    )


# -- the window can't open -----------------------------------------------------------------------------------------


def test_why_it_can_not_start_and_what_is_wrong(
    redis: RedisServer, background: Background, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    redis.kill()
    dialog = StartFailureDialog(
        StoreUnavailable("No tables yet: run `render-manager db upgrade`."), Examiner(), background
    )
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.page.examine()
    wait(dialog.page, qtbot)
    why = dialog.findChild(QLabel, "start_failure_why")
    assert "No tables yet" in why.text()
    assert "monospace" in why.text().lower() or "Mono" in why.text()
    assert dialog.page.groups[0].group is Group.REDIS
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    dialog.show()
    with qtbot.waitSignal(dialog.rejected):
        button(dialog, "quit").click()
    wait(dialog.page, qtbot)
