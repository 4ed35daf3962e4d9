"""Rows for report.py: a value that a program writes on one machine until another one reads it on the
other, by shmbmirror and by a bare hiredis (SET and PUBLISH here; GET there, on the message).

    mirror.py ROUNDS BIN WORK "PREFIX PREFIX" WINE…

Both sides use the same server and the same two Wine prefixes, in turns. All programs run on this machine,
so one clock times both ends.
"""
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../mirror"))
import machines  # pylint: disable=wrong-import-position
import stage  # pylint: disable=wrong-import-position

# As a segment that changes fast is made: readers never wait for the writer, nor it for them.
SIZES = {"64 B": ("Small", 64), "64 KiB": ("Large", 65536)}
SEGMENTS = {name: f"size: {size}, notify: true, lock: fast, snapshots: double"
            for name, size in SIZES.values()}
VALUES, PAUSE_US, RUSH_MS = 100, 8000, 500


class Pair:
    """One program that writes, and one on the other machine that counts."""

    def __init__(self, writer, reader):
        self.writer, self.reader, self.number = writer, reader, 1
        reader.ask("count")

    def times(self):
        """Median and 99th percentile, in microseconds, of values that come one by one."""
        self.reader.ask("report")
        last = int(self.writer.ask("storm", 1, self.number, VALUES, PAUSE_US)[1])
        self.number = last + 1
        seen, torn, median, late = self.reader.ask("report")[1:]
        assert int(torn) == 0 and int(seen) > 0, (seen, torn)
        return float(median), float(late)

    def rate(self):
        """Values a second that come while the writer never rests."""
        self.reader.ask("report")
        last = int(self.writer.ask("rush", 1, self.number, RUSH_MS)[1])
        self.number = last + 1
        seen, torn = self.reader.ask("report")[1:3]
        assert int(torn) == 0, torn
        return int(seen) * 1000 / RUSH_MS


def row(name, ours, theirs, unit):
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    print("row", name, 64, f"{ratio:.6g}", f"{statistics.median(ours):.6g}",
          f"{statistics.median(theirs):.6g}", unit, len(ours), sep="\t", flush=True)


def measure(label, ours, theirs, rounds):
    ours.times(), theirs.times()  # warm
    times = [(ours.times(), theirs.times()) for _ in range(rounds)]
    for place, name in ((0, "median"), (1, "99th percentile")):
        row(f"mirror {label}, {name}/bare hiredis", [one[0][place] for one in times],
            [one[1][place] for one in times], "us")
    rates = [(ours.rate(), theirs.rate()) for _ in range(rounds)]
    row(f"mirror {label}, values a second/bare hiredis", [one[0] for one in rates],
        [one[1] for one in rates], "1/s")


def main():
    rounds, bin_folder, work, prefixes = int(sys.argv[1]), *sys.argv[2:5]
    stage.SEGMENTS = SEGMENTS
    scene = stage.Stage(bin_folder, work, prefixes.split(), sys.argv[5:])
    try:
        one, two = scene.machines
        server = scene.server()
        scene.mirror(one, server, {name: stage.PUBLISH for name, _ in SIZES.values()})
        scene.mirror(two, server, {name: stage.FOLLOW for name, _ in SIZES.values()})
        for label, (name, size) in SIZES.items():
            scene.agree(name, scene.put(one, name), [two])
            words = [os.path.join(bin_folder, "redis_peer.exe"), str(server.port), str(size)]
            there = machines.Peer(two, words, "bare")
            here = machines.Peer(one, words, "bare")
            measure(label, Pair(one.peer(name), two.peer(name)), Pair(here, there), rounds)
            here.kill()
            there.kill()
    finally:
        scene.end()
        scene.close()


if __name__ == "__main__":
    main()
