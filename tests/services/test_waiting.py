"""Why a task or frame waits: each reason in its words, and that they are true of what the claim does."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from render_manager.domain.entities import HostLoad, RenderTask, WorkerProfile, Workspace, WorkspaceState
from render_manager.domain.errors import FrameNotFound
from render_manager.domain.failures import FailureClass
from render_manager.domain.priority import Band
from render_manager.domain.states import TaskStatus
from render_manager.services.lifecycle import Outcome
from render_manager.services.queries import Queries, TaskRow
from render_manager.services.waiting import reader
from tests.services.conftest import ENGINES, House
from tests.store.samples import worker

DEFAULT_ONLY = (Band.DEFAULT,)


def row(house: House, task: RenderTask) -> TaskRow:
    return house.queries.task(task.id)


def note(house: House, task: RenderTask) -> str:
    return row(house, task).note


def load(house: House, profile: WorkerProfile, **values: object) -> None:
    with house.store.transaction() as tx:
        tx.beat_worker(profile, HostLoad(**values))


def busy(house: House, *profiles: WorkerProfile) -> RenderTask:
    """A task of the highest priority that has taken them all."""
    task = house.submit(f"1-{len(profiles)}", priority=10, name="urgent")
    for profile in profiles:
        assert house.claim(profile).task.id == task.id
    return task


# -- nobody could take it ------------------------------------------------------------------------------------------


def test_no_worker_is_the_right_one(house: House) -> None:
    task = house.submit("1-2")
    assert note(house, task) == "No worker is online: start one."
    house.online(worker("gone"))
    house.lose("gone")
    assert note(house, task) == "No worker is online: start one."
    problem = "Blender was not found on this host."
    house.online(worker("w2", bands=(Band.HIGH,), engines={"maya": "2024"}, problems=(problem, "Maya is old.")))
    assert note(house, task) == f"No online worker can run Blender. {problem}"
    house.online(worker("w1", bands=(Band.HIGH,)))
    assert note(house, task) == "No online worker listens to the queue default."
    house.online(worker("w3", engines={"maya": "2024"}))
    assert note(house, task) == "No online worker that could render it listens to the queue default."
    assert row(house, task).stuck


def test_the_version_that_is_there_is_told(house: House) -> None:
    task = house.submit("1", engine="maya", task_info={"requires": {"version": "2024"}})
    for number in range(1, 6):
        house.online(worker(f"gpu0{number}", engines={"maya": "2023"}))
    told = "gpu01: 2023, gpu02: 2023, gpu03: 2023, …"
    assert note(house, task) == f"No online worker can run Maya 2024 ({told})."
    tagged = house.submit("1", engine="maya", task_info={"requires": {"tags": ["gpu"], "memory_gb": 64}})
    assert note(house, tagged) == "No online worker with Maya has what the task requires: tag gpu, 64 GB of memory."


def test_that_people_disabled_the_workers_is_told(house: House) -> None:
    task = house.submit("1")
    house.online(worker("w1"))
    house.workers.disable("w1")
    assert note(house, task) == "Every online worker is disabled: enable one."
    house.online(worker("w2", engines={"maya": "2024"}))
    assert note(house, task) == "Every online worker that could render it is disabled (w1): enable one."
    assert row(house, task).stuck
    house.workers.enable("w1")
    house.workers.drain("w1")
    assert row(house, task).stuck


def test_a_host_low_on_disk_takes_what_it_has(house: House) -> None:
    task, low = house.submit("1"), worker("w3")
    house.online(low)
    load(house, low, disk_low=True)
    assert note(house, task).startswith("Every online host that could render it is low on disk (h1): clean up")
    assert row(house, task).stuck
    with house.store.transaction() as tx:
        tx.save_workspace(Workspace(task.id, "h1", "/w", 1, WorkspaceState.READY))
    assert note(house, task) == "It is next in default; worker w3 is free and takes it."
    assert not row(house, task).stuck


def test_hosts_that_failed_at_it(house: House) -> None:
    task = house.submit("1")
    house.online(worker("w1"))
    with house.store.transaction() as tx:
        tx.avoid_host(task.id, "h1", "The disk is full.")
    assert note(house, task) == "Every online host that could render it failed at it; h1: The disk is full."
    assert row(house, task).stuck


@pytest.mark.parametrize("failure", [FailureClass.LICENCE, FailureClass.OBJECT_STORE])
def test_a_licence_that_was_not_free_is_asked_for_again(house: House, failure: FailureClass) -> None:
    task = house.submit("1-2", max_attempts=1)
    house.online(worker("w1"))
    claim = house.claim()
    house.lifecycle.set_activity(task.id, "Downloading 34 %")
    no_licence = Outcome(error="No licence was free.", failure=failure, host="h1")
    assert house.lifecycle.end_frame(claim, no_licence)
    said = row(house, task)
    start, end = "No worker that could render it takes it now; host h1 tries it again in ", "No licence was free."
    assert said.note.startswith(start)
    assert said.note.endswith(f" s: {end}")
    assert 50 <= int(said.note.removeprefix(start).split()[0]) <= 60
    assert not said.stuck, "it mends itself"
    assert house.queries.why_frame_waits(task.id, 1) == f"{said.note} It is the next frame of its task."


def test_several_reasons_why_nobody_takes_it(house: House) -> None:
    task = house.submit("1")
    house.online(*(worker(f"w{number}", f"h{number}") for number in range(1, 8)))
    for number in (1, 2):
        house.workers.disable(f"w{number}")
    for number in (3, 4, 5):
        load(house, worker(f"w{number}", f"h{number}"), disk_low=True)
    with house.store.transaction() as tx:
        tx.avoid_host(task.id, "h6", "The disk is full.")
        tx.avoid_host(task.id, "h7", "Blender is too old.")
    assert note(house, task) == (
        "No worker that could render it takes it now; 2 workers are disabled; 3 hosts are low on disk (h3, h4, h5); "
        "2 hosts failed at it (h6, h7)."
    )
    assert row(house, task).stuck


# -- it will be taken ----------------------------------------------------------------------------------------------


def test_its_turn_and_who_is_busy(any_house: House) -> None:
    house, gpus = any_house, [worker(f"gpu{number}", f"gpu{number}") for number in range(1, 4)]
    house.online(*gpus)
    busy(house, *gpus)
    first = house.submit("1")
    assert note(house, first) == "It is next in default; all 3 workers that could take it are busy."
    second, third = house.submit("1"), house.submit("1")
    assert note(house, second) == "1 task is ahead in default; all 3 workers that could take it are busy."
    assert note(house, third).startswith("2 tasks are ahead in default; ")
    house.submit("1", priority=9)
    assert note(house, third).startswith("3 tasks are ahead, 1 of them in higher queues; ")
    low = house.submit("1", priority=0)
    assert note(house, low).startswith("4 tasks are ahead, 4 of them in higher queues; ")
    house.control.pause(second.id)
    assert note(house, third).startswith("2 tasks are ahead, 1 of them in higher queues; ")
    assert not any(row.stuck for row in house.queries.tasks())


def test_workers_that_are_out_beside_those_that_are_busy(house: House) -> None:
    gpus = [worker(f"gpu0{number}", f"gpu0{number}") for number in range(1, 4)]
    house.online(*gpus)
    busy(house, gpus[0])
    task = house.submit("1")
    load(house, gpus[1], disk_low=True)
    house.workers.disable("gpu03")
    assert note(house, task) == (
        "It is next in default; the only worker that could take it, gpu01, is busy; worker gpu03 is disabled; "
        "host gpu02 is low on disk."
    )


def test_a_worker_that_can_do_only_this_one_comes_to_it_first(house: House) -> None:
    """Each worker has a queue of its own; the one that comes to the task first is meant."""
    everything, default_only = worker("a"), worker("b", bands=DEFAULT_ONLY)
    house.online(everything, default_only)
    busy(house, everything)
    house.submit("1", priority=9)
    task = house.submit("1")
    assert note(house, task) == "It is next in default; worker b is free and takes it."


def test_no_more_workers_than_may(house: House) -> None:
    gpus = [worker(f"gpu{number}") for number in range(3)]
    house.online(*gpus)
    task = house.submit("1-9", max_workers=2)
    house.claim(gpus[0])
    assert row(house, task).waiting == ("It is next in default; worker gpu1 is free and takes it.")
    house.claim(gpus[1])
    assert row(house, task).waiting == "At most 2 workers may be at it, and 2 are."
    assert note(house, task) == "", "it is being rendered"
    alone = house.submit("1-9", max_workers=1, priority=9)
    house.claim(gpus[2])
    assert row(house, alone).waiting == "Only one worker may be at it, and one is."


def test_fair_shares_change_whose_turn_it_is(house: House) -> None:
    one = worker("one", slots=2)
    house.online(one)
    first = house.submit("1-4", unionid="li")
    house.claim(one)
    house.claim(one)
    li, mei = house.submit("1", unionid="li"), house.submit("1", unionid="mei")
    fair = Queries(house.store, ENGINES, alive_within=15, fair_shares=True)
    assert fair.task(mei.id).note.startswith("It is next in default; ")
    assert fair.task(first.id).waiting.startswith("2 tasks are ahead in default; ")
    assert note(house, mei).startswith("2 tasks are ahead in default; ")
    assert note(house, li).startswith("1 task is ahead in default; ")


def test_beyond_some_tasks_ahead_they_are_not_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_AHEAD", 2)
    house.online(worker("w1"))
    busy(house, worker("w1"))
    tasks = [house.submit("1") for _ in range(4)]
    assert note(house, tasks[1]).startswith("1 task is ahead in default; ")
    assert {note(house, task) for task in tasks[2:]} == {
        "More than 2 tasks are ahead; the only worker that could take it, w1, is busy."
    }


# -- whatever workers there are ------------------------------------------------------------------------------------


def test_what_holds_a_task_up_whatever_workers_there_are(house: House) -> None:
    house.online(worker("w1"))
    first, second = house.submit("1", name="shot A"), house.submit("1", name="shot B")
    last = house.submit("1", after=(first.id, second.id))
    assert note(house, last) == f"Waits until task {first.id} (shot A) and 1 more are completed."
    house.render(first, "c")
    assert note(house, last) == f"Waits until task {second.id} (shot B) is completed."
    house.control.pause(last.id)
    assert note(house, last) == "Paused: resume it."
    assert not row(house, last).stuck, "somebody wants it so"
    house.control.resume(last.id)
    house.render(second, "f")
    assert row(house, last).stuck
    house.control.release(last.id)
    assert note(house, last) == "It is next in default; worker w1 is free and takes it."
    house.render(last, "c")
    assert row(house, last).waiting == ""


# -- frames --------------------------------------------------------------------------------------------------------


def test_a_frame_has_its_place_in_its_task(any_house: House) -> None:
    house = any_house
    house.online(worker("w1"))
    task = house.submit("1-5", max_attempts=3)
    why = house.queries.why_frame_waits
    task_waits = "It is next in default; worker w1 is free and takes it."
    assert why(task.id, 1) == f"{task_waits} It is the next frame of its task."
    assert why(task.id, 2) == f"{task_waits} 1 frame of its task comes before it."
    assert why(task.id, 5) == f"{task_waits} 4 frames of its task come before it."
    assert house.failed(house.claim(), "It crashed.")
    last = "It was tried before, and such frames come last."
    assert why(task.id, 1) == f"{task_waits} 4 frames of its task come before it. {last}"
    order = [house.claim().frame_number for _ in range(5)]
    assert order == [2, 3, 4, 5, 1], "as was said"
    with pytest.raises(FrameNotFound):
        why(task.id, 6)


def test_a_frame_of_a_task_that_waits_says_why_that_does(house: House) -> None:
    task = house.submit("1-2")
    house.control.pause(task.id)
    assert house.queries.why_frame_waits(task.id, 2) == "Paused: resume it. 1 frame of its task comes before it."


def test_a_frame_whose_worker_is_silent_goes_to_another_one(house: House) -> None:
    house.online(worker("gpu07"))
    task = house.submit("1-2", max_attempts=2)
    claim = house.claim(worker("gpu07"))
    why = house.queries.why_frame_waits
    assert why(task.id, 1) == "Worker gpu07 has it and is about to begin."
    house.lifecycle.set_activity(task.id, "Downloading 34 %")
    assert why(task.id, 1) == "Worker gpu07 prepares its project: Downloading 34 %"
    house.lifecycle.frame_started(claim, "/log")
    assert why(task.id, 1) == "", "it renders"
    house.silent("gpu07", 20.0)
    said = why(task.id, 1)
    assert said.startswith("Its worker gpu07 was last heard of 2")
    assert "; the frame goes to another one in 5" in said or "in 60 s." in said
    house.expire_leases()
    assert why(task.id, 1).endswith("; the frame goes to another one now.")
    house.workers.sweep()
    house.online(worker("gpu08"))
    assert house.claim(worker("gpu08")).frame_number == 2
    assert house.claim(worker("gpu08")).frame_number == 1
    house.silent("gpu08", 20.0)
    assert "; the frame fails in " in why(task.id, 1)
    house.expire_leases()
    assert why(task.id, 1).endswith("; the frame fails now, as it may not be tried again.")
    house.workers.sweep()
    assert house.states(task) == "fp", "as was said"
    assert why(task.id, 1) == ""


def test_a_frame_of_a_worker_that_is_forgotten(house: House) -> None:
    house.online(worker("gpu07"))
    task = house.submit("1", max_attempts=2)
    house.claim(worker("gpu07"))
    with house.store.transaction() as tx:
        tx.remove_worker("gpu07")
    assert house.queries.why_frame_waits(task.id, 1).startswith("Its worker gpu07 is gone; the frame goes to another ")


# -- the truth -----------------------------------------------------------------------------------------------------

HOSTS = ("h1", "h2")
WORKERS = st.lists(
    st.fixed_dictionaries(
        {
            "host": st.sampled_from(HOSTS),
            "bands": st.sampled_from([tuple(Band), DEFAULT_ONLY, (Band.HIGH,), (Band.DEFAULT, Band.LOW)]),
            "engines": st.sampled_from([{"blender": "4.2"}, {"maya": "2024"}, {"blender": "3.6", "maya": "2023"}]),
            "tags": st.sampled_from([(), ("gpu",)]),
            "enabled": st.sampled_from([True, True, True, False]),
            "disk_low": st.sampled_from([False, False, True]),
            "busy": st.booleans(),
        }
    ),
    max_size=4,
)
TASKS = st.lists(
    st.fixed_dictionaries(
        {
            "engine": st.sampled_from(["blender", "blender", "maya"]),
            "priority": st.sampled_from([5, 5, 6, 9, 1]),
            "requires": st.sampled_from([{}, {}, {"version": "4.2"}, {"tags": ["gpu"]}]),
            "unionid": st.sampled_from(["li", "mei"]),
            "max_workers": st.sampled_from([None, None, 1]),
            "after_first": st.sampled_from([False, False, True]),
            "paused": st.sampled_from([False, False, False, True]),
            "avoided": st.sampled_from([(), (), ("h1",), HOSTS]),
            "ready": st.sampled_from([(), ("h1",)]),
        }
    ),
    min_size=1,
    max_size=5,
)


def _build(house: House, workers: list[dict], tasks: list[dict]) -> tuple[list[WorkerProfile], list[RenderTask]]:
    made: list[RenderTask] = []
    for fields in tasks:
        task = house.submit(
            "1-9",
            engine=fields["engine"],
            priority=fields["priority"],
            unionid=fields["unionid"],
            max_workers=fields["max_workers"],
            task_info={"requires": fields["requires"]} if fields["requires"] else {},
            after=(made[0].id,) if made and fields["after_first"] else (),
        )
        made.append(task)
        with house.store.transaction() as tx:
            for host in fields["avoided"]:
                tx.avoid_host(task.id, host, "It failed.")
            for host in fields["ready"]:
                tx.save_workspace(Workspace(task.id, host, "/w", 1, WorkspaceState.READY))
    profiles: list[WorkerProfile] = []
    for number, fields in enumerate(workers):
        how = {name: fields[name] for name in ("host", "bands", "engines", "tags")}
        profile = worker(f"w{number}", **how)
        profiles.append(profile)
        house.online(profile)
        load(house, profile, disk_low=fields["disk_low"])
        if fields["busy"]:
            house.lifecycle.claim_next(profile)
        if not fields["enabled"]:
            house.workers.disable(profile.name)
    for task, fields in zip(made, tasks, strict=True):
        if fields["paused"]:
            house.control.pause(task.id)
    return profiles, made


@pytest.mark.parametrize("fair", [False, True])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workers=WORKERS, tasks=TASKS)
def test_what_is_said_is_what_the_claim_does(house: House, fair: bool, workers: list[dict], tasks: list[dict]) -> None:
    profiles, made = _build(house, workers, tasks)
    try:
        _compare(house, profiles, made, fair=fair)
    finally:  # out of the next example's way
        for task in made:
            house.control.cancel(task.id)
        with house.store.transaction() as tx:
            for profile in profiles:
                tx.remove_worker(profile.name)


def _compare(house: House, profiles: list[WorkerProfile], made: list[RenderTask], *, fair: bool) -> None:
    queries = Queries(house.store, ENGINES, alive_within=15, fair_shares=fair)
    free = {status.profile.name for status in queries.workers() if status.free}
    given_ = {profile.name: house.store.next_task(profile, fair=fair) for profile in profiles}
    queues = {
        profile.name: [found[0] for found in house.store.next_tasks(profile, 99, fair=fair)] for profile in profiles
    }
    for task in made:
        row = queries.task(task.id)
        assert row.waiting, "every task has frames that wait"
        takers = {name for name in free if given_[name] == task.id}
        said = {name for name in free if f"worker {name} is free and takes it" in row.waiting}
        assert len(said) == bool(takers), row
        assert said <= takers
        places = {name: queue.index(task.id) for name, queue in queues.items() if task.id in queue}
        if places:
            assert not row.stuck, row
            if not row.waiting.startswith(("At most", "Only one")):
                first = min(place for name, place in places.items() if name in free or not free & places.keys())
                expected = {0: "It is next in ", 1: "1 task is ahead in "}.get(first, f"{first} tasks are ahead")
                assert row.waiting.startswith(expected), (row, places)
        elif row.task.status is TaskStatus.PENDING and not row.awaits:
            assert row.stuck, row
            assert row.waiting.startswith(("No ", "Every ")), row
