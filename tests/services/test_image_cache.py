"""Images fetched to be looked at, by many threads at a time."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from render_manager.domain.entities import RenderFrame
from render_manager.domain.states import FrameStatus
from render_manager.services.image_cache import ImageCache

THREADS, IMAGES = 8, 100


def test_an_image_is_fetched_once_however_many_ask(tmp_path: Path) -> None:
    cache, fetched, at_once = ImageCache(tmp_path), Counter[Path](), threading.Barrier(THREADS)

    def fetch(path: Path, progress: object) -> None:
        fetched[path] += 1
        time.sleep(0.002)
        path.write_bytes(b"image")

    def look(number: int) -> Path:
        at_once.wait()
        frame = RenderFrame("t", number, FrameStatus.COMPLETED, attempt=1, uploaded_key=f"renders/f_{number}.png")
        return cache.get(frame, fetch)

    with ThreadPoolExecutor(THREADS) as pool:
        for number in range(IMAGES):
            assert len(set(pool.map(look, [number] * THREADS))) == 1
    assert set(fetched.values()) == {1}
    assert not cache._fetching, "nothing is remembered of what is through"
