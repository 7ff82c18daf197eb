"""Unreal Engine by a stand-in that behaves like its editor, lies and crashes included: through worker and database."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import OpenImageIO
import psutil
import pytest

from render_manager.domain.entities import RenderFrame, RenderTask
from render_manager.domain.failures import FailureClass
from render_manager.domain.states import TaskStatus
from tests.support.archives import zipped
from tests.support.farm import Farm, open_farm, wait_until
from tests.support.standins.unreal.disk import slow_disk
from tests.support.standins.unreal_project import make_installation, make_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in's program is a script")

#: Seconds without a word, in minutes as tasks say it: long enough for a loaded machine.
SILENCE = 1.5 / 60


class UnrealFarm(Farm):
    """A farm whose engine does what the test says, from one process to the next."""

    def __init__(self, farm: Farm, folder: Path) -> None:
        super().__init__(farm.program)
        self.folder = folder
        self._orders = folder / "orders.sh"
        self._made = 0

    def order(self, **environment: object) -> None:
        """What the stand-in's next processes are told (UE_STANDIN_…)."""
        given = {"speed": 2, "teardown": 0.02, **environment}
        lines = [f"export UE_STANDIN_{name.upper()}={shlex.quote(str(value))}" for name, value in given.items()]
        self._orders.write_text("\n".join(lines) + "\n")

    def project(self, frames: int = 24, *, assets: Mapping[str, bytes] = {}, **fields: Any) -> Path:
        """An archive with a project whose only sequence has so many frames and two shots."""
        self._made += 1
        folder = self.folder / f"project{self._made}"
        half = frames // 2
        shots = [{"name": "a", "start": 0, "end": half}, {"name": "b", "start": half, "end": frames}]
        sequence = {"start": 0, "end": frames, "fps": 24, "shots": shots}
        fields = {"sequences": {"/Game/Cine/Shot010": sequence}, **fields}
        make_project(folder, **fields)
        for name, data in assets.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        return zipped(self.folder / f"project{self._made}.zip", files)

    def submit(self, path: Path | str, frames: str = "1-6", **fields: object) -> RenderTask:
        return super().submit(path, frames, **{"engine": "unreal", "max_attempts": 1, **fields})

    def frames(self, task: RenderTask) -> list[RenderFrame]:
        return self.services.queries.frames(task.id)

    def states(self, task: RenderTask) -> str:
        return "".join(frame.status.value[0] for frame in self.frames(task))

    def frame(self, task: RenderTask, number: int) -> RenderFrame:
        return self.services.queries.frame(task.id, number)


@pytest.fixture(scope="module")
def unreal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnrealFarm]:
    folder = tmp_path_factory.mktemp("unreal")
    standin = make_installation(folder / "standin")
    program = make_installation(folder / "UE_5.4")
    program.write_text(
        f'#!/bin/sh\n. {shlex.quote(str(folder / "orders.sh"))}\nexec {shlex.quote(str(standin))} "$@"\n'
    )
    with open_farm(folder / "home", {"UE_EXECUTABLE": str(program)}) as plain:
        farm = UnrealFarm(plain, folder)
        farm.order()
        wait_until(lambda: farm.services.queries.workers())
        yield farm


@pytest.fixture(autouse=True)
def nothing_is_left(unreal: UnrealFarm) -> Iterator[None]:
    """No process of the engine is there any more, whatever it started."""
    unreal.order()
    yield
    wait_until(lambda: not _engines(unreal), 10)


def _engines(farm: UnrealFarm) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if "unreal_editor_cmd.py" in line and str(farm.folder) in line:
            found.append(process)
    return found


# -- healthy runs --------------------------------------------------------------------------------------------------


def test_frames_of_a_chunk_are_each_rendered_logged_and_timed(unreal: UnrealFarm) -> None:
    task = unreal.submit(unreal.project(), "1-6", task_info={"chunk": 4})
    row = unreal.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    logs: list[str] = []
    for frame in unreal.frames(task):
        assert frame.output_path
        path = Path(frame.output_path)
        assert path.name == f"Shot010.{frame.frame_number:04d}.png"
        assert path.parent == unreal.workspace(task) / "Sys_Default_Renders"
        assert OpenImageIO.ImageBuf(str(path)).spec().width > 0
        assert frame.log_path
        logs.append(Path(frame.log_path).read_text(encoding="utf-8"))
        assert f'"frame": {frame.frame_number}' in logs[-1]
        assert frame.started_at
        assert frame.finished_at
        assert frame.finished_at > frame.started_at
    assert "".join(logs).count("starting 1 jobs") == 2  # by each process once


