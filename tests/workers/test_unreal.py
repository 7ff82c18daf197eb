"""Unreal Engine without the engine: what is found, what is refused, and how it is started."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from render_manager.domain.errors import InvalidTask, ProjectFileError, RendererNotFound
from render_manager.resource_files import resources
from tests.support.standins.unreal.command_line import value_in
from workers.renderers import unreal_places
from workers.renderers.base import Installation, Launch, RenderJob
from workers.renderers.registry import RENDERERS
from workers.renderers.unreal import Unreal
from workers.renderers.unreal_command import windows_line
from workers.renderers.unreal_project import asset_path, find_map, find_sequence, object_path

ENGINE = Installation(Path("/opt/UE_5.6/Engine/Binaries/Linux/UnrealEditor-Cmd"), "5.6.1")
PLUGINS = [{"Name": "PythonScriptPlugin", "Enabled": True}, {"Name": "MovieRenderPipeline", "Enabled": True}]
SEQUENCE = b"\xc1\x83\x2a\x9e" + b"\0" * 40 + b"\x0e\0\0\0LevelSequence\0"
MAP = b"\xc1\x83\x2a\x9e"


def make_project(folder: Path, assets: Mapping[str, bytes], **content: object) -> Path:
    for name, data in assets.items():
        path = folder / "Content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    project = folder / "Film.uproject"
    project.write_text(json.dumps({"FileVersion": 3, "EngineAssociation": "5.6", "Plugins": PLUGINS} | content))
    return project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return make_project(folder, {"Maps/Main.umap": MAP, "Cine/Shot010.uasset": SEQUENCE})


def job_for(project: Path, **task_info: object) -> RenderJob:
    root = project.parent.parent
    (root / "tmp").mkdir(exist_ok=True)
    return RenderJob(project, project.parent, root / "renders", root / "tmp", task_info)


def launch(project: Path, frames: Sequence[int] = range(1, 7), **task_info: object) -> tuple[Launch, dict[str, object]]:
    started = Unreal().launch(ENGINE, job_for(project, **task_info), frames)
    order = next(argument for argument in started.command if argument.startswith("-RmJob="))
    return started, json.loads(Path(order.partition("=")[2]).read_text())


# -- starting it ---------------------------------------------------------------------------------------------------


def test_the_command_is_a_list_that_names_our_executor(project: Path) -> None:
    started, order = launch(project)
    temporary = project.parent.parent / "tmp"
    report, log = started.follow
    assert started.command == [
        str(ENGINE.executable),
        str(project),
        "/Game/Maps/Main?game=/Script/MovieRenderPipelineCore.MoviePipelineGameMode",
        "-game",
        "-MoviePipelineLocalExecutorClass=/Script/MovieRenderPipelineCore.MoviePipelinePythonHostExecutor",
        "-ExecutorPythonClass=/Engine/PythonTypes.RmExecutor",
        f"-RmJob={next(temporary.glob('*.json'))}",
        *[
            "-unattended",
            "-nosplash",
            "-NoLoadingScreen",
            "-NoScreenMessages",
            "-nopause",
            "-NoSound",
            "-notexturestreaming",
        ],
        *["-RenderOffscreen", "-windowed", "-ForceRes", "-resx=1280", "-resy=720"],
        "-UTF8Output",
        f"-abslog={log}",
    ]
    assert report.parent == log.parent == temporary
    assert started.environment == {"UE_PYTHONPATH": str(resources() / "drivers" / "unreal")}
    assert (order["first"], order["last"], order["step"]) == (1, 6, 1)
    assert (order["sequence"], order["map"]) == ("/Game/Cine/Shot010.Shot010", "/Game/Maps/Main.Main")
    assert (order["report"], order["folder"]) == (str(report), str(project.parent.parent / "renders"))
    assert order["preset"] is order["format"] is order["width"] is order["warm_up"] is None


def test_the_job_says_what_the_task_says(project: Path) -> None:
    (project.parent / "Content" / "Presets").mkdir()
    (project.parent / "Content" / "Presets" / "Final.uasset").write_bytes(b"MoviePipelinePrimaryConfig\0")
    _, order = launch(
        project,
        range(-3, 10, 2),
        preset="/Game/Presets/Final",
        format="EXR",
        resolution_x=640,
        resolution_y=360,
        warm_up=0,
    )
    assert (order["first"], order["last"], order["step"]) == (-3, 9, 2)
    assert order["preset"] == "/Game/Presets/Final.Final"
    assert (order["format"], order["width"], order["height"], order["warm_up"]) == ("EXR", 640, 360, 0)


def test_each_start_has_files_of_its_own(project: Path) -> None:
    first, second = launch(project)[0], launch(project)[0]
    assert not set(first.follow) & set(second.follow)


def test_plug_ins_that_the_project_does_not_have_are_switched_on(project: Path) -> None:
    off = [{"Name": "PythonScriptPlugin", "Enabled": False}, {"Name": "MovieRenderPipeline", "Enabled": True}]
    make_project(project.parent, {}, Plugins=off)
    assert "-EnablePlugins=PythonScriptPlugin" in launch(project)[0].command
    make_project(project.parent, {}, Plugins=None)
    assert "-EnablePlugins=PythonScriptPlugin,MovieRenderPipeline" in launch(project)[0].command


def test_scripts_that_the_host_has_set_stay_behind_ours(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UE_PYTHONPATH", "/studio/scripts")
    ours, studio = launch(project)[0].environment["UE_PYTHONPATH"].split(os.pathsep)
    assert (Path(ours) / "init_unreal.py").is_file()
    assert studio == "/studio/scripts"


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
def test_a_quotation_mark_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / 'a"b' / "project"
    folder.mkdir(parents=True)
    project = make_project(folder, {"Main.umap": MAP, "Shot.uasset": SEQUENCE})
    with pytest.raises(ProjectFileError, match="quotation mark"):
        launch(project)


def test_the_project_stays_as_it_is(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.parent.rglob("*") if path.is_file()}
    launch(project)
    assert {path: path.read_bytes() for path in project.parent.rglob("*") if path.is_file()} == before


def test_images_have_the_size_that_was_asked_for(project: Path) -> None:
    line = '@@RM {"event": "written", "frame": 1, "files": ["/r/a.png"]}'
    asked = job_for(project, resolution_x=640, resolution_y=360)
    assert Unreal().range_parser(asked, [1])(line)[0].size == (640, 360)  # type: ignore[union-attr]
    assert Unreal().range_parser(job_for(project, resolution_x=640), [1])(line)[0].size is None  # type: ignore[union-attr]


def test_it_is_registered_with_its_options() -> None:
    engine = RENDERERS["unreal"].engine
    read = engine.read_options({"sequence": "/Game/A", "warm_up": "8", "chunk": "50", "format": "EXR"})
    assert read == {"sequence": "/Game/A", "warm_up": 8, "chunk": 50, "format": "EXR"}
    with pytest.raises(InvalidTask, match="may not begin with a dash"):
        engine.read_options({"map": "-ExecCmds=quit"})


# -- as it is saved ------------------------------------------------------------------------------------------------

PRESET = b"MoviePipelinePrimaryConfig\0"
QUEUE = b"MoviePipelineQueue\0LevelSequence\0MoviePipelinePrimaryConfig\0"


@pytest.fixture
def saved(project: Path) -> Path:
    return make_project(project.parent, {"Final.uasset": PRESET, "Queue.uasset": QUEUE})


def saved_command(project: Path, **task_info: object) -> list[str]:
    started = Unreal().launch(ENGINE, job_for(project, **task_info), range(6))
    (log,) = started.follow
    assert f"-abslog={log}" in started.command
    assert started.environment == {}
    return list(started.command)


def test_a_saved_preset_is_named_to_the_engine_itself(saved: Path) -> None:
    command = saved_command(saved, preset="/Game/Final", as_saved=True)
    assert command[1:6] == [
        str(saved),
        "/Game/Maps/Main",
        "-game",
        "-LevelSequence=/Game/Cine/Shot010.Shot010",
        "-MoviePipelineConfig=/Game/Final.Final",
    ]
    assert "-LogCmds=LogMovieRenderPipelineIO Verbose" in command
    assert not [word for word in command if "Executor" in word or "RmJob" in word]


def test_a_saved_queue_knows_its_maps(saved: Path) -> None:
    assert saved_command(saved, queue="/Game/Queue")[2:4] == ["-game", "-MoviePipelineConfig=/Game/Queue.Queue"]
    assert saved_command(saved, queue="/Game/Queue", map="/Game/Maps/Main")[2:4] == ["/Game/Maps/Main", "-game"]


@pytest.mark.parametrize(
    ("task_info", "words"),
    [
        ({"as_saved": True}, "name a preset or a queue"),
        ({"queue": "/Game/Queue", "preset": "/Game/Final"}, "leave out preset and sequence"),
        ({"queue": "/Game/Nothing"}, "has no queue /Game/Nothing; there are: /Game/Queue"),
        ({"queue": "/Game/Queue", "warm_up": 8, "resolution_x": 64}, "leave out task_info resolution_x, warm_up"),
        ({"queue": '/Game/Q" -ExecCmds="quit'}, "no path of an Unreal asset"),
    ],
)
def test_what_can_not_be_rendered_as_it_is_saved(saved: Path, task_info: dict[str, object], words: str) -> None:
    with pytest.raises(ProjectFileError, match=words):
        saved_command(saved, **task_info)


def test_only_what_is_saved_is_rendered_as_a_whole() -> None:
    unreal = Unreal()
    for info in ({"queue": "/Game/Q"}, {"as_saved": True, "preset": "/Game/P"}):
        assert unreal.renders_all(info)
        assert unreal.lists_frames(info)
        assert unreal.engine.undivided(info)
    for info in ({}, {"preset": "/Game/P"}, {"as_saved": False, "preset": "/Game/P"}):
        assert not unreal.renders_all(info)
        assert not unreal.lists_frames(info)
        assert not unreal.engine.undivided(info)


# -- the command line of Windows -----------------------------------------------------------------------------------

WINDOWS = [
    r"C:\Program Files\Epic Games\UE_5.4\Engine\Binaries\Win64\UnrealEditor-Cmd.exe",
    r"D:\film work\P.uproject",
    "/Game/Maps/Main?game=/Script/A.B",
    "-game",
    r"-abslog=D:\film work\ue (1).log",
    r"-RmJob=D:\jobs\job.json",
    "-EnablePlugins=A,B",
]


def test_values_with_spaces_are_quoted_where_the_engine_looks_for_it(rm_job: ModuleType) -> None:
    line = windows_line(WINDOWS)
    assert value_in(line, "abslog") == r"D:\film work\ue (1).log"
    assert value_in(line, "EnablePlugins") == "A,B"
    assert rm_job.file_named_by(line) == r"D:\jobs\job.json"
    # Who takes the line apart as other programs do gets the same: a quotation mark may stand within a part.
    assert parts_of(line) == WINDOWS


def test_the_usual_quoting_would_cut_a_value_at_its_first_space() -> None:
    assert value_in(subprocess.list2cmdline(WINDOWS), "abslog") == r"D:\film"


def test_a_backslash_at_the_end_does_not_take_the_quotation_mark_away() -> None:
    assert parts_of(windows_line(["ue.exe", "-Folder=D:\\a b\\", "-x"])) == ["ue.exe", r"-Folder=D:\a b", "-x"]


def parts_of(line: str) -> list[str]:
    """A line as Windows' own function takes it apart, where no quotation mark is within a value."""
    return [part.replace('"', "") for part in re.findall(r'(?:[^\s"]|"[^"]*")+', line)]


