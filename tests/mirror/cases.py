"""Runs the cases of the parts that it is told; mirror.sh starts it.

    cases.py --list
    cases.py BIN WORK "PREFIX PREFIX…" "PART…" WINE…

A case is a function of cases_PART.py that takes a Stage; its first line of text says what it shows. With
SHMB_MIRROR_CASE=NAME only that one runs.
"""
import importlib
import inspect
import os
import re
import signal
import sys
import time
import traceback

PARTS = ("run", "failures", "conflicts", "sentinel", "cluster", "security", "tls", "valkey")


def cases_of(part):
    """Name and function of each case, in the order of the file."""
    # the same cases, with another server
    module = importlib.import_module("cases_" + ("run" if part == "valkey" else part))
    found = [(name, function) for name, function in vars(module).items()
             if inspect.isfunction(function) and function.__module__ == module.__name__ and
             not name.startswith("_")]
    only = os.environ.get("SHMB_MIRROR_CASE")
    return [one for one in found if not only or re.fullmatch(only, one[0])]


def run(stage, name, function):
    """0 where the case holds, 3 where Wine does not, else 1."""
    begun = time.monotonic()
    stage.begin()
    try:
        function(stage)
        stage.nothing_torn()
    except Exception:  # what it was is shown, and the next one runs
        print(f"FAILED {name}: {inspect.getdoc(function)}")
        traceback.print_exc(file=sys.stdout)
        stage.tell()
        return 3 if stage.has_lost_wine() else 1
    finally:
        stage.end()
    print(f"ok {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    return 0


def main():
    if sys.argv[1] == "--list":
        for part in PARTS[:-1]:
            print(part)
            for name, function in cases_of(part):
                print(f"    {name}: {inspect.getdoc(function).splitlines()[0]}")
        return 0
    import stage  # pylint: disable=import-outside-toplevel
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    bin_folder, work, prefixes, parts = sys.argv[1:5]
    result = 0
    scene = stage.Stage(bin_folder, work, prefixes.split(), sys.argv[5:])
    try:
        for part in parts.split():
            for name, function in cases_of(part):
                code = run(scene, name, function)
                if code == 3:
                    return code
                result = code or result
    finally:
        scene.close()
    return result


if __name__ == "__main__":
    sys.exit(main())
