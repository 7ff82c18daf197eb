"""This machine: fonts, checksums, graphics cards, the window."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from render_manager.doctor.window import _PACKAGES
from tests.doctor.conftest import Practice
from tests.documents.usage import qt_libraries
from tests.support.screen import Screen

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have all that Qt needs")


def test_no_font_with_chinese(practice: Practice, tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    report = practice.examine(FONTCONFIG_FILE=str(nothing))
    report.well_but("machine.fonts", "warning", "boxes", "fonts-noto-cjk", "fonts-wqy-microhei")
    assert report.worst == "warning"


def test_checksums_in_pure_python(practice: Practice) -> None:
    report = practice.examine(**practice.without("crcmod._crcfunext"))
    report.well_but("machine.crc", "warning", "pure Python", "MB/s", "pip install --force-reinstall crcmod-plus")
    practice.examine("--only", "machine").well_but("machine.crc", "ok", "C extension")


def test_images_can_not_be_checked(practice: Practice) -> None:
    report = practice.examine("--only", "machine", **practice.without("OpenImageIO"))
    report.well_but("machine.images", "warning", "pip install '.[worker]'")


def test_graphics_cards(practice: Practice, tmp_path: Path) -> None:
    practice.examine("--only", "machine", PATH="/nowhere").well_but("machine.gpu", "note", "None was found")
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA RTX A6000, 550.54, 49140 MiB'\n")
    tool.chmod(0o755)
    report = practice.examine("--only", "machine", PATH=f"{tmp_path}:/usr/bin:/bin")
    report.well_but("machine.gpu", "ok", "NVIDIA RTX A6000, 550.54")


@pytest.fixture
def at_a_desk(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody who sits before a screen."""
    with Screen(tmp_path) as screen:
        yield {"QT_QPA_PLATFORM": "", "WAYLAND_DISPLAY": "", "DISPLAY": screen.display}


@on_linux
def test_a_window_can_be_opened(practice: Practice, at_a_desk: dict[str, str]) -> None:
    practice.examine("--only", "machine", **at_a_desk).well_but("machine.window", "ok", "by Qt's plugin xcb")


@on_linux
def test_no_display_is_no_fault(practice: Practice) -> None:
    nothing = {"QT_QPA_PLATFORM": "", "WAYLAND_DISPLAY": "", "DISPLAY": ""}
    practice.examine("--only", "machine", **nothing).well_but("machine.window", "note", "no display", "DISPLAY")


@on_linux
def test_a_library_of_qt_that_can_not_be_loaded(practice: Practice, at_a_desk: dict[str, str], tmp_path: Path) -> None:
    for library, package in (("libxcb-cursor.so.0", "libxcb-cursor0"), ("libEGL.so.1", "libegl1")):
        folder = tmp_path / package
        folder.mkdir()
        (folder / library).write_text("no library")
        broken = {**at_a_desk, "LD_LIBRARY_PATH": str(folder)}
        report = practice.examine("--only", "machine", **broken)
        report.well_but("machine.window", "warning", library, f"--no-install-recommends {package}`")


@on_linux
def test_a_display_that_does_not_answer(practice: Practice, at_a_desk: dict[str, str]) -> None:
    away = {**at_a_desk, "DISPLAY": ":9999"}
    practice.examine("--only", "machine", **away).well_but("machine.window", "warning", ":9999 does not answer")


@on_linux
def test_a_plugin_that_qt_has_not(practice: Practice) -> None:
    report = practice.examine("--only", "machine", QT_QPA_PLATFORM="paper")
    report.well_but("machine.window", "warning", "QT_QPA_PLATFORM = paper")


def test_the_window_is_not_installed(practice: Practice) -> None:
    report = practice.examine("--only", "machine", **practice.without("PySide6"))
    report.well_but("machine.window", "note", "PySide6 is missing", "'.[gui]'")


def test_the_packages_are_those_that_run_py_installs() -> None:
    assert qt_libraries() <= set(_PACKAGES.values())