def test_a_start_says_how_windows_is_told(project: Path) -> None:
    assert launch(project)[0].windows_line is windows_line


# -- assets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/Game/Cine/Shot010", "/Game/Cine/Shot010"),
        (" /Game/Cine/Shot010.Shot010 ", "/Game/Cine/Shot010"),
        ("/Script/LevelSequence.LevelSequence'/Game/Cine/Shot010.Shot010'", "/Game/Cine/Shot010"),
        ("/Engine/Maps/Entry", "/Engine/Maps/Entry"),
        ("/MyPlugin/Shot-2", "/MyPlugin/Shot-2"),
        ("/Game/镜头/Shot", "/Game/镜头/Shot"),
    ],
)
def test_asset_paths_as_people_write_them(text: str, path: str) -> None:
    assert asset_path("sequence", text) == path


@pytest.mark.parametrize(
    "text",
    ["Shot010", "/Game", "/Game/", "/Game/A/", "/Game/A B", '/Game/A" -ExecCmds="quit', "/Game/../../etc", "C:/Game/A",
     "/Game/A\n", "", "/Game/A?game=X", "/Game/A,B"],
)  # fmt: skip
def test_what_is_no_asset_path_is_refused(text: str) -> None:
    if text == "/Game/A\n":
        assert asset_path("map", text) == "/Game/A"
        return
    with pytest.raises(ProjectFileError, match="no path of an Unreal asset"):
        asset_path("map", text)