@pytest.mark.parametrize("frames", ["1-9x2", "1-3,8,12-20x4"])
def test_steps_and_lists_of_frames(unreal: UnrealFarm, frames: str) -> None:
    task = unreal.submit(unreal.project(), frames)
    row = unreal.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    names = {path.name for path in (unreal.workspace(task) / "Sys_Default_Renders").iterdir()}
    assert names == {f"Shot010.{frame.frame_number:04d}.png" for frame in unreal.frames(task)}  # and no others


def test_the_project_stays_as_the_client_sent_it(unreal: UnrealFarm) -> None:
    task = unreal.submit(unreal.project(), "1-2")
    unreal.settled(task)
    project = unreal.workspace(task) / "project"
    before = {path.name for path in (unreal.folder / f"project{unreal._made}").rglob("*") if path.is_file()}
    kept = [path for path in project.rglob("*") if path.is_file() and "Saved" not in path.parts]
    assert {path.name for path in kept} == before


def test_what_the_task_says_is_what_is_rendered(unreal: UnrealFarm) -> None:
    other = {"start": 0, "end": 9, "fps": 24}
    archive = unreal.project(
        maps=("/Game/Maps/Menu", "/Game/Maps/Main"),
        sequences={"/Game/Cine/Shot010": other, "/Game/Cine/Shot020": other},
    )
    info = {
        "sequence": "/Game/Cine/Shot020.Shot020",
        "map": "/Game/Maps/Main",
        "resolution_x": 64,
        "resolution_y": 36,
        "format": "EXR",
        "warm_up": 0,
    }
    task = unreal.submit(archive, "3", task_info=info)
    row = unreal.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    path = unreal.frame(task, 3).output_path
    assert path
    assert Path(path).name == "Shot020.0003.exr"
    spec = OpenImageIO.ImageBuf(path).spec()
    assert (spec.width, spec.height) == (64, 36)


def test_a_preset_brings_its_passes_and_the_task_its_frames_and_place(unreal: UnrealFarm) -> None:
    preset = {
        "path": "/Game/Presets/Final",
        "formats": ["exr"],
        "output_directory": "{project_dir}/Saved/Elsewhere",
        "output_resolution": [48, 27],
        "custom_end_frame": 3,
    }
    task = unreal.submit(unreal.project(presets=[preset]), "2-4", task_info={"preset": "/Game/Presets/Final"})
    row = unreal.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    for frame in unreal.frames(task):
        assert frame.output_path
        assert Path(frame.output_path).parent.name == "Sys_Default_Renders"
        assert OpenImageIO.ImageBuf(frame.output_path).spec().width == 48


def test_a_retry_changes_only_the_files_of_its_frames(unreal: UnrealFarm) -> None:
    task = unreal.submit(unreal.project(), "1-5")
    unreal.settled(task)
    before = {frame.frame_number: Path(frame.output_path or "").stat().st_mtime_ns for frame in unreal.frames(task)}
    unreal.services.control.retry(task.id, "2-3")
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED
    after = {frame.frame_number: Path(frame.output_path or "").stat().st_mtime_ns for frame in unreal.frames(task)}
    assert {number for number in before if before[number] != after[number]} == {2, 3}


# -- what goes wrong -----------------------------------------------------------------------------------------------


def test_a_crash_costs_the_frames_that_were_not_written_yet(unreal: UnrealFarm) -> None:
    unreal.order(mode="crash3", frame=8, seconds=0.6, lag=0.02)
    task = unreal.submit(unreal.project(), "4-10")
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    states = unreal.states(task)
    assert states[0] == "c", states  # written, told of and checked before the crash
    frame = unreal.frame(task, 8)
    assert (frame.status.value, frame.failure) == ("failed", FailureClass.CRASH)
    assert "Unreal Engine crashed" in (frame.error_message or "")
    assert frame.evidence


