"""python -m render_manager, and the frozen render-manager: the command line; without arguments, the window."""

import multiprocessing

from render_manager.children import free_children
from render_manager.unseen import ensure_streams

if __name__ == "__main__":
    multiprocessing.freeze_support()
    free_children()
    ensure_streams()
    # Only now: what it imports writes to the streams, and asks whether they are a terminal.
    from render_manager.cli.main import main

    main()