def test_an_object_is_called_like_its_package() -> None:
    assert object_path("/Game/Cine/Shot010") == "/Game/Cine/Shot010.Shot010"


def test_the_default_map_is_taken_of_several(project: Path) -> None:
    make_project(project.parent, {"Maps/Menu.umap": MAP})
    with pytest.raises(ProjectFileError, match=r"several maps: /Game/Maps/Main, /Game/Maps/Menu\. .*--set map="):
        find_map(project, None)
    config = project.parent / "Config"
    config.mkdir()
    text = "[/Script/EngineSettings.GameMapsSettings]\nGameDefaultMap=/Engine/Maps/Entry\n"
    (config / "DefaultEngine.ini").write_text(text + "EditorStartupMap=/Game/maps/main.main\n", encoding="utf-8-sig")
    assert find_map(project, None) == "/Game/maps/main"


def test_a_default_map_in_a_file_of_two_byte_characters(project: Path) -> None:
    make_project(project.parent, {"Maps/Menu.umap": MAP})
    (project.parent / "Config").mkdir()
    text = "GameDefaultMap=/Game/Maps/Menu.Menu\r\n"
    (project.parent / "Config" / "DefaultEngine.ini").write_text(text, encoding="utf-16")
    assert find_map(project, None) == "/Game/Maps/Menu"


