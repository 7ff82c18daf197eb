"""python -m render_manager: the command line; without arguments, the window."""

from render_manager.cli.main import main

if __name__ == "__main__":
    main()
