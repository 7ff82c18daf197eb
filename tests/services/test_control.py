"""A person's commands: what each does, and when it is refused."""

import pytest

from render_manager.domain.errors import FrameNotFound, FrameRangeError, IllegalMove, InvalidTask
from render_manager.domain.notices import Notice, Topic
from render_manager.domain.states import TaskStatus
from tests.services.conftest import House
from tests.store.samples import worker


def test_cancelling_stops_everything_and_takes_the_ticket_back(any_house: House) -> None:
    house = any_house
    task = house.submit("1-4")
    house.render(task, "cf")
    claim = house.claim()
    house.notices()
    house.lifecycle.ring_for_more(task.id)
    assert house.control.cancel(task.id).status is TaskStatus.CANCELLED
    assert house.states(task) == "cfxx"
    assert len(house.tickets(task)) == 1, "the first ticket, long taken; the last one was revoked"
    assert house.store.lost([claim])
    assert not house.completed(claim, "/3.png")
    assert house.task(task).finished_at
    assert Notice(Topic.FRAMES, task.id, None) in house.notices()
    assert house.lifecycle.claim_next(worker()) is None


def test_cancelling_without_anybody_at_work(house: House) -> None:
    task = house.submit("1-2")
    assert house.control.cancel(task.id).celery_task_id == task.celery_task_id
    assert house.tickets(task) == []


@pytest.mark.parametrize("end", ["c", "f"])
def test_a_settled_task_cannot_be_cancelled_paused_or_resumed(house: House, end: str) -> None:
    task = house.submit("1")
    status = house.render(task, end).status
    for ask in (house.control.cancel, house.control.pause, house.control.resume):
        with pytest.raises(IllegalMove, match=f"Task {task.id} is {status}"):
            ask(task.id)
    assert house.task(task).status is status


def test_a_cancelled_task_cannot_be_cancelled_again(house: House) -> None:
    task = house.submit("1")
    house.control.cancel(task.id)
    with pytest.raises(IllegalMove, match="cancelled already"):
        house.control.cancel(task.id)


def test_a_paused_task_finishes_its_running_frame_and_hands_out_none(house: House) -> None:
    task = house.submit("1-3")
    claim = house.claim()
    assert house.control.pause(task.id).status is TaskStatus.PAUSED
    assert house.lifecycle.claim_next(worker()) is None
    assert house.lifecycle.frame_started(claim, "/log")
    assert house.completed(claim, "/1.png")
    assert (house.task(task).status, house.states(task)) == (TaskStatus.PAUSED, "cpp")
    with pytest.raises(IllegalMove, match="is paused already"):
        house.control.pause(task.id)
    house.empty_queues()
    assert house.control.resume(task.id).status is TaskStatus.RUNNING
    assert house.tickets(task) == ["default"]
    assert house.claim().frame_number == 2
    with pytest.raises(IllegalMove, match="not paused"):
        house.control.resume(task.id)


def test_a_paused_task_whose_last_frame_ends_is_settled(house: House) -> None:
    task = house.submit("1")
    claim = house.claim()
    house.control.pause(task.id)
    house.completed(claim, "/1.png")
    assert house.task(task).status is TaskStatus.COMPLETED


def test_a_paused_task_can_be_cancelled(house: House) -> None:
    task = house.submit("1-2")
    house.control.pause(task.id)
    assert house.control.cancel(task.id).status is TaskStatus.CANCELLED
    assert house.states(task) == "xx"


def test_a_running_task_stays_running_when_a_frame_of_it_is_retried_or_it_is_resumed(house: House) -> None:
    task = house.submit("1-3")
    house.render(task, "f")
    house.lifecycle.frame_started(house.claim(), "/log")
    assert house.control.retry(task.id).status is TaskStatus.RUNNING
    house.control.pause(task.id)
    assert house.control.resume(task.id).status is TaskStatus.RUNNING