def test_a_named_map_must_be_there(project: Path) -> None:
    assert find_map(project, "/Game/Maps/Main.Main") == "/Game/Maps/Main"
    assert find_map(project, "/SomePlugin/Maps/Any") == "/SomePlugin/Maps/Any"
    with pytest.raises(ProjectFileError, match="no map /Game/Maps/Other; there are: /Game/Maps/Main"):
        find_map(project, "/Game/Maps/Other")


def test_a_named_sequence_or_preset_must_be_there(project: Path) -> None:
    with pytest.raises(ProjectFileError, match="no sequence /Game/Cine/Shot020; there are: /Game/Cine/Shot010"):
        launch(project, sequence="/Game/Cine/Shot020")
    with pytest.raises(ProjectFileError, match="no preset /Game/Presets/Final"):
        launch(project, preset="/Game/Presets/Final")


def test_an_asset_of_another_kind_is_not_taken_for_what_it_is_not(saved: Path) -> None:
    for option, path in (("sequence", "/Game/Final"), ("sequence", "/Game/Queue"), ("preset", "/Game/Queue")):
        with pytest.raises(ProjectFileError, match=f"{path} of Film.uproject is no {option}"):
            launch(saved, **{"sequence": "/Game/Cine/Shot010", option: path})
    with pytest.raises(ProjectFileError, match="is no queue"):
        saved_command(saved, queue="/Game/Cine/Shot010")
    make_project(saved.parent, {"Cine/Large.uasset": b"\0" * 70_000 + SEQUENCE})  # its names come too late to be seen
    assert launch(saved, sequence="/Game/Cine/Large")[1]["sequence"] == "/Game/Cine/Large.Large"


def test_several_sequences_are_listed(project: Path) -> None:
    make_project(project.parent, {"Cine/Shot020.uasset": SEQUENCE})
    with pytest.raises(ProjectFileError, match=r"several level sequences: /Game/Cine/Shot010, /Game/Cine/Shot020\."):
        find_sequence(project, None)


def test_a_project_without_a_sequence_says_so(tmp_path: Path) -> None:
    project = make_project(tmp_path, {"Main.umap": MAP, "Rock.uasset": b"StaticMesh\0"})
    with pytest.raises(ProjectFileError, match="no level sequence in its Content folder"):
        find_sequence(project, None)


