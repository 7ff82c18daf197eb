"""Wording, exit codes and defaults of Maya that nobody has yet seen on a real machine, or that may differ there.

What is found out on one belongs here. No rule of success may depend on what stands under GUESSED.
"""

#: Exit codes. Seen: 210 for what MEL reports, 255 without a word for a failed start, Windows' access violation.
OK = 0
MEL_FAILED = 210
START_FAILED = 255
ACCESS_VIOLATION = 0xC0000005
# GUESSED:
USAGE = 1
RENDERER_NOT_VALID = 1
NOT_INITIALIZED = 1  # no place for settings, somebody else's Python
LICENCE_REFUSED = MEL_FAILED
SIGNALLED = 128  # Render is a shell script on Linux, which adds this to the signal that ended mayabatch
#: Not the real program: the stand-in was asked for something it can't do.
NOT_DONE_HERE = 99

# GUESSED: what counts where the command line says nothing.
VERBOSITY = 1  # warnings: neither progress nor written files are shown
ABORT_ON_ERROR = True
ABORT_ON_LICENCE_FAILURE = True  # documented
#: Names that files get, where they are not those of the formats.
SUFFIXES = {"jpeg": "jpg"}
#: The default layer: its name on the command line, and that of its folder.
DEFAULT_LAYER, DEFAULT_LAYER_FOLDER = "defaultRenderLayer", "masterLayer"
#: Every scene has these.
DEFAULT_CAMERAS = ("persp", "top", "front", "side")
#: Seconds of a real machine, which MAYA_STANDIN_SPEED shortens.
STARTUP, FRAME, LICENCE_WAIT = 5.0, 5.0, 300.0

#: Maya's own lines, translated by its language; Arnold's are always English.
ENGLISH = {
    "error": "Error: {text}",
    "warning": "Warning: {text}",
    "file_read": "File read in  {seconds:.2f} seconds.",
    "result": "Result: {scene}",
    "completed": "Scene {scene} completed.",
    "failed": "file: {mel} line 34: Scene {scene} failed to render.",
    "exited": "// Maya exited with status {code}",
    "no_camera": "makeCameraRenderable.mel line 34: Camera [{camera}] does not exist.",
    "finished": "Finished Rendering {path}.",
    "fatal": "Fatal Error. Attempting to save in {path}",
    "no_licence": "License was not obtained",
    "legacy_layers": "The scene contains legacy render layers, but this session uses render setup.",
    # GUESSED:
    "no_scene": "file: {mel} line 26: File not found: {scene}",
    "no_maya_file": "file: {mel} line 26: {scene}: Unrecognized file.",
    "newer": "file: {mel} line 26: {scene}: File was saved by Maya {version}, which is newer than this one.",
    "no_project": "file: {mel} line 20: There is no project in {path}",
    "no_layer": "file: {mel} line 31: Render layer {layer} does not exist.",
    "broken_flag": "file: {mel} line 12: Syntax error",
    "cannot_write": "Could not write {path}",
    "not_writable": "Error encountered when initializing Maya - Please check for sufficient disk space and necessary "
    "write permissions of MAYA_APP_DIR.",
    "foreign_python": "Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding",
}
CHINESE = {
    **ENGLISH,
    "error": "错误: {text}",
    "warning": "警告: {text}",
    "file_read": "文件读取用时 {seconds:.2f} 秒。",
    "result": "结果: {scene}",
    "completed": "场景 {scene} 已完成。",
    "failed": "文件: {mel} 第 34 行: 场景 {scene} 渲染失败。",
    "exited": "// Maya 已退出，状态为 {code}",
    "no_camera": "makeCameraRenderable.mel 第 34 行: 摄影机 [{camera}] 不存在。",
    "finished": "完成渲染 {path}。",
    "fatal": "致命错误。正在尝试保存到 {path}",
    "no_licence": "未获得许可证",
}

#: Said at start. Each with the stream it goes to: 1 output, 2 errors.
CHATTER = (
    (2, "This plugin does not support createPlatformOpenGLContext!"),
    (1, "Initialized VP2.0 renderer {"),
    (1, "  Version : 2016.11.80.15. Feature Level 5."),
    (1, "  Adapter : llvmpipe"),
    (1, "}"),
    (1, "OpenCL evaluator is attempting to initialize OpenCL."),
    (1, "Detected 1 OpenCL Platforms:"),
)
STARTING = 'Starting "{program}"'

# Arnold's and MtoA's.
ARNOLD_VERSION = "Arnold 7.4.0.0 [516ade3d] linux x86_64 clang-15.0.7 oiio-2.5.0 2025/02/04 21:52:37"
LICENCE_ABORT = "aborting render because this is a batch render and abort_on_license_fail option is enabled"
WATERMARK = "rendering with watermarks because of failed authorization:"
MISSING_TEXTURE = ' [texturesys] file1: Invalid image file "{path}"'
TERMINATING_EARLY = "render terminating early: received abort signal"
CANNOT_CREATE = " [driver_{kind}] can't create file `{path}'"
BATCH_FAILED = "[mtoa] Failed batch render"
SEQUENCE_FRAME = "[mtoa] Rendering Frame: {frame} ({position}/{count})  Camera: {camera}  Layer: {layer}"
SKIPPING = "[mtoa] Skipping existing image: {path}"
UPDATING = "Updating Arnold Scene..."
OUT_OF_MEMORY = "terminate called after throwing an instance of 'std::bad_alloc'"

USAGE_TEXT = """\
Usage: Render [flags] scene
Maya's batch renderer, as a stand-in for tests.
Flags of all renderers: {common}
Flags after -r arnold: {arnold}"""
VERSION_TEXT = "Maya {version}, Cut Number 000000000000"  # GUESSED, as is that -v and -version ask for it
RENDERER_TEXT = 'Renderer "{name}" is not valid'


def digits(frame: int, padding: int) -> str:
    """A frame number in a file's name. GUESSED: a negative one has its sign before all digits."""
    return f"{'-' if frame < 0 else ''}{abs(frame):0{padding}d}"
