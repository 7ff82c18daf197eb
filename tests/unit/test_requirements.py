"""What a task asks of its worker: read, checked, compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from render_manager.domain.errors import InvalidTask
from render_manager.domain.requirements import GIBIBYTE, Requirements, version_number

VERSIONS = st.tuples(st.integers(0, 2030), st.integers(0, 99), st.integers(0, 99)).map(lambda v: "{}.{}.{}".format(*v))


@pytest.mark.parametrize(
    ("asked", "fits", "does_not"),
    [
        ("4.2", ["4.2", "4.2.0", "4.2.19"], ["4.1.9", "4.3.0", "42.0"]),
        ("4", ["4.0", "4.9.9"], ["3.9", "5.0"]),
        (">=4.2", ["4.2.0", "5.1"], ["4.1.9"]),
        (">4.2", ["4.3.0", "5.0"], ["4.2.9"]),
        ("<=3.6", ["3.6.5", "2.93"], ["3.7"]),
        (">=3.6, <4", ["3.6", "3.9.9"], ["3.5.9", "4.0"]),
        ("3.6-4.2", ["3.6.0", "4.2.9"], ["4.3", "3.5"]),
        ("=2025.3", ["2025.3", "2025.3.1"], ["2025.2", "2026"]),
        ("", ["0.1", "unknown"], []),
    ],
)
def test_versions(asked: str, fits: list[str], does_not: list[str]) -> None:
    requires = Requirements.read({"version": asked})
    assert all(not requires.unmet(version=version, tags=(), memory=None) for version in fits)
    assert all(requires.unmet(version=version, tags=(), memory=None) for version in does_not)


@given(VERSIONS, VERSIONS)
def test_version_numbers_sort_as_versions_do(one: str, other: str) -> None:
    parts = [tuple(map(int, version.split("."))) for version in (one, other)]
    assert (version_number(one) < version_number(other)) == (parts[0] < parts[1])


def test_tags_and_memory() -> None:
    requires = Requirements.read({"tags": ["GPU", "big"], "memory_gb": 32})
    assert requires.unmet(version="4.2", tags=("big", "gpu", "linux"), memory=32 * GIBIBYTE) == []
    assert requires.unmet(version="4.2", tags=("gpu",), memory=GIBIBYTE) == ["tag big", "32 GB of memory"]
    assert requires.unmet(version="4.2", tags=("big", "gpu"), memory=None) == ["32 GB of memory"]


def test_it_comes_back_from_task_info_as_it_was_read() -> None:
    requires = Requirements.read('{"version": ">=4.2", "tags": "gpu, Big", "memory_gb": "16"}')
    assert requires == Requirements(">=4.2", ("big", "gpu"), 16.0)
    assert Requirements.read(requires.to_info()) == requires
    assert not Requirements.read({})
    assert Requirements().to_info() == {}


@pytest.mark.parametrize(
    "value",
    [
        "gpu",
        ["gpu"],
        {"gpu": True},
        {"version": "newest"},
        {"version": ">=4,<4"},
        {"version": ">=3.6-4.2"},
        {"version": "4.2.1.7"},
        {"tags": ["two words"]},
        {"tags": [""]},
        {"tags": 7},
        {"memory_gb": -1},
        {"memory_gb": "much"},
        {"memory_gb": "nan"},
    ],
)
def test_what_cannot_be_read_is_refused(value: object) -> None:
    with pytest.raises(InvalidTask, match=r"requires|Required|Tag"):
        Requirements.read(value)
