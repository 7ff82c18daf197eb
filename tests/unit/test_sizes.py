"""Sizes as people write them."""

import pytest

from render_manager.domain.errors import InvalidTask
from render_manager.domain.sizes import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("200GB", 200 * 10**9),
        ("200 gb", 200 * 10**9),
        ("200G", 200 * 10**9),
        ("1.5TB", 1_500_000_000_000),
        ("512MiB", 512 * 2**20),
        ("1GiB", 2**30),
        (" 3 kB ", 3000),
        ("２００ＧＢ", 200 * 10**9),
    ],
)
def test_units(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "200", "GB", "-1GB", "0GB", "1.2.3GB", "200XB", "200GBs", "200 B", "1e3GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InvalidTask, match="is no size: write a number and its unit"):
        parse_size(text)