def test_a_task_paused_while_it_is_prepared_goes_on_preparing(house: House) -> None:
    task = house.submit("1-2")
    house.claim()
    house.lifecycle.set_activity(task.id, "Downloading 34 %")
    house.control.pause(task.id)
    assert house.control.resume(task.id).status is TaskStatus.PREPARING


def test_a_new_priority_rings_the_queue_of_its_band(house: House) -> None:
    task = house.submit("1-2")
    house.empty_queues()
    assert house.control.set_priority(task.id, 9).priority == 9
    assert house.tickets(task) == ["high_priority"]
    house.control.set_priority(task.id, 0)
    assert house.tickets(task) == ["high_priority", "low_priority"]
    with pytest.raises(InvalidTask):
        house.control.set_priority(task.id, 11)
    assert house.task(task).priority == 0


def test_a_new_priority_decides_what_is_next(house: House) -> None:
    first, second = house.submit("1-2"), house.submit("1-2")
    house.control.set_priority(second.id, 7)
    assert house.claim().task.id == second.id
    house.control.set_priority(first.id, 8)
    assert house.claim().task.id == first.id


def test_no_ticket_for_a_task_that_nobody_may_take(house: House) -> None:
    task = house.submit("1")
    house.control.pause(task.id)
    house.empty_queues()
    house.control.set_priority(task.id, 9)
    assert house.tickets(task) == []


def test_a_retry_takes_the_failed_frames(any_house: House) -> None:
    house = any_house
    task = house.submit("1-3")
    house.render(task, "fcf")
    house.empty_queues()
    house.notices()
    again = house.control.retry(task.id)
    assert (again.status, again.error_message, house.states(task)) == (TaskStatus.RUNNING, None, "pcp")
    assert house.tickets(task) == ["default"]
    assert house.notices() == [Notice(Topic.FRAMES, task.id, None)]
    assert house.task(task).finished_at is None
    frame = house.queries.frame(task.id, 1)
    assert (frame.attempt, frame.attempts_used, frame.error_message, frame.started_at) == (1, 0, None, None)
    assert house.render(task, "cc").status is TaskStatus.COMPLETED
    with pytest.raises(IllegalMove, match="nothing to retry, no frame failed"):
        house.control.retry(task.id)


def test_a_retry_of_named_frames_takes_these_whatever_they_are(house: House) -> None:
    task = house.submit("1-5")
    house.control.skip(task.id, "5")
    house.render(task, "cfcf")
    house.notices()
    house.control.retry(task.id, "1,2,5")
    assert house.states(task) == "ppcfp"
    assert house.notices() == [Notice(Topic.FRAMES, task.id, (1, 2, 5))]
    with pytest.raises(IllegalMove, match="frames 1-2 wait or render already"):
        house.control.retry(task.id, "1-2")


def test_a_rendering_frame_is_not_retried(house: House) -> None:
    task = house.submit("1")
    claim = house.claim()
    with pytest.raises(IllegalMove, match="nothing to retry"):
        house.control.retry(task.id, "1")
    assert not house.store.lost([claim])


def test_a_cancelled_task_comes_back_by_a_retry(house: House) -> None:
    task = house.submit("1-4")
    house.render(task, "cf")
    house.control.cancel(task.id)
    house.empty_queues()
    assert house.control.retry(task.id).status is TaskStatus.RUNNING
    assert house.states(task) == "cppp"
    assert house.tickets(task) == ["default"]


def test_a_cancelled_task_of_which_one_frame_is_retried_ends_cancelled(house: House) -> None:
    task = house.submit("1-3")
    house.control.cancel(task.id)
    assert house.control.retry(task.id, "2").status is TaskStatus.PENDING
    assert house.states(task) == "xpx"
    assert house.render(task, "c").status is TaskStatus.CANCELLED
    assert house.states(task) == "xcx"


def test_a_paused_task_stays_paused_when_frames_are_retried(house: House) -> None:
    task = house.submit("1-3")
    house.render(task, "f")
    house.control.pause(task.id)
    house.empty_queues()
    assert house.control.retry(task.id).status is TaskStatus.PAUSED
    assert (house.states(task), house.tickets(task)) == ("ppp", [])


