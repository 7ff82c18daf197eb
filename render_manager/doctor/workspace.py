"""Where this host works: its folder for workspaces, its disk, and the program's own folder."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from render_manager.config import Settings
from render_manager.doctor.findings import failed, note, ok, skipped, warning
from render_manager.doctor.folders import look_at_folder, made, probe_folder, why_unusable
from render_manager.doctor.volumes import nearest_folder, network_share
from render_manager.domain.checkup import Finding, FindingState
from render_manager.storage.disk import is_full, readable

_WRITABLE, _SPACE, _LINKS, _PATHS = "workspace.writable", "workspace.free-space", "workspace.links", "workspace.paths"
_HOME, _SHARE = "workspace.home", "workspace.share"
_ON_DISK = {_WRITABLE: "Writable", _LINKS: "Links", _PATHS: "Paths"}
_DOWNLOADS = ".downloads"
#: Characters that Windows allows in a path by default, and that a workspace with its project takes beyond its root.
LONGEST_PATH, BELOW_ROOT = 260, 160


def look(settings: Settings) -> Iterator[Finding]:
    root = settings.workspace_root
    yield look_at_folder(_HOME, "The program's folder", settings.render_manager_home, "RENDER_MANAGER_HOME")
    space = _space(settings)
    yield space
    if space.state is FindingState.FAILED and (problem := why_unusable(root)) and is_full(problem):
        yield from (skipped(id, title, "room on the disk") for id, title in _ON_DISK.items())
    else:
        writable = look_at_folder(_WRITABLE, _ON_DISK[_WRITABLE], root, "WORKSPACE_ROOT_DIR")
        yield writable
        if writable.state is FindingState.OK:
            yield _links(root)
            yield _paths(root)
        else:
            yield skipped(_LINKS, _ON_DISK[_LINKS], "a folder that can be written")
            yield skipped(_PATHS, _ON_DISK[_PATHS], "a folder that can be written")
    kind = network_share(root)
    if kind:
        yield note(
            _SHARE,
            "Network share",
            f"{root} is on a network share ({kind}): each frame is written, and read to be checked, over the network.",
            "A disk of this machine is faster; UPLOAD_RENDERS = true makes images available elsewhere.",
        )
    else:
        yield ok(_SHARE, "Network share", "Workspaces are on a disk of this machine.")


def _space(settings: Settings) -> Finding:
    root = settings.workspace_root
    try:
        free = shutil.disk_usage(nearest_folder(root)).free
    except OSError as error:
        return failed(_SPACE, "Free space", f"The disk of {root} can't be read: {error.strerror}.", "See to the disk.")
    room, least = readable(free), f"{settings.min_free_disk_gb:g}"
    if free < settings.min_free_bytes:
        return failed(
            _SPACE,
            "Free space",
            f"{room} are free on the disk of {root}, less than MIN_FREE_DISK_GB = {least}: this host takes no task "
            "whose project it does not have.",
            "Make room (`render-manager cleanup`), set WORKSPACE_ROOT_DIR to another disk, or lower MIN_FREE_DISK_GB.",
        )
    return ok(_SPACE, "Free space", f"{room} are free on the disk of {root}; MIN_FREE_DISK_GB = {least} must stay.")


def _links(root: Path) -> Finding:
    """As workspaces get what was downloaded: by a link from the folder of downloads."""
    try:
        with made(root), made(root / _DOWNLOADS), probe_folder(root / _DOWNLOADS) as kept, probe_folder(root) as used:
            (kept / "content").write_bytes(b"content")
            os.link(kept / "content", used / "content")
    except OSError as error:
        return warning(
            _LINKS,
            "Links",
            f"Downloads can't be linked into workspaces ({error.strerror or error}): each is copied, and takes twice "
            "the room.",
            f"Keep {_DOWNLOADS} on the same disk as {root}, on one that knows hard links (NTFS, ext4, XFS, APFS).",
        )
    return ok(_LINKS, "Links", "Downloads are linked into workspaces: they take their room once.")


def _paths(root: Path, *, windows: bool = os.name == "nt") -> Finding:
    if windows and len(str(root)) + BELOW_ROOT > LONGEST_PATH:
        return warning(
            _PATHS,
            "Paths",
            f"{root} is {len(str(root))} characters long: Windows allows {LONGEST_PATH} for a whole path.",
            r"Set WORKSPACE_ROOT_DIR to a short one such as D:\work, or switch long paths on in Windows.",
        )
    with made(root), probe_folder(root) as folder:
        (folder / "case").touch()
        same = (folder / "CASE").exists()
    if same:
        return note(_PATHS, "Paths", "This disk takes upper and lower case for the same: projects must not rely on it.")
    return ok(_PATHS, "Paths", "Names keep upper and lower case apart.")
