"""Blender's words for what goes wrong, and of which kind that is."""

import re

from render_manager.domain.failures import FailureClass

_C = FailureClass

#: The first that is found in a line counts.
_KINDS = tuple(
    (failure, re.compile(pattern, re.IGNORECASE))
    for failure, pattern in (
        (
            _C.GPU_MEMORY,
            r"out of GPU|(?:CUDA|OptiX|HIP|Metal|oneAPI)\b.*(?:out of memory|OUT_OF_MEMORY)|cuMemAlloc|hipMalloc",
        ),
        (_C.MEMORY, r"[CM]alloc(?:N|_array\w*)? returns null|out of memory|bad_alloc|^MemoryError\b"),
        (
            _C.STORAGE,
            r"No space left on device|Disk quota exceeded|Read-only file system|cannot save|"
            r"Cannot open file for writing|Failed to write pixel data|Error (?:writing tile|opening tile file)",
        ),
        (_C.NODE, r"engine not found|Build without|newer Blender|, not a blend file"),
        (
            _C.ASSET,
            r"Unable to open '|Cannot find lib|^LIB: .* missing from|libraries and \d+ linked data-blocks are missing",
        ),
        (
            _C.SCENE,
            r"no camera|Missing DNA block|File format is not supported|Cannot read file|Failed to read blend file|"
            r"Can't find scene|Render size too small",
        ),
    )
)
#: With these an image is not what it should be, although Blender may say that it saved it.
SPOILING = frozenset({_C.STORAGE, _C.MEMORY, _C.GPU_MEMORY})


def failure_of(text: str) -> FailureClass:
    """Of which kind the failure is that a line, or a message without its "Error:", tells of; UNKNOWN if of none."""
    for failure, pattern in _KINDS:
        if pattern.search(text):
            return failure
    return FailureClass.UNKNOWN
