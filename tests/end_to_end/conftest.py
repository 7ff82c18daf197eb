"""One farm for all tests that only need a healthy one; its start costs seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.conftest import loop, settings, theme
from tests.support.farm import Farm, open_farm

__all__ = ["loop", "settings", "theme"]

#: Seconds that a fault of the chaos test takes at most, its share of putting things right included.
SECONDS_A_FAULT = 6


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chaos-faults", type=int, default=25, help="how many faults the chaos test deals (default: 25)")
    # The same faults each time by default: a red run should say something about the change at hand.
    parser.addoption("--chaos-seed", type=int, default=5, help="which faults; 0: others each time (default: 5)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    faults = config.getoption("--chaos-faults", default=25)
    for item in items:
        if item.path.name == "test_chaos.py":
            item.add_marker(pytest.mark.timeout(600 + SECONDS_A_FAULT * faults))


SCENES = Path(__file__).parent.parent / "scenes"


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory, blender: Path) -> Iterator[Farm]:
    with open_farm(tmp_path_factory.mktemp("farm") / "home") as farm:
        yield farm


@pytest.fixture(scope="session")
def scenes() -> Path:
    return SCENES
