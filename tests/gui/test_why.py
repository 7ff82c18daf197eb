"""Why it is not rendering, as the window shows it: in the list, the details and a frame's card; in Chinese, too."""

import re
import threading
from dataclasses import replace
from itertools import combinations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from render_manager.domain.entities import AvoidedHost, RenderFrame, RenderTask, WorkerStatus
from render_manager.domain.priority import Band
from render_manager.domain.states import FrameCounts, FrameStatus, TaskStatus
from render_manager.gui.language import Language
from render_manager.gui.main_window import MainWindow
from render_manager.gui.models.task_table import Column
from render_manager.gui.sentences import say
from render_manager.services.waiting.frames import held, waiting
from render_manager.services.waiting.standing import Ahead, Bar, Standing
from render_manager.services.waiting.tasks import Outlook, Wording, without_workers
from tests.gui.farm import WORKER, Farm
from tests.store.samples import make_task

FREE = f"It is next in default; worker {WORKER.name} is free and takes it."
OTHER = replace(WORKER, name="render-02", host="render-02")


def _show(window: MainWindow, qtbot: QtBot, task: RenderTask) -> None:
    qtbot.waitUntil(lambda: window.tasks.row(task.id) is not None)
    window.table.select([task.id])
    qtbot.waitUntil(lambda: window.frames.task_id == task.id)


def _said(part: object) -> set[str]:
    return {label.text() for label in part.findChildren(QLabel) if not label.isHidden()}  # type: ignore[attr-defined]


def _card(window: MainWindow) -> str:
    label = window.frames_pane.card.findChild(QLabel, "frame_card_why")
    assert label is not None
    return label.text() if not label.isHidden() else ""


