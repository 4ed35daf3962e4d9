#!/usr/bin/env python3
"""What a farm of mirrors asks of the server and the network, computed and not measured: the table of
install/farm.md.

    farm_model.py           writes it there
    farm_model.py --check   fails if the page has another one
    farm_model.py HOSTS SEGMENTS CHANGES BYTES
                            prints the same rows for your farm: hosts, segments each, changes a second of
                            each segment, bytes of each

The costs below are rounded up from one Redis 7.0 on one core of a virtual machine with a loopback network, on
which `redis-benchmark` with 50 connections took 15 us of processor time for a request. A server of your own is
faster; what breaks first is mostly the same.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "install/farm.md")
MARKS = re.compile(r"(<!-- model -->\n).*?(<!-- /model -->\n)", re.S)

# Processor time of the server's one thread, in microseconds.
REQUEST, SCRIPT, MESSAGE, KIBIBYTE = 15.0, 35.0, 3.0, 0.3
# Bytes beside the content, with TCP/IP.
WRITE_BYTES, FETCH_BYTES, ASK_BYTES, MESSAGE_BYTES, HEAD_BYTES = 420, 260, 190, 150, 230
WITH_MESSAGE = 65536  # bytes of a content that goes with the message, at most
CHECK_SECONDS = 2.0  # `check`: each segment's revision is compared so often
SERVER_BITS, HOST_BITS = 10e9, 1e9  # networks

# How the changes spread: the kind, and how many hosts there are and changes a second, as parts of the given.
CASES = [
    ("one host publishes 50, all follow them", "feed", 1, 1),
    ("the same, a change a second", "feed", 1, 0.1),
    ("the same, on 20 hosts, 10 changes a second", "feed", 0.1, 1),
    ("each host publishes 50 of its own, one host follows all", "collect", 1, 1),
    ("the same, a change a second", "collect", 1, 0.1),
]


def load(kind, hosts, segments, changes, size):
    """Requests a second and their cost."""
    if kind == "feed":  # one feed: `segments` in all
        writes, held = segments * changes, segments * hosts
        values = writes * (hosts - 1)  # that come to those who follow
        host_in, host_out = segments * changes, segments * changes  # of the busiest host
    else:
        writes, held = hosts * segments * changes, 2 * segments * hosts
        values = writes
        host_in, host_out = writes, segments * changes
    fetches = values if size > WITH_MESSAGE else 0
    messages = values + writes  # who publishes hears of its own ones, without content
    checks = held / CHECK_SECONDS
    kib = size / 1024
    thread = (writes * (SCRIPT + KIBIBYTE * kib) + fetches * REQUEST + values * KIBIBYTE * kib +
              messages * MESSAGE + checks * REQUEST) / 1e6
    out = 8 * (values * size + fetches * FETCH_BYTES + messages * MESSAGE_BYTES + checks * HEAD_BYTES)
    incoming = 8 * (writes * (size + WRITE_BYTES) + (fetches + checks) * ASK_BYTES)
    busiest = 8 * max(host_in * (size + MESSAGE_BYTES), host_out * (size + WRITE_BYTES + MESSAGE_BYTES))
    return {"writes": writes, "requests": writes + fetches + checks, "messages": messages,
            "thread": thread, "out": out, "in": incoming, "host": busiest}


def breaks(use):
    """What is used up first, and how often over."""
    shares = {"the server's thread": use["thread"],
              "the server's network": max(use["out"], use["in"]) / SERVER_BITS,
              "the network of the host that follows most": use["host"] / HOST_BITS}
    name = max(shares, key=shares.get)
    share = shares[name]
    return (f"nothing; {name} is used to {share:.0%}" if share <= 0.7 else
            f"{name}, used to {share:.0%}" if share <= 1 else f"{name}: {share:.1f} times too much")


def number(value):
    return f"{value:,.0f}".replace(",", " ")


def rows(hosts, segments, changes, sizes):
    lines = ["| who publishes, who follows | bytes | writes/s | requests/s | messages/s | server's thread | "
             "server sends | what breaks first |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for text, kind, part, often in CASES:
        for size in sizes:
            use = load(kind, round(hosts * part), segments, changes * often, size)
            lines.append(
                f"| {text} | {size if size < 1024 else f'{size / 1024:g} KiB'} | "
                f"{number(use['writes'])} | {number(use['requests'])} | {number(use['messages'])} | "
                f"{use['thread']:.0%} | {use['out'] / 1e9:.2g} Gbit/s | {breaks(use)} |")
    return "\n".join(lines) + "\n"


def main():
    given = sys.argv[1:]
    if len(given) == 4:
        hosts, segments, changes, size = (int(word) for word in given)
        print(rows(hosts, segments, changes, [size]), end="")
        return
    with open(PAGE, encoding="utf-8") as file:
        former = file.read()
    if len(MARKS.findall(former)) != 1:
        sys.exit("install/farm.md has no place for the table, between <!-- model --> and <!-- /model -->")
    table = rows(200, 50, 10, [64, 4096, 65536])
    now = MARKS.sub(lambda marks: marks.group(1) + table + marks.group(2), former)
    if given == ["--check"]:
        sys.exit("install/farm.md has another table than tests/bench/farm_model.py; run it"
                 if now != former else 0)
    with open(PAGE, "w", encoding="utf-8", newline="\n") as file:
        file.write(now)


if __name__ == "__main__":
    main()
