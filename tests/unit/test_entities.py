"""Names that become folders, task ids, notices, and what a worker is about."""

import ntpath
import os
import posixpath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from render_manager.domain.entities import (
    TASK_ID_LENGTH,
    FrameRef,
    HostLoad,
    WorkerProfile,
    WorkerState,
    WorkerStatus,
    check_unionid,
    new_task_id,
)
from render_manager.domain.errors import InvalidTask
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.priority import Band

RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}


@pytest.mark.parametrize(
    "unionid", ["li", "王小明", "li.wei", "a b", "li@studio.cn", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "-a"]
)
def test_names_that_can_be_folders(unionid: str) -> None:
    assert check_unionid(unionid) == unionid


@pytest.mark.parametrize(
    "unionid",
    [
        *["", " ", ".", "..", "../x", "a/b", "a\\b", "/etc", "C:", "C:\\x", "a:b", "a*", "a\n", "a\0b", "\u202e"],
        *["CON", "con", "Nul.txt", "COM1", "lpt9.log", "COM¹", "con .txt", "aux."],
        *[" a", "a ", ".a", "a.", "x" * 129, "明" * 86, "\ud800"],
    ],
)
def test_names_that_cannot_be_folders(unionid: str) -> None:
    with pytest.raises(InvalidTask, match="becomes a folder name"):
        check_unionid(unionid)


@given(st.text(max_size=140) | st.text("./\\: abcCON1~", max_size=12))
@example("NUL")
@example("a..b")
def test_an_accepted_name_is_one_part_of_a_path_on_every_system(unionid: str) -> None:
    try:
        check_unionid(unionid)
    except InvalidTask:
        return
    for rules in (posixpath, ntpath):
        path = rules.normpath(rules.join("root", unionid, "task"))
        assert path.split(rules.sep) == ["root", unionid, "task"]
    assert len(os.fsencode(unionid)) <= 255
    assert not set(unionid) & set('<>:"/\\|?*')
    assert unionid == unionid.strip(" .")
    assert unionid.partition(".")[0].rstrip().lower() not in RESERVED


def test_task_ids_are_short_and_never_the_same() -> None:
    ids = {new_task_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {TASK_ID_LENGTH}
    assert not set("ilou") & set("".join(ids))


@given(
    st.builds(
        Notice,
        st.sampled_from(Topic),
        st.none() | st.text(max_size=10),
        st.none() | st.lists(st.integers(-(2**31), 2**31), max_size=5).map(tuple),
    )
)
def test_a_notice_survives_its_journey(notice: Notice) -> None:
    assert Notice.from_json(notice.to_json()) == notice
    assert Notice.from_json(notice.to_json().encode()) == notice


@pytest.mark.parametrize(
    "text",
    [
        *["", "nonsense", "[]", "null", "7", '"task"', "{}", '{"topic": "weather"}'],
        *['{"topic": "frames", "frames": 7}', '{"topic": "frames", "frames": ["x"]}', b"\xff\xfe", '{"topic": []}'],
    ],
)
def test_what_is_no_notice_is_none(text: str | bytes) -> None:
    assert Notice.from_json(text) is None


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (WorkerState.IDLE, {}),
        (WorkerState.RENDERING, {"rendering": (FrameRef("task", 1),)}),
        (WorkerState.RENDERING, {"rendering": (FrameRef("task", 1),), "load": HostLoad(disk_low=True)}),
        (WorkerState.LOW_DISK, {"load": HostLoad(disk_low=True)}),
        (WorkerState.FINISHING, {"rendering": (FrameRef("task", 1),), "enabled": False}),
        (WorkerState.DISABLED, {"enabled": False}),
        (WorkerState.DRAINING, {"enabled": False, "draining": True}),
        (WorkerState.OFFLINE, {"alive": False, "draining": True}),
        (WorkerState.OFFLINE_DISABLED, {"alive": False, "enabled": False}),
    ],
)
def test_what_a_worker_is_about(state: WorkerState, how: dict[str, Any]) -> None:
    profile = WorkerProfile("w", "host", (Band.DEFAULT,), {})
    assert WorkerStatus(profile, started_at=0.0, last_seen_at=0.0, **{"alive": True, **how}).state is state
