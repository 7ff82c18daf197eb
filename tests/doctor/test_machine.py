"""This machine: fonts, checksums, graphics cards."""

from pathlib import Path

from tests.doctor.conftest import Practice


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
