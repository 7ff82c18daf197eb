"""This machine: parts of Python that must be fast, fonts, graphics cards, the window."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from glob import glob
from pathlib import Path

from render_manager.config import Settings
from render_manager.doctor.findings import note, ok, warning
from render_manager.doctor.window import look_at_window
from render_manager.domain.checkup import Finding
from workers.graphics import GraphicsCards

_CRC, _IMAGES, _FONTS, _GPU = "machine.crc", "machine.images", "machine.fonts", "machine.gpu"
_OSS_POLYNOMIAL = 0x142F0E1EBA9EA3693
#: Files of fonts that have Chinese, where there is no fontconfig to ask.
_FONT_FILES = {
    "win32": (r"%WINDIR%\Fonts\msyh*", r"%WINDIR%\Fonts\simsun*", r"%WINDIR%\Fonts\simhei*", r"%WINDIR%\Fonts\deng*"),
    "darwin": ("/System/Library/Fonts/PingFang*", "/System/Library/Fonts/STHeiti*", "/Library/Fonts/*CJK*"),
    "linux": (
        "/usr/share/fonts/**/*CJK*",
        "/usr/share/fonts/**/wqy-*",
        "/usr/share/fonts/**/*SourceHan*",
        "/usr/local/share/fonts/**/*CJK*",
        "~/.fonts/**/*CJK*",
        "~/.local/share/fonts/**/*CJK*",
    ),
}
_FONT_ADVICE = {
    "win32": "Add the optional feature Chinese (Simplified) Supplemental Fonts in the settings of Windows.",
    "darwin": "Switch PingFang SC on in Font Book.",
    "linux": "apt-get install fonts-noto-cjk, or fonts-wqy-microhei, which is smaller (Fedora: "
    "google-noto-sans-cjk-fonts).",
}


def look(settings: Settings) -> Iterator[Finding]:
    yield _crc()
    yield _images()
    yield _fonts()
    yield _gpu()
    yield look_at_window()


def _crc() -> Finding:
    import crcmod
    from crcmod import crcmod as inner  # type: ignore[import-not-found]

    data = bytes(1 << 18)
    compute = crcmod.mkCrcFun(_OSS_POLYNOMIAL, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)
    times: list[float] = []
    for _ in range(5):  # the best of them: the other parts of the examination are busy, too
        began = time.perf_counter()
        compute(data)
        times.append(time.perf_counter() - began)
    speed = len(data) / min(times) / 1e6
    if getattr(inner, "_usingExtension", False):
        return ok(_CRC, "Checksums", f"Computed by the C extension of crcmod, {speed:.0f} MB/s.")
    return warning(
        _CRC,
        "Checksums",
        f"crcmod is without its C extension: checksums of transfers are computed in pure Python, {speed:.0f} MB/s.",
        "Run pip install --force-reinstall crcmod-plus, whose wheels have the extension.",
    )


def _images() -> Finding:
    if importlib.util.find_spec("OpenImageIO"):
        return ok(_IMAGES, "Images", "OpenImageIO is there to check rendered images with.")
    return warning(
        _IMAGES,
        "Images",
        "OpenImageIO is not installed: a worker of this machine can't check what it renders.",
        "Run pip install '.[worker]' in the checkout, or pip install OpenImageIO numpy.",
    )


def _fonts() -> Finding:
    fonts = _chinese_fonts()
    if fonts:
        return ok(_FONTS, "Fonts", f"Chinese is shown by {fonts[0]}.")
    system = sys.platform if sys.platform in _FONT_ADVICE else "linux"
    return warning(
        _FONTS, "Fonts", "No font with Chinese was found: names in it are shown as boxes.", _FONT_ADVICE[system]
    )


def _chinese_fonts() -> list[str]:
    """Names of fonts, or files of them, that have Chinese."""
    if program := shutil.which("fc-list"):
        try:
            asked = subprocess.run(
                [program, ":lang=zh", "family"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=20,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            asked = None
        if asked is not None:
            return sorted({line.split(",")[0].strip() for line in asked.stdout.splitlines() if line.strip()})
    forms = _FONT_FILES.get(sys.platform, _FONT_FILES["linux"])
    places = [os.path.expanduser(os.path.expandvars(form)) for form in forms]
    return sorted({Path(found).name for place in places for found in glob(place, recursive=True)})


def _gpu() -> Finding:
    cards = GraphicsCards().names()
    if not cards:
        return note(_GPU, "Graphics cards", "None was found by nvidia-smi: frames are rendered by the processor.")
    return ok(_GPU, "Graphics cards", ", ".join(cards))
