#!/usr/bin/env python3
"""The figures of the README: a few rows of tests/bench/results.json, 64 bit.

    readme.py           writes them into README.md (tests/bench/run.sh --keep calls it)
    readme.py --check   fails if README.md has other ones
"""
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, "README.md")
MARKS = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->\n)", re.S)

# What is measured, beside what, and the row of results.json.
ROWS = [
    ("fast lock that nobody else wants", "critical section", "lock/critical section"),
    ("the same", "spinning mutex of Boost.Interprocess", "lock/boost mutex"),
    ("the same, compiled in (`shmb_fast.h`)", "spinning mutex of Boost.Interprocess",
     "lock, shmb_fast.h/boost mutex"),
    ("fast lock, four processes", "spinning mutex of Boost.Interprocess",
     "lock, 4 processes/boost mutex"),
    ("snapshot of 4 KiB", "`memcpy`", "snapshot 4 KiB/memcpy"),
    ("snapshot of 64 KiB", "`memcpy`", "snapshot 64 KiB/memcpy"),
    ("queue, round trip", "queue of Boost.Interprocess", "queue, round trip/boost queue"),
    ("queue, round trip", "a bare atomic variable", "queue, round trip/atomic"),
    ("queue, many messages", "queue of Boost.Interprocess", "queue, stream/boost queue"),
    ("open and close", "plain Win32", "open and close/plain Win32"),
    ("start of the service with 10 000 objects", "a loop that creates them",
     "start with 10000/loop with the same descriptors"),
]


def table():
    with open(os.path.join(ROOT, "tests/bench/results.json"), encoding="utf-8") as file:
        ratios = {one["row"]: one.get("ratio") for one in json.load(file) if one["bits"] == 64}
    lines = ["| | beside | ratio |", "| --- | --- | --- |"]
    for what, beside, row in ROWS:
        if ratios.get(row) is None:
            sys.exit(f"tests/bench/results.json has no ratio for {row}, 64 bit")
        lines.append(f"| {what} | {beside} | {ratios[row]:.2f} |")
    return "\n".join(lines) + "\n"


def main():
    with open(README, encoding="utf-8") as file:
        former = file.read()
    if len(MARKS.findall(former)) != 1:
        sys.exit("README.md has no place for figures, between <!-- figures --> and <!-- /figures -->")
    now = MARKS.sub(lambda marks: marks.group(1) + table() + marks.group(2), former)
    if sys.argv[1:] == ["--check"]:
        sys.exit("README.md has other figures than tests/bench/results.json; run "
                 "tests/bench/readme.py" if now != former else 0)
    with open(README, "w", encoding="utf-8", newline="\n") as file:
        file.write(now)


main()
