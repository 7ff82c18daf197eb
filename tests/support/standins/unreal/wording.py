"""Lines and exit codes that are a best guess; what a real machine says replaces them here, in one place.

No rule of success may depend on them.
"""

import sys

#: The exit code of the crash handler.
CRASH_CODE = 3
#: The exit code of a crash while the program shuts down.
TEARDOWN_CODE = 0xC0000005 if sys.platform == "win32" else CRASH_CODE
#: The exit code of what is refused before the engine runs.
REFUSED_CODE = 1

NO_PROJECT = "Failed to open descriptor file '{path}'"
OTHER_VERSION = "The project {path} is made for engine {project}, this is {engine}"
MODULES_MISSING = "The following modules are missing or built with a different engine version: {names}"
MAP_MISSING = "Failed to load map {name}"
SEQUENCE_MISSING = "Failed to load sequence {name}"
CONFIG_MISSING = "Failed to load config {name}"
NO_CLASS = "No class set in Python Host Executor"
FILE_WRITTEN = "Finished writing {path}"

#: What a crash leaves in the log.
CRASH = """\
=== Critical error: ===

Fatal error!

Unhandled Exception: EXCEPTION_ACCESS_VIOLATION reading address 0x0000000000000018

[Callstack] 0x00007ff8c1f3a2b4 UnrealEditor-Renderer.dll!UnknownFunction []
[Callstack] 0x00007ff8f2b1126d KERNEL32.DLL!UnknownFunction []"""

_VRAM = """\
Fatal error: [File:D:/build/Engine/Source/Runtime/D3D12RHI/Private/D3D12Util.cpp] [Line: 811]
Out of video memory trying to allocate a rendering resource"""

_DEVICE_REMOVED = """\
Fatal error: [File:D:/build/Engine/Source/Runtime/D3D12RHI/Private/D3D12Util.cpp] [Line: 932]
GPU Crash dump Triggered: Unreal Engine is exiting due to D3D device being lost. \
(Error: 0x887A0005 - 'DXGI_ERROR_DEVICE_REMOVED')"""

#: What leaves it while a frame is rendered, by the mode that asks for it.
CRASHES = {"crash3": CRASH, "vram": _VRAM, "device_removed": _DEVICE_REMOVED}


def duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"+{hours:02d}:{minutes:02d}:{rest:06.3f}"