@pytest.mark.parametrize(
    ("mode", "failure", "words"),
    [
        ("vram", FailureClass.GPU_MEMORY, "memory of the graphics card is full"),
        ("device_removed", FailureClass.CRASH, "graphics card stopped working"),
    ],
)
def test_faults_of_the_graphics_card_are_told_apart(
    unreal: UnrealFarm, mode: str, failure: FailureClass, words: str
) -> None:
    unreal.order(mode=mode, frame=2)
    task = unreal.submit(unreal.project(), "1-3", task_info={"chunk": 3})
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    failed = [frame for frame in unreal.frames(task) if frame.failure is failure]
    assert failed, unreal.states(task)
    assert words in (failed[0].error_message or "")
    assert failed[0].evidence


def test_after_a_crash_the_rest_is_rendered_by_another_process(unreal: UnrealFarm) -> None:
    unreal.order(mode="crash3", attempts=1)
    task = unreal.submit(unreal.project(), "1-6", max_attempts=3)
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED
    assert unreal.states(task) == "cccccc"


def test_a_crash_at_the_end_does_not_matter(unreal: UnrealFarm) -> None:
    unreal.order(mode="teardown_crash")
    task = unreal.submit(unreal.project(), "1-4")
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED


def test_an_end_without_a_word_does_not_keep_frames(unreal: UnrealFarm) -> None:
    unreal.order(mode="exit0_fail")
    task = unreal.submit(unreal.project(), "1-4")
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    assert "c" not in unreal.states(task)
    assert any("failed" in (frame.error_message or "") for frame in unreal.frames(task))


def test_images_that_are_seen_late_are_waited_for(unreal: UnrealFarm) -> None:
    disk = unreal.folder / "disk"
    unreal.order(mode="slow_nas", disk=disk)
    with slow_disk(disk, 2.0):
        row = unreal.settled(unreal.submit(unreal.project(), "1-3"))
    assert row.task.status is TaskStatus.COMPLETED, row.note


def test_black_images_are_images_and_the_log_says_that_they_are_black(unreal: UnrealFarm) -> None:
    unreal.order(mode="black")
    task = unreal.submit(unreal.project(), "1-2")
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED
    assert "Shot010.0001.png is black all over" in Path(unreal.frame(task, 1).log_path or "").read_text("utf-8")


def test_a_render_that_stops_early_and_says_all_is_well(unreal: UnrealFarm) -> None:
    unreal.order(mode="short")
    task = unreal.submit(unreal.project(24), "9-14")  # its first shot ends before frame 12
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    assert unreal.states(task) == "cccfff"
    frame = unreal.frame(task, 12)
    assert frame.failure is FailureClass.OUTPUT
    assert "did not render the frame" in (frame.error_message or "")


def test_an_empty_image_is_no_image(unreal: UnrealFarm) -> None:
    unreal.order(mode="lie_zero", frame=2)
    task = unreal.submit(unreal.project(), "1-3", task_info={"chunk": 3})
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    assert (unreal.states(task), unreal.frame(task, 2).failure) == ("cfc", FailureClass.OUTPUT)


def test_broken_scripts_are_a_fault_of_the_host(unreal: UnrealFarm) -> None:
    unreal.order(mode="script_errors", seconds=0.4)  # they are read before the frames are done
    task = unreal.submit(unreal.project(), "1-4")
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    failed = [frame for frame in unreal.frames(task) if frame.status.value == "failed"]
    assert {frame.failure for frame in failed} == {FailureClass.NODE}
    assert "errors or more" in (failed[0].error_message or "")


@pytest.mark.parametrize(
    ("mode", "failure", "words"),
    [
        ("missing_map", FailureClass.SCENE, "could not load"),
        ("missing_sequence", FailureClass.SCENE, "could not load"),
        ("modules_missing", FailureClass.NODE, "C++ modules"),
    ],
)
def test_a_project_that_does_not_come_to_render_fails_whole(
    unreal: UnrealFarm, mode: str, failure: FailureClass, words: str
) -> None:
    unreal.order(mode=mode)
    row = unreal.settled(unreal.submit(unreal.project(), "1-4"))
    assert row.task.status is TaskStatus.FAILED
    assert unreal.states(row.task) == "ffff"
    assert words in row.note, row.note
    frame = unreal.frame(row.task, 1)
    assert frame.failure is failure
    assert frame.evidence
    assert frame.log_path
    assert frame.evidence in Path(frame.log_path).read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["hang_loading", "hang_render"])