def test_the_list_follows_what_other_tasks_do(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.beat()
    first, task = farm.submit("first", "1"), farm.submit("second", "1-3")
    one_ahead = f"1 task is ahead in default; the only worker that could take it, {WORKER.name}, is busy."
    claim = farm.claim(replace(WORKER, bands=(Band.DEFAULT,)))
    assert claim.task.id == first.id
    farm.submit("third", "1", priority=6)
    qtbot.waitUntil(lambda: window.tasks.row(task.id) is not None and window.tasks.row(task.id).note == one_ahead)
    index = window.tasks.index(window.tasks.position(task.id) or 0, Column.NOTE)
    assert index.data() == one_ahead
    farm.complete(claim)
    farm.render(1)
    qtbot.waitUntil(lambda: window.tasks.row(task.id).note == FREE)


def test_the_details_say_it_of_a_task_that_renders_and_of_a_frame(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.beat()
    task = farm.submit("shot", "1-4")
    farm.start()
    _show(window, qtbot, task)
    waits = f"It is next in default; the only worker that could take it, {WORKER.name}, is busy."
    qtbot.waitUntil(lambda: waits in _said(window.details))
    window.frames_pane.go_to(3)
    frame_waits = f"{waits} 2 frames of its task come before it."
    qtbot.waitUntil(lambda: frame_waits in _said(window.details))
    farm.services.control.pause(task.id)
    qtbot.waitUntil(lambda: "Paused: resume it. 2 frames of its task come before it." in _said(window.details))
    window.frames_pane.go_to(0)
    qtbot.waitUntil(lambda: not any("come before" in text for text in _said(window.details)))


def test_the_card_says_why_its_frame_waits(farm: Farm, window: MainWindow, qtbot: QtBot) -> None:
    farm.beat()
    task = farm.submit("shot", "1-4")
    _show(window, qtbot, task)
    farm.store.barred, farm.store.calls_on_barred = threading.current_thread(), []
    window.frames_pane.go_to(1)
    window.frames_pane.show_card()
    qtbot.waitUntil(lambda: _card(window) == f"{FREE} 1 frame of its task comes before it.")
    height = window.frames_pane.card.height()
    window.frames_pane.go_to(2)
    qtbot.waitUntil(lambda: _card(window) == f"{FREE} 2 frames of its task come before it.")
    assert farm.store.calls_on_barred == []
    farm.store.barred = None
    farm.services.workers.disable(WORKER.name)
    disabled = "Every online worker is disabled: enable one. 2 frames of its task come before it."
    qtbot.waitUntil(lambda: _card(window) == disabled)
    claim = farm.claim(OTHER)
    window.frames_pane.go_to(claim.frame_number - 1)
    qtbot.waitUntil(lambda: _card(window).startswith(f"Its worker {OTHER.name} is gone; the frame fails in "))
    farm.beat(OTHER)
    farm.start(OTHER)
    window.frames_pane.go_to(1)
    qtbot.waitUntil(lambda: _card(window) == "", timeout=5000)
    assert window.frames_pane.card.height() < height


# -- Chinese -------------------------------------------------------------------------------------------------------

#: Names, and words that a Chinese studio uses as they are.
KNOWN = re.compile(r"gpu\d+|Blender|Maya|default|high_priority|shot [AB]|12ab|GB|MIN_FREE_DISK_GB|gpu\b|\bs\b|MB/s|low")
TASK = make_task("1-9", max_workers=2, task_info={"requires": {"version": "4.2"}})


def _workers(count: int, first: int) -> list[WorkerStatus]:
    profiles = [replace(WORKER, name=f"gpu{first + n}", host=f"gpu{first + n}") for n in range(count)]
    return [WorkerStatus(profile, 0.0, 980.0, alive=True) for profile in profiles]


def _sentences() -> list[str]:
    """Every sentence that there is, and those composed in every way that is possible."""
    reasons = {"Downloading 34 % of 2.1 GB": None, "No licence was free for the renderer": 1030.0}
    found: set[str] = set()
    told: list[Outlook | None] = []
    for count in (1, 2, 5):
        workers = {bar: _workers(count, 10 * bar) for bar in Bar}
        for reason, until in reasons.items():
            hosts = {f"gpu{40 + n}": AvoidedHost(reason, until) for n in range(5)}
            for size in range(4):
                for bars in combinations(Bar, size):
                    standing = Standing({bar: workers[bar] for bar in bars}, at_it=2)
                    for ahead in (
                        None,
                        Ahead(),
                        Ahead(taker="gpu80"),
                        Ahead([Band.HIGH]),
                        Ahead([Band.DEFAULT] * 3),
                        Ahead([Band.HIGH, Band.DEFAULT]),
                        Ahead(more=True),
                    ):
                        for task in (TASK, replace(TASK, max_workers=1)):
                            known = {"label": "Blender", "avoided": hosts, "limit": 1000, "now": 990.0}
                            told.append(Wording(task, standing, ahead, **known).outlook())
    a, b = (replace(TASK, id="12ab", name=f"shot {name}", counts=FrameCounts(pending=1)) for name in "AB")
    told += [
        without_workers(replace(TASK, status=TaskStatus.PAUSED), ()),
        without_workers(TASK, (a,)),
        without_workers(TASK, (a, b)),
        without_workers(TASK, (replace(a, status=TaskStatus.FAILED),)),
    ]
    found |= {outlook.sentence for outlook in told if outlook}
    for sentence in sorted(found)[::40]:
        found |= {waiting(sentence, before, tried=tried) for before in (0, 1, 7) for tried in (False, True)}
    frame = RenderFrame("12ab", 1, FrameStatus.RENDERING, 1, 1, "gpu7", lease_until=1030.0)
    worker = _workers(1, 7)[0]
    for task in (replace(TASK, max_attempts=1), replace(TASK, max_attempts=3, activity="Downloading 34 % of 2.1 GB")):
        for of in (None, worker, replace(worker, alive=False)):
            found |= {held(frame, task, of, now) for now in (990.0, 1100.0)}
    return sorted(found)


def test_every_sentence_that_can_be_composed_is_said_in_chinese(chinese: Language) -> None:
    sentences = _sentences()
    assert len(sentences) > 500
    said = {sentence: say(sentence) for sentence in sentences}
    english = {sentence: words for sentence, words in said.items() if re.search("[A-Za-z]{2,}", KNOWN.sub("", words))}
    assert english == {}


@pytest.mark.parametrize(
    ("english", "chinese_"),
    [
        (
            "3 tasks are ahead in default; 4 of 6 workers that could take it are busy; host gpu07 is low on disk.",
            "队列 default 中前面有 3 个任务；可领取它的 6 个渲染节点中有 4 个在忙；主机 gpu07 磁盘空间不足。",
        ),
        (
            "Its worker gpu07 was last heard of 20 s ago; the frame goes to another one in 40 s.",
            "它的渲染节点 gpu07 已有 20 秒没有消息；该帧将在 40 秒后交给其他渲染节点。",
        ),
    ],
)
def test_sentences_in_chinese(chinese: Language, english: str, chinese_: str) -> None:
    assert say(english) == chinese_
