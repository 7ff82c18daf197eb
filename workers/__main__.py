"""python -m workers, and the frozen render-worker: what must happen before the worker's modules are imported."""

import multiprocessing
import sys

from render_manager.children import free_children
from workers import guard


def main() -> int:
    """The exit code."""
    multiprocessing.freeze_support()
    free_children()
    if sys.argv[1:2] == [guard.OPTION]:
        del sys.argv[1]
        return guard.main()
    from workers.command import main as work

    return work()


if __name__ == "__main__":
    sys.exit(main())
