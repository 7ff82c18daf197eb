"""Runs inside a renderer: how our drivers answer. Standard library only."""

import json
import sys

MARK = "@@RM "


def say(event, **values):
    # The renderer's own output goes through C's buffer; a line of its own keeps ours whole.
    sys.stdout.write("\n%s%s\n" % (MARK, json.dumps(dict(values, event=event))))
    sys.stdout.flush()


class Refused(Exception):
    """What was asked for can't be done; the text is for the user."""

    def __init__(self, message, failure="scene", evidence=None):
        super().__init__(message)
        self.failure = failure
        self.evidence = evidence


def say_failed(error):
    say("failed", **{"message": str(error), "class": error.failure, "evidence": error.evidence})


def first_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return text[len("Error: ") :] if text.startswith("Error: ") else text
