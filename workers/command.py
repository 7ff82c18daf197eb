"""render-worker: take tickets, render frames, until told to stop."""

import argparse
import logging
import multiprocessing
import os
import re
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence

import psutil

from render_manager import __version__
from render_manager.bootstrap import Program
from render_manager.config import Settings, load_settings
from render_manager.domain.audit import worker_as_actor
from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import RenderManagerError, SettingsError, StoreOfAnotherVersion, UsageError
from render_manager.domain.priority import Band
from render_manager.domain.requirements import check_tag
from render_manager.settings.old_names import setting_warnings
from workers.runtime import WorkerRuntime, installed_renderers
from workers.waiting import start_anew, wait_for_version

POOLS = ("threads", "solo", "prefork")
#: Seconds between two looks whether a worker that was told to leave is gone.
_POLL = 0.5


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 stopped when told, 1 could not work, 2 wrong use."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        if options.drain:
            with Program(load_settings(), serve=False) as program:
                return _drain(program, options.name)
        return _work(load_settings(), options)
    except UsageError as error:
        sys.stderr.write(f"render-worker: {error}\n")
        return 2
    except RenderManagerError as error:
        sys.stderr.write(f"render-worker: {error}\n")
        return 1


def _work(settings: Settings, options: argparse.Namespace) -> int:
    """Work; wait where the database is of another version, but not longer than whoever started this worker."""
    for warning in setting_warnings():
        logging.getLogger(__name__).warning("%s", warning)
    while True:
        _leave_when_told()
        misfit: StoreOfAnotherVersion | None = None
        try:
            with Program(settings, serve=True) as program:
                code, misfit = _serve(program, options)
        except StoreOfAnotherVersion:
            if options.with_parent:
                raise
            if not wait_for_version(settings):
                return start_anew()
            continue
        if misfit is None:
            return code
        if options.with_parent:
            raise misfit
        _leave_when_told()
        wait_for_version(settings)
        return start_anew()  # whichever fits: Celery runs once in a process


def _leave_when_told() -> None:
    """SIGTERM and Ctrl+C end this process with code 0, after all that is open was closed; until Celery has taken them
    over, and again when it is through."""

    def leave(*_: object) -> None:
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)


def _serve(program: Program, options: argparse.Namespace) -> tuple[int, StoreOfAnotherVersion | None]:
    """Take tickets until told to stop, or until the database is upgraded; the exit code, and that."""
    from workers.app import make_worker_app, run

    settings = program.settings
    renderers, problems = installed_renderers(settings)
    for problem in problems:
        logging.getLogger(__name__).warning("%s", problem)
    host = socket.gethostname()
    profile = WorkerProfile(
        name=_name(program, options.name),
        host=host,
        bands=_bands(options.queues),
        engines={name: installation.version for name, (_, installation) in renderers.items()},
        pid=os.getpid(),
        slots=1 if options.pool == "solo" else options.concurrency,
        problems=problems,
        tags=_tags(host, settings.tags, options.tags),
        memory=psutil.virtual_memory().total,
        instance=secrets.token_hex(8),
        local=options.with_parent,
        release=__version__,
    )
    program.services.lifecycle.actor = worker_as_actor(profile.name)
    forked = options.pool == "prefork"
    event = multiprocessing.Event if forked else threading.Event
    runtime = WorkerRuntime(
        settings,
        program.services,
        program.store,
        program.queue,
        program.objects,
        profile,
        renderers,
        stopping=event(),
        leaving=event(),
        lanes_elsewhere=forked,
    )
    if forked:
        from workers.prefork import serve_in_children

        serve_in_children(runtime, settings)
    assert program.broker_url is not None  # a serving program has a broker
    try:
        runtime.open()
        app = make_worker_app(program.broker_url, runtime)
        code = run(app, runtime, pool=options.pool, with_parent=options.with_parent)
    finally:
        runtime.close()
    return code, None if runtime.told_to_leave else runtime.misfit


def _drain(program: Program, name: str | None) -> int:
    """Tell the worker of that name, or all of this host, to finish their frames and leave; wait until they have."""
    workers, host = program.services.workers, socket.gethostname()
    listed = program.services.queries.workers()
    told = [name] if name else [one.profile.name for one in listed if one.alive and one.profile.host == host]
    for one in told:
        workers.drain(one)
        sys.stdout.write(f"Worker {one} finishes its frames and leaves.\n")
    if not told:
        sys.stdout.write("No worker of this host is online.\n")
    sys.stdout.flush()  # it may wait for long
    while told and any(one.alive and one.profile.name in told for one in program.services.queries.workers()):
        time.sleep(_POLL)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="render-worker", description="Renders frames for the render manager.")
    parser.add_argument("--queues", default=",".join(Band), help="queues to take tickets from (default: all three)")
    parser.add_argument("--name", help="the worker's name, one per worker (default: the host's name)")
    parser.add_argument(
        "--concurrency", type=_positive, default=1, help="frames to render at the same time (default: 1)"
    )
    parser.add_argument("--pool", choices=POOLS, default="threads", help="Celery pool (default: threads)")
    parser.add_argument("--tags", default="", help="words by which tasks can ask for it, besides WORKER_TAGS: gpu,big")
    parser.add_argument(
        "--drain",
        action="store_true",
        help="tell the running worker --name, or all of this host, to finish their frames and leave; wait for it",
    )
    parser.add_argument("--with-parent", action="store_true", help="leave when standard input ends")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _bands(text: str) -> tuple[Band, ...]:
    asked = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := asked - set(Band):
        raise SettingsError(f"--queues: {sorted(unknown)[0]!r} is not known; use {', '.join(Band)}.")
    if not asked:
        raise SettingsError(f"--queues is empty; use {', '.join(Band)}.")
    return tuple(band for band in Band if band in asked)


def _tags(host: str, configured: Sequence[str], given: str) -> tuple[str, ...]:
    """Those of the user and, so that a task can ask for them, the host's name and system."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    own = [host, system, *configured, *(tag for tag in given.split(",") if tag.strip())]
    return tuple(sorted({check_tag(tag.strip()) for tag in own}))


def _name(program: Program, asked: str | None) -> str:
    """The name asked for, or the host's with the first free number."""
    if asked is not None:
        if not re.fullmatch(r"[\w.@+-]{1,100}", asked):
            raise SettingsError(f"--name {asked!r} can't be used: write 1–100 letters, digits, _ . @ + or -.")
        return asked
    taken = {worker.profile.name for worker in program.services.queries.workers() if worker.alive}
    host = socket.gethostname()
    return next(name for number in range(1, 1000) if (name := host if number == 1 else f"{host}-{number}") not in taken)