def test_shots_of_a_cut_and_what_only_speaks_of_sequences_do_not_count(project: Path) -> None:
    shots = b"".join(b"/Game/Cine/%s\0" % name for name in (b"Shot010", b"Shot020"))
    assets = {
        "Cine/Cut.uasset": SEQUENCE + shots,
        "Cine/Shot020.uasset": SEQUENCE,
        "Cine/Player.uasset": b"LevelSequencePlayer\0LevelSequenceActor\0",
        "Cine/Queue.uasset": b"MoviePipelineQueue\0LevelSequence\0/Game/Cine/Cut\0",
        "Developers/me/Try.uasset": SEQUENCE,
        "__ExternalActors__/a/b.uasset": SEQUENCE,
        "Cine/Late.uasset": b"\0" * 70_000 + SEQUENCE,
    }
    make_project(project.parent, assets)
    assert find_sequence(project, None) == "/Game/Cine/Cut"


def test_a_shot_is_not_a_part_of_one_with_a_longer_name(project: Path) -> None:
    make_project(project.parent, {"Cine/Cut.uasset": SEQUENCE + b"/Game/Cine/Shot010_b\0"})
    with pytest.raises(ProjectFileError, match="several level sequences"):
        find_sequence(project, None)


# -- the project ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "no JSON", "[1, 2]", '"5.6"', "[" * 200_000])
def test_a_file_that_is_no_project_is_refused(tmp_path: Path, text: str) -> None:
    project = tmp_path / "Film.uproject"
    project.write_text(text)
    with pytest.raises(ProjectFileError, match=r"Film\.uproject is no Unreal project"):
        Unreal().check_project(project, ENGINE)


@pytest.mark.parametrize("association", ["5.6", "5.6.9", "5.1", "4.27", "{0B1C-22}", "", None])
def test_projects_of_this_engine_and_older_ones_are_opened(tmp_path: Path, association: str | None) -> None:
    Unreal().check_project(make_project(tmp_path, {}, EngineAssociation=association), ENGINE)


@pytest.mark.parametrize("association", ["5.7", "5.10", "6.0"])
def test_a_project_of_a_newer_engine_is_not_for_this_host(tmp_path: Path, association: str) -> None:
    with pytest.raises(RendererNotFound, match=rf"Unreal Engine {association}, which 5\.6\.1 of this host can't open"):
        Unreal().check_project(make_project(tmp_path, {}, EngineAssociation=association), ENGINE)


def test_compiled_modules_must_be_there_for_this_system(tmp_path: Path) -> None:
    project = make_project(tmp_path, {}, Modules=[{"Name": "Film", "Type": "Runtime"}])
    with pytest.raises(ProjectFileError, match=r"C\+\+ modules \(Film\).*Binaries folder"):
        Unreal().check_project(project, ENGINE)
    (tmp_path / "Binaries" / "PS5").mkdir(parents=True)
    (tmp_path / "Binaries" / "PS5" / "Film.prx").touch()
    with pytest.raises(RendererNotFound, match="not compiled for this host's system"):
        Unreal().check_project(project, ENGINE)
    for platform in ("Linux", "Win64", "Mac"):
        (tmp_path / "Binaries" / platform).mkdir()
        (tmp_path / "Binaries" / platform / "Film").touch()
    Unreal().check_project(project, ENGINE)


# -- the installation ----------------------------------------------------------------------------------------------


def install(folder: Path, version: tuple[int, int, int] | None = None) -> Path:
    program = folder / unreal_places._PROGRAMS[unreal_places.system()][0]
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    if version:
        build = folder / "Engine" / "Build"
        build.mkdir()
        parts = dict(zip(("MajorVersion", "MinorVersion", "PatchVersion"), version, strict=True))
        (build / "Build.version").write_text(json.dumps(parts))
    return program


def test_the_configured_program_and_its_version(tmp_path: Path) -> None:
    program = install(tmp_path / "engine", (5, 4, 4))
    assert Unreal().find(program) == Installation(program, "5.4.4")


