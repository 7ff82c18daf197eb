"""Fetching a project from OSS and unpacking it, against oss2 and the standard library alone; and what a line that
breaks costs."""

import multiprocessing
import multiprocessing.connection
import random
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import oss2

from render_manager.config import load_settings
from render_manager.domain.entities import RenderTask, new_task_id
from render_manager.storage.oss import OssStore
from tests.benchmarks.farms import scratch
from tests.benchmarks.rows import Bar, Baseline, Row, judged, paired
from tests.support.oss_server import ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, REGION, OssServer
from workers.renderers.registry import RENDERERS
from workers.workspace import Workspaces

MB = 1024 * 1024
ZIP_MB = 500
CUT_MB = 300
CUTS = (30, 60, 90)  # per cent
RUNS = 3
BAR_ZIP = Bar(1.5, ratio=True)
BAR_CUT = Bar(1.15, ratio=True)
KEY = "benchmark/shot.zip"


def bench_prepare_zip() -> list[Row]:
    """A workspace made ready, over a download by oss2 and `zipfile.extractall`; runs alternate."""
    with scratch() as folder:
        archive = _project(folder / "shot.zip")
        size = archive.stat().st_size
        pairs: list[tuple[float, float]] = []
        with _oss(archive) as url:
            for run in range(RUNS):
                bare = _by_hand(url, folder / f"bare{run}")
                pairs.append((_prepared(url, folder / f"ours{run}"), bare))
                for name in ("bare", "ours"):
                    shutil.rmtree(folder / f"{name}{run}")
    return [paired("prepare_zip", "s", pairs, "oss2 + zipfile", BAR_ZIP, f"a zip of {size / MB:.0f} MB, from loopback")]


def bench_resume_cut() -> list[Row]:
    """Bytes sent for an object while all connections break at 30, 60 and 90 %, over its size."""
    size = CUT_MB * MB
    with scratch() as folder, OssServer() as server:
        server.put(KEY, random.Random(2).randbytes(MB) * CUT_MB)
        server.cuts = [size * percent // 100 for percent in CUTS]
        store = _store(server.url, folder)
        store.download(KEY, folder / "target")
        store.close()
        assert (folder / "target").read_bytes() == server.objects[KEY].data
    detail = f"cut at {', '.join(map(str, CUTS))} %: {(server.served - size) / MB:.1f} MB were sent twice"
    baseline = Baseline("the object's size", CUT_MB)
    return [judged("resume_cut", "MB", server.served / MB, "once", [], baseline, BAR_CUT, detail)]


def _project(path: Path) -> Path:
    """An archive of a scene and its textures: half of the bytes can't be compressed."""
    chance = random.Random(1)
    text = (" ".join(chance.choices(["setAttr", ".tx", "-type", "double3", "0.5", "1"], k=2_000_000)) + "\n").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("shot/shot.blend", text)
        while path.stat().st_size < ZIP_MB * MB:
            number = len(archive.infolist())
            archive.writestr(f"shot/textures/{number:04}.exr", chance.randbytes(8 * MB) + text[: 8 * MB])
    return path


def _by_hand(url: str, folder: Path) -> float:
    folder.mkdir()
    began = time.perf_counter()
    auth = oss2.AuthV4(ACCESS_KEY_ID, ACCESS_KEY_SECRET)
    bucket = oss2.Bucket(auth, url, BUCKET, region=REGION)
    bucket.get_object_to_file(KEY, str(folder / "shot.zip"))
    with zipfile.ZipFile(folder / "shot.zip") as archive:
        archive.extractall(folder / "project")
    return time.perf_counter() - began


def _prepared(url: str, folder: Path) -> float:
    folder.mkdir()
    store = _store(url, folder)
    task = RenderTask(new_task_id(), "shot", "li", KEY, None, None, "blender", {}, "1", 5)
    began = time.perf_counter()
    workspaces = Workspaces(load_settings(workspace_root_dir=folder / "root"), store)
    workspaces.prepare(task, RENDERERS["blender"].engine, lambda _: None)
    took = time.perf_counter() - began
    store.close()
    return took


def _store(url: str, folder: Path) -> OssStore:
    return OssStore(url, ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, checkpoint_dir=folder / "checkpoints", region=REGION)


@contextmanager
def _oss(archive: Path) -> Iterator[str]:
    """A server in a process of its own, as it would otherwise take turns with the client; its URL."""
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(archive, its), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(archive: Path, told: multiprocessing.connection.Connection) -> None:
    with OssServer() as server:
        stored = server.put(KEY, archive.read_bytes())
        _ = stored.etag, stored.crc  # computed once, before anybody waits for it
        told.send(server.url)
        time.sleep(3600)
