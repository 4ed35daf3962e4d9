"""Harm of every kind to three mirrors and their server, while their programs write; torture.sh starts it.

    torture.py SECONDS SEED BIN WORK "PREFIX PREFIX…" WINE…

A round: programs write, a few kinds of harm are done, all is mended, the programs end, and all
machines must agree: on the publisher's last value where one publishes, on one value where all write. The
next value of each then wins. Nothing may be torn at any time, and once it is quiet nothing
may change any more: an echo would.
"""
import random
import signal
import sys
import time
import traceback
from collections import Counter

import stage
from stage import BOTH, FOLLOW, PUBLISH, key_of
from waiting import until


class Torture:
    def __init__(self, scene, chance):
        self.scene, self.chance, self.done = scene, chance, Counter()
        self.server = scene.server()
        self.ways = {machine: scene.way(machine, self.server) for machine in scene.machines}
        self.older, self.values = {}, 0
        for machine in scene.machines:
            scene.mirror(machine, self.ways[machine],
                         {"Prices": PUBLISH if machine.number == 1 else FOLLOW,
                          "Rates": PUBLISH if machine.number == 2 else FOLLOW,
                          "Settings": BOTH, "Fast": BOTH})
        self.harms = [self.cut, self.drop, self.stall, self.hang, self.kill_empty, self.go_back,
                      self.kill_mirror, self.kill_mirror, self.kill_broker, self.lose_script]

    # ---- each kind of harm, and what mends it

    def cut(self):
        way = self.chance.choice(list(self.ways.values()))
        way.cut_after(self.chance.choice([1, 50, 200, 5000, 40000, 66000, 100000]),
                      self.chance.choice(["in", "out"]))

    def drop(self):
        way = self.chance.choice(list(self.ways.values()))
        way.disconnect()
        return way.connect

    def stall(self):
        way = self.chance.choice(list(self.ways.values()))
        way.stall(True)
        return lambda: way.stall(False)

    def hang(self):
        if not self.server.process:
            return None
        self.server.stall(True)
        return lambda: self.server.process and self.server.stall(False)

    def kill_empty(self):
        self.server.kill()
        self.older.clear()  # of another history: its revisions may be greater
        return lambda: None if self.server.process else self.server.start()

    def go_back(self):
        """An older state of one value, as after a failover that lost writes."""
        if not self.server.process or not self.answers():
            return
        name = self.chance.choice(["Prices", "Rates", "Settings"])
        content = self.scene.stored(self.server, name).get("content")
        if name not in self.older:
            kept = self.server.do("DUMP", key_of(name))
            if kept:
                self.older[name] = kept, content
        elif self.older[name][1] != content:
            self.server.do("RESTORE", key_of(name), 0, self.older.pop(name)[0], "REPLACE")

    def answers(self):
        """Within a second: it may hang."""
        try:
            return self.server.answers()
        except OSError:
            return False

    def lose_script(self):
        """The server forgets its scripts, as a new one does."""
        if self.server.process and self.answers():
            self.server.do("SCRIPT", "FLUSH")

    def kill_mirror(self):
        machine = self.chance.choice(self.scene.machines)
        machine.mirror.kill()
        machine.start_mirror()

    def kill_broker(self):
        machine = self.chance.choice(self.scene.machines)
        machine.broker.kill()
        machine.start_broker()

    # ---- a round

    def storm(self, machine, name):
        count = self.chance.randrange(20, 300)
        first = self.scene.numbers + 1
        self.scene.numbers += count
        self.values += count
        machine.peer(name).tell("storm", machine.number, first, count,
                                self.chance.choice([0, 500, 5000]))
        return machine.number, self.scene.numbers

    def round(self):
        one, two, three = self.scene.machines
        lasts = {"Prices": self.storm(one, "Prices"), "Rates": self.storm(two, "Rates")}
        for machine in self.scene.machines:
            self.storm(machine, "Settings")
            self.storm(machine, "Fast")
        mend = []
        for _ in range(self.chance.randrange(1, 4)):
            harm = self.chance.choice(self.harms)
            self.done[harm.__name__] += 1
            mend.append(harm())
            time.sleep(self.chance.random() * 0.2)  # not for proof: harm comes at any moment
        for undo in mend:
            if undo:
                undo()
        until(self.answers, "the server answers")
        for machine, name in ((one, "Prices"), (two, "Rates")):
            machine.peer(name).answer()
        for machine in self.scene.machines:
            for name in ("Settings", "Fast"):
                machine.peer(name).answer()
        for name, value in lasts.items():
            self.scene.agree(name, value, self.scene.machines)
            self.scene.on_server(self.server, name, value)  # also after it went back
        # what is written from now on wins: nobody has anything older to send
        self.scene.met()
        for name in ("Settings", "Fast"):
            self.scene.agree_on_one(name, self.scene.machines)
        self.quiet()
        self.scene.nothing_torn()

    def quiet(self):
        """Two values of other segments go from each machine to each other one, and win: an echo that was on
        its way would have come before the second."""
        def changes():
            return [machine.peer(name).get()[3] for machine in self.scene.machines
                    for name in ("Prices", "Rates")]
        before, revisions = changes(), [self.scene.revision(self.server, name)
                                        for name in ("Prices", "Rates")]
        for machine in self.scene.machines:
            for name in ("Settings", "Fast"):
                self.scene.agree(name, self.scene.put(machine, name), self.scene.machines)
        assert changes() == before, ("an echo", before, changes())
        assert [self.scene.revision(self.server, name) for name in ("Prices", "Rates")] == revisions


def main():
    seconds, seed, bin_folder, work, prefixes = sys.argv[1:6]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    print(f"seed {seed}", flush=True)
    scene = stage.Stage(bin_folder, work, prefixes.split(), sys.argv[6:])
    rounds, end = 0, time.monotonic() + int(seconds)
    try:
        torture = Torture(scene, random.Random(int(seed)))
        kinds = {harm.__name__ for harm in torture.harms}
        while time.monotonic() < end or not kinds <= set(torture.done):
            rounds += 1
            torture.round()
    except Exception as wrong:  # shown with what led to it
        print(f"FAILED: round {rounds}: {wrong!r}; harm so far: {dict(torture.done)}")
        traceback.print_exc(file=sys.stdout)
        scene.tell()
        return 3 if scene.has_lost_wine() else 1
    finally:
        scene.end()
        scene.close()
    seen = sum(torture.done.values())
    print(f"{rounds} rounds, {torture.values} values, {seen} kinds of harm done: " +
          ", ".join(f"{name} {count}" for name, count in sorted(torture.done.items())) +
          f"; {sum(way.cuts for way in torture.ways.values())} connections cut in a value; "
          "0 torn, 0 echoes, agreed each time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
