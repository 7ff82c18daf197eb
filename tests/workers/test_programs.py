"""Programs that settings name, and what is remembered of those that did not start."""

import os
import re
from pathlib import Path

import pytest

from render_manager.domain.errors import RendererNotFound
from workers import lately
from workers.lately import Lately
from workers.renderers.programs import answer_of
from workers.renderers.registry import RENDERERS


@pytest.mark.parametrize("engine", RENDERERS)
def test_a_setting_that_names_no_program_is_refused_by_every_engine(tmp_path: Path, engine: str) -> None:
    renderer = RENDERERS[engine]
    setting = renderer.engine.executable_setting
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(RendererNotFound, match=f"{setting} = {re.escape(str(path))}: there is no program; set the"):
            renderer.find(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such right")
@pytest.mark.parametrize("engine", RENDERERS)
def test_a_file_that_may_not_be_executed_is_refused_by_every_engine(tmp_path: Path, engine: str) -> None:
    file = tmp_path / "program"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o644)
    with pytest.raises(RendererNotFound, match="only a file that may not be executed"):
        RENDERERS[engine].find(file)


@pytest.mark.skipif(os.name == "nt", reason="the program is a script with a first line")
def test_a_program_that_does_not_start_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/no/such/shell\n")
    program.chmod(0o755)
    with pytest.raises(RendererNotFound, match=r"Thing at .* does not start"):
        answer_of(program, "--version", label="Thing")


def test_what_was_noted_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(lately.time, "monotonic", lambda: now)
    noted = Lately(60.0)
    noted.add("blender")
    assert "blender" in noted
    assert "maya" not in noted
    now += 61.0
    assert "blender" not in noted
