#!/usr/bin/env python3
"""Behaves like mayapy, Maya's Python, without Maya: runs a script that finds maya.standalone, maya.cmds and mtoa.

What is there of them stands in ``maya/commands.py``; logs, images and the ways to fail are those of ``maya_render.py``
and steered as that file says. Standard library only.
"""

import os
import runpy
import sys

# A plain script: it finds its parts wherever it is started from and by whatever link.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))))


def main() -> None:
    from tests.support.standins.maya.commands import Commands
    from tests.support.standins.maya.settings import Settings
    from tests.support.standins.maya_render import version

    Commands(version(), Settings()).install()
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
