"""render-worker: take tickets, render frames, until told to stop."""

import argparse
import logging
import os
import socket
import sys

from render_manager.bootstrap import Program
from render_manager.config import load_settings
from render_manager.domain.entities import WorkerProfile
from render_manager.domain.errors import RenderManagerError, SettingsError, UsageError
from render_manager.domain.priority import Band
from workers.runtime import WorkerRuntime, installed_renderers

POOLS = ("threads", "solo")


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 stopped when told, 1 could not work, 2 wrong use."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        with Program(load_settings(), serve=True) as program:
            return _work(program, options)
    except UsageError as error:
        sys.stderr.write(f"render-worker: {error}\n")
        return 2
    except RenderManagerError as error:
        sys.stderr.write(f"render-worker: {error}\n")
        return 1


def _work(program: Program, options: argparse.Namespace) -> int:
    from workers.app import make_worker_app, run

    settings = program.settings
    renderers, problems = installed_renderers(settings)
    for problem in problems:
        logging.getLogger(__name__).warning("%s", problem)
    profile = WorkerProfile(
        name=_name(program, options.name),
        host=socket.gethostname(),
        bands=_bands(options.queues),
        engines={name: installation.version for name, (_, installation) in renderers.items()},
        pid=os.getpid(),
        slots=1 if options.pool == "solo" else options.concurrency,
        problems=problems,
    )
    runtime = WorkerRuntime(
        settings, program.services, program.store, program.queue, program.objects, profile, renderers
    )
    assert program.redis_url is not None  # a serving program has a broker
    try:
        runtime.start()
        return run(
            make_worker_app(program.redis_url, runtime), runtime, pool=options.pool, with_parent=options.with_parent
        )
    finally:
        runtime.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="render-worker", description="Renders frames for the render manager.")
    parser.add_argument("--queues", default=",".join(Band), help="queues to take tickets from (default: all three)")
    parser.add_argument("--name", help="the worker's name, one per worker (default: the host's name)")
    parser.add_argument(
        "--concurrency", type=_positive, default=1, help="frames to render at the same time (default: 1)"
    )
    parser.add_argument("--pool", choices=POOLS, default="threads", help="Celery pool (default: threads)")
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


def _name(program: Program, asked: str | None) -> str:
    """The name asked for, or the host's with the first free number."""
    taken = {worker.profile.name for worker in program.services.queries.workers() if worker.alive}
    if asked is not None:
        if asked in taken:
            raise SettingsError(f"--name {asked}: a worker of that name is online already; choose another.")
        return asked
    host = socket.gethostname()
    return next(name for number in range(1, 1000) if (name := host if number == 1 else f"{host}-{number}") not in taken)


if __name__ == "__main__":
    sys.exit(main())
