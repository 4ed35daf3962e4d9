"""What the cases play on: machines with brokers, a server, and a way that is cut for each machine."""
import os
import re
import shutil
import tempfile
import time

import servers
from machines import Machine
from proxy import Proxy
from waiting import until

# Name and keys in each broker's file. The size is what the cases need: a value of 64 bytes travels in one
# packet, one of 64 KiB is cut in the middle.
SEGMENTS = {
    "Prices": "size: 64, notify: true",
    "Settings": "size: 64, notify: true",
    "Rates": "size: 64 KiB, notify: true, snapshots: double",
    "Fast": "size: 4 KiB, notify: true, lock: fast",
    "Large": "size: 2 MiB, notify: true",
}

BUCKET = "shm"
PUBLISH, FOLLOW, BOTH = "publish: true", "follow: true", "publish: true, follow: true"


class Stage:
    """Machines that stay for all cases of a part; servers, ways and mirrors are those of one case."""

    def __init__(self, bin_folder, work, prefixes, wine):
        self.work = work
        self.machines = [Machine(number + 1, prefix, bin_folder, work, wine)
                         for number, prefix in enumerate(prefixes)]
        self.numbers = 0
        self.segments = dict(SEGMENTS)
        for machine in self.machines:
            machine.start_broker(self.segments)
        self.begin()

    def begin(self):
        """An empty scene."""
        self.folder = tempfile.mkdtemp(dir=self.work)
        self.started, self.ways = [], {}

    def server(self, *lines, name="server", port=None):
        """One more server."""
        one = servers.Server(self.folder, name, lines, port=port).start()
        self.started.append(one)
        return one

    def keep(self, farm):
        """What is ended with the case."""
        self.started += farm.servers()
        return farm

    def way(self, machine, server):
        """The way of this machine to the server, which the case may cut."""
        self.ways[machine] = Proxy(server.port)
        return self.ways[machine]

    def mirror(self, machine, where, segments, more="", **options):
        """Starts a mirror. `where`: a server, a way, or the YAML of the key."""
        if hasattr(where, "port"):
            where = f"server: redis://127.0.0.1:{where.port}"
        # the prefixes have one computer's name
        lines = ["version: 1", where, f"bucket: {BUCKET}", f"origin: {machine.name}",
                 f"status: '{machine.windows_path(machine.path('mirror.status'))}'", *(more.splitlines()), "segments:"]
        lines += [f"  {name}: {{ {keys} }}" for name, keys in segments.items()]
        machine.start_mirror("\n".join(lines) + "\n", **options)

    def met(self):
        """Waits until all mirrors have compared their segments with the server since now, and all are at
        one revision: what is written before that may give way to what another one sends or the server
        has, where a mirror publishes and follows."""
        since = time.time()
        mirrors = [machine for machine in self.machines if machine.mirror]

        def at_one_revision():
            revisions = {}
            for machine in mirrors:
                for one in machine.segments_now(since):
                    if one["state"] != "agreed":
                        return False
                    revisions.setdefault(one["name"], []).append((machine, one["revision"]))
            return {machine for all in revisions.values() for machine, _ in all} == set(mirrors) and \
                all(len({revision for _, revision in all}) == 1 for all in revisions.values())
        until(at_one_revision, "all mirrors have compared, and are at one revision",
              state=lambda: [machine.status() for machine in mirrors])

    def number(self):
        """A number that no value had yet."""
        self.numbers += 1
        return self.numbers

    def put(self, machine, name):
        """Writes a new value there. Returns it as `Peer.value` does."""
        number = self.number()
        machine.peer(name).put(machine.number, number)
        return machine.number, number

    def agree(self, name, value, machines):
        """All have this value in the end."""
        for machine in machines:
            peer = machine.peer(name)
            until(lambda peer=peer: peer.value() == value,
                  f"{name} is {value} on {machine.name}",
                  state=lambda peer=peer, machine=machine:
                  f"{peer.value()}; its mirror said {machine.mirror.all[-6:] if machine.mirror else []}")

    def agree_on_one(self, name, machines, among=None):
        """All have the same value in the end, one of `among`. Returns it."""
        def same():
            values = {machine.peer(name).value() for machine in machines}
            return len(values) == 1 and (among is None or values <= set(among))
        until(same, f"{name} is the same on {[one.name for one in machines]}",
              state=lambda: [one.peer(name).value() for one in machines])
        return machines[0].peer(name).value()

    def nothing_torn(self):
        for machine in self.machines:
            for name, peer in machine.peers.items():
                assert not peer.torn(), f"torn on {machine.name}: {name}: {peer.torn()[:3]}"

    def stored(self, server, name):
        """The fields of the value on the server, as the README of shmbmirror describes the key."""
        fields = server.do("HGETALL", key_of(name))
        return {key.decode(): value for key, value in zip(fields[::2], fields[1::2])}

    def revision(self, server, name):
        return int(self.stored(server, name).get("revision", 0))

    def on_server(self, server, name, value):
        """Waits until the server has this value."""
        until(lambda: self.stored(server, name).get("content", b"")[8:16] == value[1].to_bytes(8, "little"),
              f"{name} is {value} on the server")

    def replicated(self, server, replicas, name):
        """Waits until the replicas have the server's value, so that a failover loses none."""
        until(lambda: all(self.revision(one, name) == self.revision(server, name) for one in replicas),
              "the replicas have the value")

    def asked(self, server):
        """How often the server was asked for a value, or for its revision; a write asks once, too."""
        return int(dict(part.split("=") for part in
                        server.info("commandstats")["cmdstat_hmget"].split(","))["calls"])

    def compared(self, server, times=4):
        """Waits until all mirrors have asked for revisions so often since now."""
        names = sum(len(re.findall(r"^  \w+: \{", one.mirror_text, re.M))
                    for one in self.machines if one.mirror)
        goal = self.asked(server) + times * names
        until(lambda: self.asked(server) >= goal, "the mirrors compare revisions")

    def write_past(self, server, name, size, **fields):
        """Writes a value to the server as a client of others would: with the fields that client/mirror
        describes, and without a message. Returns it as `Peer.value` does."""
        value = 99, self.number()
        server.do("HSET", key_of(name), "revision", self.revision(server, name) + 1, "stamp",
                  f"{value[1]:016x}", "origin", "other", "generation", 1, "change", value[1], "size", size,
                  "content", servers.content(*value, size),
                  *[part for pair in fields.items() for part in pair])
        return value

    def has_lost_wine(self):
        return any(machine.has_lost_wine() for machine in self.machines)

    def tell(self):
        """Prints what mirrors and brokers said last."""
        for machine in self.machines:
            for what, program in (("mirror", machine.mirror), ("broker", machine.broker)):
                if program:
                    print(f"the {what} of {machine.name} said:", *program.all[-25:], sep="\n    ")

    def end(self):
        """Ends what the case has started, and the peers: the next case begins with other programs."""
        for machine in self.machines:
            if machine.mirror:
                machine.mirror.kill()
                machine.mirror = None
            for name in list(machine.peers):
                machine.peers.pop(name).kill()
        for way in self.ways.values():
            way.close()
        for one in self.started:
            one.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self):
        for machine in self.machines:
            machine.end()


def key_of(name):
    return f"{BUCKET}:{{{name}}}"


def says(machine, text, since=0):
    """Waits for a line of the mirror that has this expression."""
    until(lambda: any(re.search(text, line) for line in machine.mirror.all[since:]),
          f"the mirror of {machine.name} says {text!r}", state=lambda: machine.mirror.all[-8:])
