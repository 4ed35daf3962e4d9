#!/usr/bin/env python3
"""Holds SECURITY.md to the tests that it names.

A test program in backticks (`test_harden`, `fuzz_report`) has its file below tests/. The names
that follow it are tests of that program: defined there, and run. "(W)" behind them says that
they need Windows: then tests/skips.wine has them. A test that is there, and does not run under
Wine 10 either, must be marked so. A path in backticks exists. With --self-test, the check must
find what is wrong in made-up lines.
"""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEAST_NAMED = 60

PROGRAM = re.compile(
    r"`((?:test|fuzz)_[a-z0-9_]+)`((?:,? (?:and )?[a-z0-9]+(?:_[a-z0-9]+)+)*)( \(W\)|, W\))?")
PATH = re.compile(r"`((?:tests|service|client|config)/[A-Za-z0-9_./]+)`|\]\(([A-Za-z0-9_./]+)\)")


def sources():
    """The text of each test program, by its name."""
    found = {}
    for path in glob.glob(os.path.join(ROOT, "tests/**/*.c"), recursive=True):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)[:-2]] = file.read()
    return found


def skips():
    """The reason of each test that Wine cannot run, by the test's name."""
    with open(os.path.join(ROOT, "tests/skips.wine"), encoding="utf-8") as file:
        return dict(re.findall(r"^(\w+): (.*)$", file.read(), re.M))


def check_group(match, programs, waiting):
    """What is wrong with one program and the tests named after it."""
    program, tests, windows = match.group(1), match.group(2), match.group(3)
    names = re.findall(r"[a-z0-9]+(?:_[a-z0-9]+)+", tests)
    if program not in programs:
        return ["there is no " + program]
    wrong = []
    for name in names:
        uses = len(re.findall(r"\b" + name + r"\b", programs[program]))
        if not re.search(r"\bvoid " + name + r"\(void \*\*", programs[program]):
            wrong.append(program + " has no test " + name)
        elif uses < 2:
            wrong.append(program + " does not run " + name)
        elif not windows and not waiting.get(name, "Wine 8 ").startswith("Wine 8 "):
            wrong.append(program + " " + name + " needs Windows: it lacks (W)")
    if windows and names and not any(name in waiting for name in names):
        wrong.append(program + tests + " runs under Wine: (W) is wrong")
    return wrong


def check(text, programs, waiting):
    """All that is wrong, and how many names were compared."""
    text = re.sub(r"\n(?!\||\n)", " ", text)  # a list of names may be broken
    groups = list(PROGRAM.finditer(text))
    wrong = [line for match in groups for line in check_group(match, programs, waiting)]
    paths = [one or other for one, other in PATH.findall(text)]
    wrong += ["there is no " + path for path in paths
              if not os.path.exists(os.path.join(ROOT, path))]
    return wrong, len(groups) + len(paths)


def self_test():
    programs = {"test_a": "static void one_is_one(void **state)\nTEST(one_is_one)\n"
                          "static void never_run(void **state)\n"
                          "static void two_wait(void **state)\nTEST(two_wait)\n"
                          "static void on_ten(void **state)\nTEST(on_ten)\n"}
    waiting = {"two_wait": "Wine has no users", "on_ten": "Wine 8 has no users"}
    lines = {
        "`test_a` one_is_one, two_wait (W)": 0,
        "`test_a`; `test_a` one_is_one, on_ten": 0,
        "`test_b`": 1,
        "`test_a` one_is_two": 1,
        "`test_a` never_run": 1,
        "`test_a` two_wait": 1,
        "`test_a` one_is_one (W)": 1,
        "`tests/checks/none.sh`": 1,
    }
    for line, count in lines.items():
        wrong, _ = check(line, programs, waiting)
        if len(wrong) != count:
            sys.exit(f"{line}: {wrong} instead of {count}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    with open(os.path.join(ROOT, "SECURITY.md"), encoding="utf-8") as file:
        wrong, compared = check(file.read(), sources(), skips())
    if compared < LEAST_NAMED:
        wrong.append(f"only {compared} names were found: has the form changed?")
    for line in wrong:
        print("SECURITY.md: " + line)
    sys.exit(1 if wrong else 0)


main()
