"""Projects and installations on disk for the stand-in of UnrealEditor-Cmd."""

import json
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("unreal_editor_cmd.py")
PLUGINS = ("PythonScriptPlugin", "MovieRenderPipeline")
#: What a package of the engine begins with.
PACKAGE_MARK = b"\xc1\x83\x2a\x9e"
_PLATFORMS = {"win32": "Win64", "darwin": "Mac"}


def make_project(
    folder: Path,
    *,
    name: str = "Shot",
    association: str = "5.4",
    maps: Iterable[str] = ("/Game/Maps/Shot",),
    sequences: Mapping[str, Mapping[str, Any]] | None = None,
    presets: Iterable[str | Mapping[str, Any]] = (),
    queues: Iterable[str | Mapping[str, Any]] = (),
    plugins: Iterable[str] = PLUGINS,
    modules: Iterable[str] = (),
) -> Path:
    """Lay out a project; its descriptor's path.

    Args:
        association: the engine version the project is for.
        sequences: by asset path; ``start``, ``end`` (not rendered any more), ``fps`` and ``shots``, a list of
            ``name``, ``start``, ``end`` and perhaps ``camera``. By default one of 24 frames.
        presets: asset paths, or objects with ``path`` and settings: ``formats`` (of png, jpg, bmp, exr and mov),
            ``passes``, ``anti_aliasing``, and any property of the output setting, such as ``output_directory`` or
            ``custom_end_frame``.
        queues: asset paths, or objects with ``path`` and ``jobs``, each with ``sequence``, ``map`` and ``preset``.
        modules: C++ modules, which have no binaries unless the test puts some into ``Binaries``.
    """
    if sequences is None:
        sequences = {"/Game/Cinematics/Shot": {"start": 0, "end": 24, "fps": 24}}
    presets = [{"path": one} if isinstance(one, str) else dict(one) for one in presets]
    queues = [{"path": one} if isinstance(one, str) else dict(one) for one in queues]
    maps = list(maps)
    content = folder / "Content"
    content.mkdir(parents=True, exist_ok=True)
    descriptor: dict[str, Any] = {
        "FileVersion": 3,
        "EngineAssociation": association,
        "Category": "",
        "Description": "",
        "Plugins": [{"Name": plugin, "Enabled": True} for plugin in plugins],
    }
    if names := list(modules):
        descriptor["Modules"] = [{"Name": module, "Type": "Runtime", "LoadingPhase": "Default"} for module in names]
    project = folder / f"{name}.uproject"
    project.write_text(json.dumps(descriptor, indent="\t"), "utf-8")
    for path in maps:
        _write_asset(content, path, ".umap", "World")
    for path in sequences:
        _write_asset(content, path, ".uasset", "LevelSequence")
    for preset in presets:
        _write_asset(content, preset["path"], ".uasset", "MoviePipelinePrimaryConfig")
    for queue in queues:
        _write_asset(content, queue["path"], ".uasset", "MoviePipelineQueue")
    if maps:
        config = folder / "Config"
        config.mkdir(exist_ok=True)
        section = "[/Script/EngineSettings.GameMapsSettings]"
        config.joinpath("DefaultEngine.ini").write_text(
            f"{section}\nGameDefaultMap={maps[0]}\nEditorStartupMap={maps[0]}\n", "utf-8"
        )
    listed = {"maps": maps, "sequences": sequences, "presets": presets, "queues": queues}
    content.joinpath("standin.json").write_text(json.dumps(listed, indent=1), "utf-8")
    return project


def make_installation(folder: Path, version: str = "5.4.4") -> Path:
    """Lay out an engine below ``folder`` that is the stand-in; the path of its UnrealEditor-Cmd.

    On Windows that is a ``.cmd`` file, as nothing here can make an ``.exe``.
    """
    platform = _PLATFORMS.get(sys.platform, "Linux")
    binaries, build = folder / "Engine" / "Binaries" / platform, folder / "Engine" / "Build"
    binaries.mkdir(parents=True, exist_ok=True)
    build.mkdir(parents=True, exist_ok=True)
    major, minor, patch = (*map(int, version.split(".")), 0, 0)[:3]
    fields = {
        "MajorVersion": major,
        "MinorVersion": minor,
        "PatchVersion": patch,
        "Changelist": 35576357,
        "CompatibleChangelist": 33043543,
        "IsLicenseeVersion": 0,
        "IsPromotedBuild": 1,
        "BranchName": f"++UE{major}+Release-{major}.{minor}",
    }
    build.joinpath("Build.version").write_text(json.dumps(fields, indent="\t"), "utf-8")
    if sys.platform == "win32":
        program = binaries / "UnrealEditor-Cmd.cmd"
        # %* hands on all that was given.
        program.write_text(
            f'@set "UE_STANDIN_PROGRAM={program}"\n@"{sys.executable}" -S "{PROGRAM}" %*\n@exit /b %ERRORLEVEL%\n',
            "utf-8",
        )
    else:
        program = binaries / "UnrealEditor-Cmd"
        # `exec` keeps the process id; -S starts faster and, like the real program, knows no packages of ours.
        program.write_text(
            f"#!/bin/sh\nUE_STANDIN_PROGRAM={shlex.quote(str(program))}; export UE_STANDIN_PROGRAM\n"
            f'exec {shlex.quote(sys.executable)} -S {shlex.quote(str(PROGRAM))} "$@"\n',
            "utf-8",
        )
        os.chmod(program, 0o755)
    return program


def _write_asset(content: Path, path: str, suffix: str, kind: str) -> None:
    file = content / (path.removeprefix("/Game/").split(".")[0] + suffix)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(PACKAGE_MARK + b"\0" * 64 + kind.encode() + b"\0" + path.encode() + b"\0" * 64)
