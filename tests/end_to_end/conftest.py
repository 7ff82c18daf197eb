"""One farm for all tests that only need a healthy one; its start costs seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.conftest import loop, settings, theme
from tests.support.farm import Farm, open_farm

__all__ = ["loop", "settings", "theme"]

SCENES = Path(__file__).parent.parent / "scenes"


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory, blender: Path) -> Iterator[Farm]:
    with open_farm(tmp_path_factory.mktemp("farm") / "home") as farm:
        yield farm


@pytest.fixture(scope="session")
def scenes() -> Path:
    return SCENES
