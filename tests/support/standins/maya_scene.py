"""Scenes and installations for the stand-in of Maya's batch renderer."""

import json
from pathlib import Path

from tests.support.standins.maya.scene import DEFAULTS, MARK

RENDER = Path(__file__).parent / "maya_render.py"
MAYAPY = Path(__file__).parent / "mayapy.py"


def make_scene(path: Path | str, *, maya: int = 2024, **fields: object) -> Path:
    """Write a scene, ASCII or binary by its suffix.

    Args:
        maya: the version that saved it.
        fields: what the scene says of itself: see DEFAULTS in maya/scene.py.
    """
    unknown = fields.keys() - DEFAULTS.keys()
    if unknown:
        raise TypeError(f"A scene has no {', '.join(sorted(unknown))}")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    said = MARK + json.dumps(fields).encode()
    requires = f'requires maya "{maya}";'.encode()
    if path.suffix == ".mb":
        path.write_bytes(b"FOR8\0\0\0\0MayaHEAD\0" + requires + b"\n" + said + b"\n\0\xff\xfe")
    else:
        head = f"//Maya ASCII {maya} scene\n//Name: {path.name}\n//Codeset: UTF-8\n".encode()
        path.write_bytes(head + requires + b"\n" + said + b"\n// End of " + path.name.encode() + b"\n")
    return path


def install(folder: Path, version: int = 2024) -> Path:
    """An installation as on Linux, whose path tells its version. Its Render."""
    program = folder / f"maya{version}" / "bin" / "Render"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.symlink_to(RENDER)
    program.with_name("mayapy").symlink_to(MAYAPY)
    return program