def test_a_version_is_read_from_the_path_where_the_file_is_missing(tmp_path: Path) -> None:
    assert Unreal().find(install(tmp_path / "UE_5.3")).version == "5.3"
    assert Unreal().find(install(tmp_path / "UnrealEngine-5.10.2")).version == "5.10.2"
    with pytest.raises(RendererNotFound, match=r"no Engine/Build/Build\.version"):
        Unreal().find(install(tmp_path / "nameless"))


def test_a_project_is_opened_by_its_own_version_where_it_is_installed_too(tmp_path: Path) -> None:
    own, newest = install(tmp_path / "UE_5.4", (5, 4, 4)), install(tmp_path / "UE_5.6", (5, 6, 1))
    found = Installation(newest, "5.6.1")
    assert unreal_places.for_project(found, "5.4") == own
    assert unreal_places.for_project(found, "5.6") == newest
    assert unreal_places.for_project(found, "5.3") == newest  # which converts it
    assert unreal_places.for_project(found, "{0B1C-22}") == newest
    (tmp_path / "project").mkdir()
    project = make_project(tmp_path / "project", {"Main.umap": MAP, "Shot.uasset": SEQUENCE}, EngineAssociation="5.4")
    assert Unreal().launch(found, job_for(project), [1]).command[0] == str(own)


def test_a_damaged_version_file_is_passed_over(tmp_path: Path) -> None:
    program = install(tmp_path / "UE_5.5", (5, 5, 0))
    (tmp_path / "UE_5.5" / "Engine" / "Build" / "Build.version").write_text('{"MajorVersion": null}')
    assert Unreal().find(program).version == "5.5"


def test_a_configured_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RendererNotFound, match=r"UE_EXECUTABLE = .*nowhere: there is no program"):
        Unreal().find(tmp_path / "nowhere")
    (tmp_path / "text").touch(0o644)
    if os.name != "nt":
        with pytest.raises(RendererNotFound, match="there is no program"):
            Unreal().find(tmp_path / "text")


def test_the_newest_of_the_usual_places_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(unreal_places._FOLDERS, unreal_places.system(), (str(tmp_path / "UE_5*"),))
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path))
    with pytest.raises(RendererNotFound, match="not found on this host: install it, or set UE_EXECUTABLE"):
        Unreal().find(None)
    install(tmp_path / "UE_5.9", (5, 9, 1))
    newest = install(tmp_path / "UE_5.10", (5, 10, 0))
    assert Unreal().find(None) == Installation(newest, "5.10.0")


def test_what_the_launcher_installed_is_found_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(unreal_places._FOLDERS, "win32", ())
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path / "data"))
    program = install(tmp_path / "games" / "UE_5.6", (5, 6, 1))
    install(tmp_path / "games" / "Other", (9, 9, 9))
    listing = tmp_path / "data" / unreal_places._LAUNCHER
    listing.parent.mkdir(parents=True)
    entries = [
        {"AppName": "UE_5.6", "InstallLocation": str(tmp_path / "games" / "UE_5.6")},
        {"AppName": "Fortnite", "InstallLocation": str(tmp_path / "games" / "Other")},
        {"AppName": "UE_5.7", "InstallLocation": str(tmp_path / "uninstalled")},
    ]
    listing.write_text(json.dumps({"InstallationList": entries}))
    assert unreal_places.installed() == [Installation(program, "5.6.1")]
    listing.write_text("damaged")
    assert unreal_places.installed() == []


# -- the script in the editor, as far as it needs no editor --------------------------------------------------------


@pytest.fixture
def rm_job() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rm_job", resources() / "drivers" / "unreal" / "rm_job.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("P.uproject -game -RmJob=/tmp/job.json -abslog=/tmp/a", "/tmp/job.json"),
        ('-rmjob="/tmp/a b/job.json" -x', "/tmp/a b/job.json"),
        ('-x "-RmJob=D:\\a b\\job.json" -y', "D:\\a b\\job.json"),
        ("P.uproject -game", None),
    ],
)
def test_the_script_finds_its_job_in_the_command_line(rm_job: ModuleType, line: str, path: str | None) -> None:
    assert rm_job.file_named_by(line) == path


