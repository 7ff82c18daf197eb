"""Which scripts of a Blender scene may stay unrun: told by their source, without Blender."""

import sys
import types

import pytest

from render_manager.resource_files import resources


@pytest.fixture
def only_registers(monkeypatch: pytest.MonkeyPatch):
    bpy = types.ModuleType("bpy")
    monkeypatch.setitem(sys.modules, "bpy", bpy)
    monkeypatch.delitem(sys.modules, "blender_python", raising=False)
    monkeypatch.syspath_prepend(str(resources() / "drivers"))
    import blender_python

    yield blender_python.only_registers
    del sys.modules["blender_python"]


PANEL = "import bpy\nclass A(bpy.types.Panel):\n  order = 1\n  def draw(self, context): bpy.ops.a.b()\n"


@pytest.mark.parametrize(
    "source",
    [
        f"{PANEL}bpy.utils.register_class(A)",
        f"{PANEL}def register(): bpy.utils.register_class(A)\nif __name__ == '__main__':\n  register()",
        f"{PANEL}if bpy.app.version > (2, 80, 0):\n  bpy.utils.register_class(A)",
        "def never_called(): bpy.data.objects.clear()",
        "this is (no Python",
    ],
)
def test_what_only_registers(only_registers, source: str) -> None:
    assert only_registers(source)


@pytest.mark.parametrize(
    "source",
    [
        "import bpy\nbpy.context.scene.frame_set(1)",
        "from bpy import context as c\nc.scene.frame_set(1)",
        "import bpy.ops as o\no.render.render()",
        "def f(): g()\ndef g(): bpy.data.objects.clear()\nf()",
        "def f(): bpy.data.objects.clear()\nlist(map(f, [1]))",
        "class A:\n  bpy.data.objects.clear()",
        "from bpy.app.handlers import frame_change_pre as f\nf.append(print)",
        "import bpy\nbpy.app.driver_namespace['f'] = abs",
        "exec('x')",
    ],
)
def test_what_may_change_the_image(only_registers, source: str) -> None:
    assert not only_registers(source)
