"""How busy graphics cards are, by a program that answers like nvidia-smi."""

import stat
from pathlib import Path

import pytest

from workers import graphics
from workers.graphics import GraphicsCards, GraphicsLoad, read

TWO_CARDS = "87, 5120, 20480\n12, 20000, 20480\n"


def _program(folder: Path, script: str) -> str:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_busiest_and_the_fullest_card_count() -> None:
    assert read(TWO_CARDS) == GraphicsLoad(87.0, 100 * 20000 / 20480)


def test_what_a_card_does_not_say_is_left_out() -> None:
    assert read("[N/A], 100, 1000\n[Not Supported], [N/A], [N/A]\nnonsense\n") == GraphicsLoad(None, 10.0)


def test_asked_and_kept_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tmp_path / "asked"
    cards = GraphicsCards(lambda: _program(tmp_path, f"echo x >> {asked}; printf '{TWO_CARDS}'"))
    assert cards.load().busy == 87.0
    assert cards.load().busy == 87.0
    assert asked.read_text() == "x\n"
    monkeypatch.setattr(graphics.time, "monotonic", lambda: 1e9)
    cards.load()
    assert asked.read_text() == "x\nx\n"


@pytest.mark.parametrize("script", ["exit 9", "echo Failed to initialize NVML", "exec sleep 60"])
def test_a_driver_that_fails_or_hangs_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(graphics, "TIMEOUT", 0.3)
    asked: list[bool] = []

    def find() -> str:
        asked.append(True)
        return _program(tmp_path, script)

    cards = GraphicsCards(find)
    assert cards.load() == cards.load() == GraphicsLoad()
    assert len(asked) == 1, "not at each heartbeat"


def test_no_program_no_answer() -> None:
    assert GraphicsCards(lambda: None).load() == GraphicsLoad()


def test_words_in_the_systems_own_encoding_keep_no_heartbeat_from_going_out(tmp_path: Path) -> None:
    script = r"printf '\327\323\261\270\n87, 5120, 20480\n'"
    assert GraphicsCards(lambda: _program(tmp_path, script)).load().busy == 87.0
