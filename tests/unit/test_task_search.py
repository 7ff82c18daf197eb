"""What a line of text looks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.states import TaskStatus
from render_manager.domain.task_search import TaskGroup, TaskSearch


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", TaskSearch()),
        ("  kitchen  MEI ", TaskSearch(words=("kitchen", "MEI"))),
        ("user:li user:mei", TaskSearch(users=("li", "mei"))),
        ("engine:maya shot", TaskSearch(words=("shot",), engines=("maya",))),
        ("status:failed", TaskSearch(statuses=(TaskStatus.FAILED,))),
        ("STATUS:p", TaskSearch(statuses=(TaskStatus.PENDING, TaskStatus.PREPARING, TaskStatus.PAUSED))),
        ('"two words" user:"li na"', TaskSearch(words=("two words",), users=("li na",))),
        ('"still typing', TaskSearch(words=("still", "typing"))),
        ("user:", TaskSearch()),
        ("12:30 c:\\shots", TaskSearch(words=("12:30", "c:shots"))),
        ("镜头 user:李", TaskSearch(words=("镜头",), users=("李",))),
    ],
)
def test_words_and_fields(text: str, found: TaskSearch) -> None:
    assert TaskSearch.parse(text) == found


def test_the_group_is_kept() -> None:
    assert TaskSearch.parse("a", TaskGroup.FAILED) == TaskSearch(words=("a",), group=TaskGroup.FAILED)


def test_a_status_that_is_none_is_said() -> None:
    search = TaskSearch.parse("status:broken")
    assert search.problem is not None
    assert search.problem.startswith("'broken' is no status; there are: pending, preparing")


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    TaskSearch.parse(text)