def test_skipping_leaves_waiting_and_failed_frames_out(house: House) -> None:
    task = house.submit("1-5")
    house.render(task, "cf")
    house.claim()
    house.notices()
    assert house.control.skip(task.id, "1-4").status is TaskStatus.RUNNING
    assert house.states(task) == "csrsp"
    assert house.queries.frame(task.id, 2).error_message is None
    with pytest.raises(IllegalMove, match="none of the frames 1,3 waits or failed"):
        house.control.skip(task.id, "1,3")


def test_skipping_all_that_is_left_settles_the_task(house: House) -> None:
    task = house.submit("1-3")
    house.render(task, "f")
    assert house.control.skip(task.id, "2-3").status is TaskStatus.FAILED
    assert house.control.skip(task.id, "1").status is TaskStatus.COMPLETED
    untouched = house.submit("1-2")
    assert house.control.skip(untouched.id, "1-2").status is TaskStatus.COMPLETED


@pytest.mark.parametrize("command", ["retry", "skip"])
def test_frames_that_are_none_of_the_tasks_are_refused(house: House, command: str) -> None:
    task = house.submit("1-10x3")
    ask = getattr(house.control, command)
    with pytest.raises(FrameNotFound, match=r"has no frame 2; its frames are 1-10x3"):
        ask(task.id, "1-2")
    with pytest.raises(FrameRangeError):
        ask(task.id, "one")
    assert house.states(task) == "pppp"


def test_a_task_with_several_project_files_waits_until_one_is_chosen(any_house: House) -> None:
    house = any_house
    task = house.submit("1-3")
    claim = house.claim()
    house.lifecycle.project_unclear(claim, ["a/one.blend", "b/two.blend"])
    row = house.queries.task(task.id)
    assert (row.task.status, house.states(task)) == (TaskStatus.PAUSED, "ppp")
    assert row.note == "Waits for its project file to be chosen: a/one.blend, b/two.blend."
    assert row.stuck
    assert house.lifecycle.claim_next(worker()) is None
    with pytest.raises(IllegalMove, match="choose it"):
        house.control.resume(task.id)
    with pytest.raises(InvalidTask, match=r"'one\.blend' is none of .* a/one\.blend, b/two\.blend"):
        house.control.choose_project_file(task.id, "one.blend")
    chosen = house.control.choose_project_file(task.id, "b/two.blend")
    assert (chosen.project_file, chosen.project_choices, chosen.status) == ("b/two.blend", (), TaskStatus.PENDING)
    again = house.claim()
    assert (again.frame_number, again.task.project_file) == (1, "b/two.blend")
    assert house.store.frames(task.id)[0].attempts_used == 1, "what was not rendered does not count"


def test_a_choice_made_while_another_worker_looked_stands(house: House) -> None:
    task = house.submit("1-3")
    first, second = house.claim(), house.claim(worker("w2", "h2"))
    house.lifecycle.project_unclear(first, ["a.blend", "b.blend"])
    house.control.choose_project_file(task.id, "a.blend")
    house.lifecycle.project_unclear(second, ["a.blend", "b.blend"])
    assert (house.task(task).project_file, house.task(task).project_choices) == ("a.blend", ())
    assert house.task(task).status is TaskStatus.PENDING


def test_a_choice_nobody_asks_for_is_refused(house: House) -> None:
    task = house.submit("1")
    with pytest.raises(IllegalMove, match="does not wait for a project file"):
        house.control.choose_project_file(task.id, "a.blend")


def test_late_words_about_the_project_file_do_not_pause_a_task(house: House) -> None:
    task = house.submit("1")
    claim = house.claim()
    house.control.cancel(task.id)
    house.lifecycle.project_unclear(claim, ["a.blend", "b.blend"])
    assert house.task(task).status is TaskStatus.CANCELLED
    assert not house.task(task).project_choices
