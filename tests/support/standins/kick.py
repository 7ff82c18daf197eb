#!/usr/bin/env python3
"""Behaves like Arnold's kick, without rendering: takes its flags and no others, speaks in its columns and writes an
image of one colour. A scene's line `### standin: MODE` says what goes wrong:

    aborted     stops early, but writes the image and exits well
    licence     there is none
    crash       ends by a signal in the middle
"""

import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))))

#: Names of flags, and how many values each takes.
FLAGS = {
    "-i": 1,
    "-o": 1,
    "-v": 1,
    "-t": 1,
    "-r": 2,
    "-set": 2,
    "-dw": 0,
    "-dp": 0,
    "-nstdin": 0,
    "-nocrashpopup": 0,
}


def say(text: str, level: str = "") -> None:
    print(f"00:00:01   504MB {level:<8}| {text}", flush=True)


def read(arguments: list[str]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    while arguments:
        flag = arguments.pop(0)
        if flag not in FLAGS:
            sys.exit(f"kick: unknown flag {flag}")
        given[flag] = [arguments.pop(0) for _ in range(FLAGS[flag])]
    return given


def main() -> int:
    if sys.argv[1:] == ["-av"]:
        print("Arnold 7.4.0.0 [516ade3d] linux x86_64 clang-15.0.7 oiio-2.5.0 2025/02/04 21:52:37")
        return 0
    given = read(sys.argv[1:])
    with open(given["-i"][0], encoding="utf-8") as file:
        mode = file.read().partition("### standin: ")[2].split("\n")[0]
    say("log started Mon Aug 11 18:40:41 2025")
    if mode == "licence":
        say(" aborting render because the abort_on_license_fail option was enabled", "ERROR")
        return 1
    for percent in range(0, 101, 5):
        say(f"   {percent}% done - 60 rays/pixel")
        if percent == 45 and mode == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
    if mode == "aborted":
        say("[kick] render aborted due to earlier errors", "ERROR")

    from tests.support.standins.maya import images

    path = given["-o"][0]
    width, height = map(int, given.get("-r", ("64", "36")))
    say(f" [driver_exr] writing file `{path}'")
    with open(path, "wb") as file:
        file.write(images.encode("exr", width, height, (90, 120, 150)))
    for text in ("render done", "releasing resources", "Arnold shutdown"):
        say(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