def test_an_engine_that_hangs_is_ended_and_said_to_hang(unreal: UnrealFarm, mode: str) -> None:
    unreal.order(mode=mode, frame=3)
    task = unreal.submit(unreal.project(), "1-4", task_info={"silence_limit": SILENCE})
    assert unreal.settled(task).task.status is TaskStatus.FAILED
    failed = [frame for frame in unreal.frames(task) if frame.status.value == "failed"]
    assert FailureClass.HANG in {frame.failure for frame in failed}
    assert "it hangs, or the limit is too low" in (failed[0].error_message or "")


def test_an_engine_that_sits_there_without_its_map_is_ended_with_the_reason(unreal: UnrealFarm) -> None:
    unreal.order(mode="missing_map", missing="idle")
    row = unreal.settled(unreal.submit(unreal.project(), "1-2", task_info={"silence_limit": SILENCE}))
    assert unreal.states(row.task) == "ff"
    assert "it hangs, or the limit is too low; it said before: The engine could not load" in row.note


def test_an_engine_that_hangs_after_all_is_done_costs_nothing(unreal: UnrealFarm) -> None:
    unreal.order(mode="hang_after_completed")
    task = unreal.submit(unreal.project(), "1-3", task_info={"silence_limit": SILENCE})
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED


def test_a_cancel_ends_the_engine_and_what_it_started_within_two_seconds(unreal: UnrealFarm) -> None:
    unreal.order(seconds=30)
    task = unreal.submit(unreal.project(), "1-3")
    wait_until(lambda: any(frame.started_at for frame in unreal.frames(task)) and _engines(unreal))
    unreal.services.control.cancel(task.id)
    wait_until(lambda: not _engines(unreal), 3)
    assert unreal.states(task) == "ccc"
    assert unreal.row(task).task.counts.cancelled == 3


def test_a_start_up_script_of_the_project_that_fails_does_not_hinder(unreal: UnrealFarm) -> None:
    archive = unreal.project(assets={"Content/Python/init_unreal.py": b"import nothing_like_this\n"})
    assert unreal.settled(unreal.submit(archive, "1-2")).task.status is TaskStatus.COMPLETED


# -- as it is saved --------------------------------------------------------------------------------------------------

FINAL = {"path": "/Game/Presets/Final", "output_resolution": [48, 27]}
AS_SAVED = {"preset": "/Game/Presets/Final", "as_saved": True}


def test_a_saved_preset_renders_all_frames_in_one_process(unreal: UnrealFarm) -> None:
    task = unreal.submit(unreal.project(6, presets=[FINAL]), "0-5", task_info=AS_SAVED)
    row = unreal.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    assert row.task.max_workers == 1
    for frame in unreal.frames(task):
        path = Path(frame.output_path or "")
        assert path == unreal.workspace(task) / "Sys_Default_Renders" / f"Shot010.{frame.frame_number:04d}.png"
        assert OpenImageIO.ImageBuf(str(path)).spec().width == 48
    (starts,) = (unreal.workspace(task) / "project").rglob("standin-starts")
    assert starts.read_text() == "."
    unreal.services.control.retry(task.id, "2-3")
    row = unreal.settled(task)
    assert unreal.states(task) == "ccffcc"
    assert "all 6 frames at once, but only 2 are to be rendered: retry all of them" in row.note
    unreal.services.control.retry(task.id, "0-5")
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED


def test_a_saved_queue_renders_its_jobs_wherever_their_images_go(unreal: UnrealFarm) -> None:
    names = ("Shot010", "Shot020")
    presets = [FINAL, {**FINAL, "path": "/Game/Presets/Else", "output_directory": "{project_dir}/Out"}]
    jobs = [
        {"sequence": f"/Game/Cine/{name}", "map": "/Game/Maps/Shot", "preset": preset["path"]}
        for name, preset in zip(names, presets, strict=True)
    ]
    archive = unreal.project(
        sequences={f"/Game/Cine/{name}": {"start": 0, "end": 3, "fps": 24} for name in names},
        presets=presets,
        queues=[{"path": "/Game/Queue", "jobs": jobs}],
    )
    task = unreal.submit(archive, "0-2", task_info={"queue": "/Game/Queue"})
    row = unreal.settled(task)
    assert row.task.status is TaskStatus.COMPLETED, row.note
    renders = unreal.workspace(task) / "Sys_Default_Renders"
    found = {path.relative_to(renders).as_posix() for path in renders.rglob("*.png")}
    assert found == {f"{place}.{frame:04d}.png" for place in ("Shot010", "Out/Shot020") for frame in range(3)}