def test_the_script_reads_what_was_ordered(project: Path, rm_job: ModuleType) -> None:
    started, _ = launch(project, range(1, 10, 2))
    job = rm_job.Job(rm_job.file_named_by(" ".join(started.command)))
    assert list(job.frames) == [1, 3, 5, 7, 9]
    assert job.end == 10  # the engine's end is not rendered
    assert job.file_of(7, "png") == os.path.join(job.folder, "Shot010.0007.png")
    assert job.file_of(-7, "png") == os.path.join(job.folder, "Shot010.-0007.png")


def test_files_are_told_apart_by_the_number_in_their_names(rm_job: ModuleType) -> None:
    paths = ["/r/S.0001.png", "/r/S.0001.Depth.png", "/r/S.-0002.exr", "/r/S.12345.jpeg", "/r/S.0009.png", "/r/S.png"]
    found = rm_job.by_frame(paths, (-2, 1, 12345))
    names = {frame: [os.path.basename(path) for path in files] for frame, files in found.items()}
    assert names == {"1": ["S.0001.png", "S.0001.Depth.png"], "-2": ["S.-0002.exr"], "12345": ["S.12345.jpeg"]}


class Ticks:
    """A script's progress with a clock of its own, and what it says."""

    def __init__(self, rm_job: ModuleType, project: Path, frames: Sequence[int], extension: str | None = "png") -> None:
        started, _ = launch(project, frames)
        self.job = rm_job.Job(rm_job.file_named_by(" ".join(started.command)))
        Path(self.job.folder).mkdir(exist_ok=True)
        self.now = 0.0
        self.said: list[tuple[str, object]] = []
        self._make = lambda: rm_job.Progress(self.job, self._say, extension, lambda: self.now)

    def start(self) -> None:
        self._progress = self._make()

    def _say(self, event: str, **values: object) -> None:
        self.said.append((event, values.get("fraction", values["frame"])))

    def write(self, frame: int, data: bytes = b"image") -> None:
        Path(self.job.file_of(frame, "png")).write_bytes(data)

    def tick(self, index: int, total: int, overall: float) -> list[tuple[str, object]]:
        self.said.clear()
        self.now += 1.0
        self._progress.tick(index, total, overall)
        return list(self.said)


def test_the_script_tells_of_each_frame_and_of_progress_within_it(project: Path, rm_job: ModuleType) -> None:
    ticks = Ticks(rm_job, project, range(1, 10, 2))
    ticks.start()
    assert ticks.tick(-1, 0, 0.0) == []
    assert ticks.tick(0, 5, 0.0) == [("frame", 1)]
    assert ticks.tick(0, 5, 0.1) == [("progress", 0.5)]
    assert ticks.tick(0, 5, 0.1) == []  # silence is a sign
    assert ticks.tick(2, 5, 0.4) == [("frame", 3), ("frame", 5)]
    assert ticks.tick(9, 5, 2.0) == [("frame", 7), ("frame", 9)]
    assert ticks.tick(9, 5, 2.0) == [("progress", 1.0)]


def test_the_script_tells_of_files_once_those_of_the_next_frame_come(project: Path, rm_job: ModuleType) -> None:
    ticks = Ticks(rm_job, project, [1, 2, 3])
    ticks.write(1, b"of an earlier attempt")
    ticks.write(2, b"of an earlier attempt")
    ticks.start()
    ticks.tick(2, 3, 0.7)
    assert ("written", 1) not in ticks.tick(2, 3, 0.7)
    ticks.write(1)
    assert ("written", 1) not in ticks.tick(2, 3, 0.7)
    ticks.write(2)
    assert ticks.tick(2, 3, 0.7) == [("written", 1)]
    ticks.write(3)
    assert ticks.tick(2, 3, 0.7) == [("written", 2)]
    assert ticks.tick(2, 3, 0.7) == []  # the last one is for the result


def test_the_script_waits_for_the_result_where_it_can_not_know_the_files(project: Path, rm_job: ModuleType) -> None:
    ticks = Ticks(rm_job, project, [1, 2], extension=None)
    ticks.start()
    ticks.tick(1, 2, 0.9)
    ticks.write(1)
    ticks.write(2)
    assert ("written", 1) not in ticks.tick(1, 2, 1.0)
