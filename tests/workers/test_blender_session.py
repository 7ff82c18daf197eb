"""The driver in the real Blender, asked through a session."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import OpenImageIO
import pytest

from render_manager.domain.errors import RenderFailed
from render_manager.domain.failures import FailureClass
from workers.renderers.base import Installation, Limits, RenderJob
from workers.renderers.blender import Blender
from workers.renderers.events import FrameDone, SceneLoaded
from workers.session import Session

SCENES = Path(__file__).parents[1] / "scenes"
LIMITS = Limits(startup=120.0, frame=120.0)


class Studio:
    """An open Blender and where its images go."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.renders = folder / "renders"
        self.lines: list[str] = []

    def open(self, scene: Path, **options: object) -> SceneLoaded:
        self.renders.mkdir(exist_ok=True)
        self.session.open(RenderJob(scene, scene.parent, self.renders, self.folder, options))
        return self.session.loaded()

    def render(self, frame: int) -> tuple[FrameDone, list[str]]:
        self.session.begin(frame)
        return self.session.finish(self.lines.append, lambda fraction: None)


@pytest.fixture(scope="session")
def installation(blender: Path) -> Installation:
    return Blender().find(blender)


@pytest.fixture
def studio(tmp_path: Path, installation: Installation) -> Iterator[Studio]:
    session = Session(Blender(), installation, LIMITS, tmp_path)
    yield Studio(session, tmp_path)
    session.close()


def refused(ask: Callable[[], object]) -> RenderFailed:
    with pytest.raises(RenderFailed) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize(
    ("scene", "failure", "evidence"),
    [
        ("trunc.blend", FailureClass.SCENE, "Missing DNA block"),
        ("garbage.blend", FailureClass.SCENE, "not supported"),
        ("saved_by_5.blend", FailureClass.NODE, "not a blend file"),
    ],
)
def test_a_file_that_cannot_be_opened_is_blamed_rightly(
    studio: Studio, scene: str, failure: FailureClass, evidence: str
) -> None:
    error = refused(lambda: studio.open(SCENES / scene))
    assert error.failure is failure
    assert evidence in (error.evidence or "")
    assert scene in str(error)


def test_a_scene_without_a_camera_is_the_scenes_fault(studio: Studio) -> None:
    assert refused(lambda: studio.open(SCENES / "nocam_cycles.blend")).failure is FailureClass.SCENE


def test_an_image_that_cannot_be_written_is_the_disks_fault_and_the_session_goes_on(studio: Studio) -> None:
    studio.open(SCENES / "anim_cycles.blend")
    shutil.rmtree(studio.renders)
    studio.renders.touch()
    error = refused(lambda: studio.render(1))
    assert error.failure is FailureClass.STORAGE
    assert "cannot save" in (error.evidence or "")
    studio.renders.unlink()
    studio.renders.mkdir()
    assert Path(studio.render(2)[0].path).is_file()