def test_frames_that_the_saved_settings_do_not_render_say_which_ones_they_do(unreal: UnrealFarm) -> None:
    task = unreal.submit(unreal.project(6, presets=[FINAL]), "2-7", task_info=AS_SAVED, max_attempts=3)
    unreal.settled(task)
    assert unreal.states(task) == "ccccff"
    frame = unreal.frame(task, 6)
    assert (frame.failure, frame.attempt) == (FailureClass.SCENE, 1)
    assert "rendered the frames 0 to 5 and not this one" in (frame.error_message or "")


@pytest.mark.parametrize(
    ("mode", "failure", "words"),
    [
        ("crash3", FailureClass.CRASH, "Unreal Engine crashed"),
        ("exit0_fail", FailureClass.SCENE, "left no image"),
        ("missing_sequence", FailureClass.SCENE, "could not load"),
    ],
)
def test_what_goes_wrong_as_it_is_saved_is_lost_as_a_whole(
    unreal: UnrealFarm, mode: str, failure: FailureClass, words: str
) -> None:
    unreal.order(mode=mode)
    row = unreal.settled(unreal.submit(unreal.project(4, presets=[FINAL]), "0-3", task_info=AS_SAVED))
    assert unreal.states(row.task) == "ffff"
    frame = unreal.frame(row.task, 0)
    assert frame.failure is failure
    assert words in (frame.error_message or row.note)


def test_after_a_crash_all_is_rendered_again_as_it_is_saved(unreal: UnrealFarm) -> None:
    unreal.order(mode="crash3", attempts=1)
    task = unreal.submit(unreal.project(4, presets=[FINAL]), "0-3", task_info=AS_SAVED, max_attempts=2)
    assert unreal.settled(task).task.status is TaskStatus.COMPLETED
    assert {frame.attempt for frame in unreal.frames(task)} == {2}


# -- what is refused before the engine starts ----------------------------------------------------------------------


def test_several_sequences_are_listed_for_the_user(unreal: UnrealFarm) -> None:
    one = {"start": 0, "end": 9, "fps": 24}
    archive = unreal.project(sequences={"/Game/Cine/Shot010": one, "/Game/Cine/Shot020": one})
    row = unreal.settled(unreal.submit(archive, "1-2"))
    assert row.task.status is TaskStatus.FAILED
    assert "several level sequences: /Game/Cine/Shot010, /Game/Cine/Shot020" in row.note
    assert "--set sequence=" in row.note
    assert [(frame.status.value, frame.attempt) for frame in unreal.frames(row.task)] == [("failed", 1)] * 2


@pytest.mark.parametrize(
    ("task_info", "words"),
    [
        ({"sequence": "/Game/Cine/Shot099"}, "has no sequence /Game/Cine/Shot099; there are: /Game/Cine/Shot010"),
        ({"map": "/Game/Maps/Nowhere"}, "has no map /Game/Maps/Nowhere; there are: /Game/Maps/Shot"),
        ({"preset": "/Game/Presets/Draft"}, "has no preset /Game/Presets/Draft; there are: /Game/Presets/Final"),
        ({"queue": "/Game/Queue"}, "has no queue /Game/Queue"),
        ({"as_saved": True}, "name a preset or a queue"),
        ({**AS_SAVED, "format": "EXR"}, "leave out task_info format"),
    ],
)
def test_what_the_project_does_not_have_is_refused(
    unreal: UnrealFarm, task_info: Mapping[str, object], words: str
) -> None:
    row = unreal.settled(unreal.submit(unreal.project(presets=[FINAL]), "1", task_info=task_info))
    assert row.task.status is TaskStatus.FAILED
    assert words in row.note, row.note


def test_a_project_of_a_newer_engine_is_refused_with_a_reason(unreal: UnrealFarm) -> None:
    row = unreal.settled(unreal.submit(unreal.project(association="5.6"), "1"))
    assert row.task.status is TaskStatus.FAILED
    assert "install Unreal Engine 5.6" in row.note


def test_uncompiled_modules_are_refused_with_a_reason(unreal: UnrealFarm) -> None:
    row = unreal.settled(unreal.submit(unreal.project(modules=["Film"]), "1"))
    assert row.task.status is TaskStatus.FAILED
    assert "C++ modules (Film)" in row.note
