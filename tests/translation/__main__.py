"""Bring the translation up to date with the program and compile it.

    python3 run.py translate                 update the .ts file and the list of sentences, compile the .qm file
    python3 run.py translate --fill FILE     the same, with the translations of a JSON file entered

What has no Chinese yet is written to the console as JSON: fill in the empty texts and give it back with --fill. Texts
that the translation can't find are named as errors.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.translation import catalogue, literals


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py translate", description=__doc__.splitlines()[0])
    parser.add_argument("--fill", type=Path, metavar="FILE", help="JSON: {context: {English: Chinese}}")
    asked = parser.parse_args()
    catalogue.write_templates()
    catalogue.update()
    if asked.fill:
        count = catalogue.fill(json.loads(asked.fill.read_text(encoding="utf-8")))
        sys.stderr.write(f"Entered: {count}\n")
    catalogue.compile_()
    for problem in (*literals.problems(), *literals.raw_errors()):
        sys.stderr.write(f"{problem}\n")
    missing = catalogue.unfinished()
    count = sum(map(len, missing.values()))
    total = len(catalogue.messages())
    if missing:
        json.dump(missing, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    sys.stderr.write(f"{total - count} of {total} texts are translated; compiled to {catalogue.COMPILED.name}.\n")
    return 1 if missing else 0


sys.exit(main())
