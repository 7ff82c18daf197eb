"""A host by another name: Python loads this at its start when PYTHONPATH names the folder.

HOST_NAME says which: workers of several hosts can run on one machine.
"""

import os
import socket

_NAME = os.environ.get("HOST_NAME")

if _NAME:
    socket.gethostname = lambda: _NAME
