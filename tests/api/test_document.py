"""Every code block of docs/python-api.md runs, one after the other, on real farms with real Blender."""

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

from render_manager.api import Farm
from render_manager.config import load_settings
from render_manager.store.engine import open_engine
from render_manager.store.migrate import upgrade
from tests.api.conftest import ROOT, SCENES
from tests.support.archives import zipped
from tests.support.farm import QUICK
from tests.support.servers import Postgres

DOCUMENT = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")


@pytest.mark.timeout(300)
def test_every_block_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: Postgres,
    redis_url: str,
    blender: Path,
    program: Path,
    examples: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    scene = Path(shutil.copy(SCENES / "anim_cycles.blend", "shot.blend"))
    objects = load_settings().objects_root
    objects.mkdir(parents=True)
    zipped(objects / "shot.zip", {"shot.blend": scene})
    told = io.StringIO()
    with postgres.database() as url, contextlib.redirect_stdout(told):
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        Path("farm.env").write_text(f"DATABASE_URL={url}\nREDIS_URL={redis_url}\n")
        names: dict[str, object] = {}
        for number, block in enumerate(re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)):
            exec(compile(block, f"block {number} of python-api.md", "exec"), names)
    said = told.getvalue()
    assert "completed [" in said
    assert "3 of 3" in said
    assert "2 copied 0 there already []" in said, "one was skipped"
    assert "removed" in said
    assert "Submitted shot.blend as task" in said


def test_every_method_is_in_it() -> None:
    missing = [name for name in vars(Farm) if not name.startswith("_") and f"farm.{name}(" not in DOCUMENT]
    assert missing == []