@pytest.fixture(scope="module")
def python_scenes(tmp_path_factory: pytest.TempPathFactory, blender: Path) -> Path:
    """Scenes with Python: a driver, a driver in the compositor, a script, and drivers that are just broken."""
    folder = tmp_path_factory.mktemp("python")
    script = folder / "make.py"
    script.write_text(
        f"""
import bpy
scene, cube = bpy.context.scene, bpy.data.objects["Cube"]

def drive(owner, path, expression):
    driver = owner.driver_add(path).driver
    driver.type, driver.expression = "SCRIPTED", expression

def save(name):
    bpy.ops.wm.save_as_mainfile(filepath=r"{folder}/" + name + ".blend")

drive(cube, "hide_render", "bpy.context.scene.frame_current > 5")
save("driver")
cube.driver_remove("hide_render")
drive(cube, "hide_render", "frame > 5 and int(frame) > 2")
drive(cube, "pass_index", "not a word +")
drive(cube, "show_name", "1 / int(0)")
save("harmless")
for path in ("hide_render", "pass_index", "show_name"):
    cube.driver_remove(path)
scene.use_nodes = True
scene.node_tree.nodes.new("CompositorNodeBlur").name = "B"
drive(scene.node_tree, 'nodes["B"].size_x', "bpy.context.scene.frame_current")
save("nodes")
scene.node_tree.driver_remove('nodes["B"].size_x')

from rigify import rig_ui_template as rigify
classes = rigify.UI_REGISTER + rigify.UI_REGISTER_BAKE_SETTINGS
lines = [*rigify.UI_IMPORTS, rigify.UI_BASE_UTILITIES % "ab12", rigify.UI_SLIDERS, rigify.UI_BAKE_SETTINGS]
lines += ["class RigLayers(bpy.types.Panel):", "    def draw(self, context):", "        bpy.context.scene.frame_set(1)"]
lines += ["def register():", *("    bpy.utils.register_class(%s)" % name for name in classes), "register()"]
text = bpy.data.texts.new("script rig_ui.py")
text.write("\\n".join(lines))
text.use_module = True
save("rigify")
text.clear()
text.write("import bpy\\nfrom bpy.app.handlers import frame_change_pre as changes\\n")
text.write("def setup(scene): pass\\ndef register(): changes.append(setup)\\nregister()")
save("handler")
bpy.data.texts.remove(text)
text = bpy.data.texts.new("rig.py")
text.write("import bpy\\nbpy.context.scene.render.resolution_x = 48")
text.use_module = True
save("script")
"""
    )
    command = [str(blender), "-b", str(SCENES / "anim_workbench.blend"), "--python-exit-code", "9"]
    subprocess.run([*command, "--python", str(script)], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return folder


@pytest.mark.parametrize(
    ("scene", "what"),
    [
        ("driver", "bpy.context.scene.frame_current > 5"),
        ("nodes", "frame_current"),
        ("script", "script rig.py"),
        ("handler", "rig_ui.py"),
    ],
)
def test_a_scene_that_needs_python_is_refused(studio: Studio, python_scenes: Path, scene: str, what: str) -> None:
    error = refused(lambda: studio.open(python_scenes / f"{scene}.blend"))
    assert error.failure is FailureClass.SCENE
    assert what in str(error)
    assert "allow_scripts=true" in str(error)
    assert "ignore_scripts=true" in str(error)


def test_a_script_that_only_registers_panels_does_not_keep_a_scene_from_rendering(
    studio: Studio, python_scenes: Path
) -> None:
    """As Rigify's, which is in every scene with a character of it."""
    studio.open(python_scenes / "rigify.blend")
    assert Path(studio.render(1)[0].path).is_file()


def test_a_script_of_a_trusted_scene_is_run(studio: Studio, python_scenes: Path) -> None:
    studio.open(python_scenes / "script.blend", allow_scripts=True)
    assert OpenImageIO.ImageInput.open(studio.render(1)[0].path).spec().width == 48


def test_a_driver_of_a_trusted_scene_is_evaluated(studio: Studio, python_scenes: Path) -> None:
    studio.open(python_scenes / "driver.blend", allow_scripts=True)
    assert mean(studio.render(5)[0].path) != mean(studio.render(6)[0].path)


@pytest.mark.parametrize("scene", ["driver", "nodes", "script"])
def test_python_of_a_scene_can_be_ignored(studio: Studio, python_scenes: Path, scene: str) -> None:
    studio.open(python_scenes / f"{scene}.blend", ignore_scripts=True)
    assert OpenImageIO.ImageInput.open(studio.render(6)[0].path).spec().width == 64


def test_a_driver_that_is_only_wrong_does_not_keep_a_scene_from_rendering(studio: Studio, python_scenes: Path) -> None:
    studio.open(python_scenes / "harmless.blend")
    assert mean(studio.render(5)[0].path) != mean(studio.render(6)[0].path)


def mean(path: str) -> tuple[float, ...]:
    return tuple(OpenImageIO.ImageBufAlgo.computePixelStats(OpenImageIO.ImageBuf(path)).avg)
