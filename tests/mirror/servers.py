"""Redis servers of the tests: alone, with replicas and Sentinels, as a cluster. Each has a folder and a
port of its own on this machine and is a child of this process: nothing is installed or left running."""
import os
import random
import shutil
import signal
import socket
import struct
import subprocess

import resp
from waiting import PATIENCE, InVain, until

HOST = "127.0.0.1"


def find_program():
    """The words that start a server, or None. Debian's redis-tools has it under another name."""
    given = os.environ.get("SHMB_MIRROR_SERVER")
    if given:
        return given
    found = shutil.which("redis-server")
    return found or shutil.which("redis-check-rdb")


# None that the system gives to a connection: a server that was killed gets its port again.
PORTS = range(10240, 22000)
CLUSTER_BUS = 10000  # a node listens that many above, too

# Of each port that was given away: other runs of these tests do not take it while this one lives.
_claims = []


def _is_free(port):
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0shmbmirror-tests-{port}")
        for one in (port, port + CLUSTER_BUS):
            with socket.socket() as probe:
                probe.bind((HOST, one))
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def free_ports(count):
    """Ports for servers or nodes of a cluster that nobody has, and nobody takes until this process ends."""
    ports = []
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        if len(ports) < count and _is_free(port):
            ports.append(port)
    assert len(ports) == count, "no port is free"
    return ports


MASK = (1 << 64) - 1


def _mixed(x):
    x ^= x >> 31
    x = x * 0x9e3779b97f4a7c15 & MASK
    x ^= x >> 29
    x = x * 0xbf58476d1ce4e5b9 & MASK
    return x ^ x >> 32


def content(writer, number, size):
    """A value as content.c fills it."""
    magic = 0x4d697272
    total = _mixed(_mixed(_mixed(magic << 32 | writer) + number & MASK) + size & MASK)
    head = struct.pack("<IIQQQ", magic, writer, number, 0, total)
    return (head + b"".join(struct.pack("<Q", total + at * 0x9e3779b97f4a7c15 & MASK)
                            for at in range(len(head), size, 8)))[:size]


class Server:
    """One server. `lines`: of its configuration."""

    def __init__(self, folder, name, lines=(), port=None, sentinel=False, cluster=False):
        self.port = port or free_ports(1)[0]
        self.folder, self.name, self.sentinel = os.path.join(folder, name), name, sentinel
        self.lines = list(lines)
        if cluster:
            self.lines += ["cluster-enabled yes", "cluster-node-timeout 3000",
                           "cluster-config-file nodes.conf"]
        self.process = None
        os.makedirs(self.folder)
        program = os.path.join(self.folder, "redis-server")
        os.symlink(find_program(), program)
        self.program = program

    def start(self, *more):
        """Starts it with what it kept. Returns itself once it answers."""
        config = os.path.join(self.folder, "server.conf")
        # Sentinel writes into its file
        if not (self.sentinel and os.path.exists(config)):
            with open(config, "w", encoding="utf-8") as file:
                file.write("\n".join([f"port {self.port}", f"bind {HOST}", f"dir {self.folder}",
                                      "protected-mode no", *self.lines, ""]))
        words = [self.program, config, *more] + (["--sentinel"] if self.sentinel else [])
        if not self.sentinel:
            words += ["--save", "", "--appendonly", "no"]
        with open(os.path.join(self.folder, "said"), "ab") as said:
            self.process = subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=said, stderr=said)
        until(self.answers, f"{self.name} answers")
        return self

    def answers(self):
        if self.process.poll() is not None:
            with open(os.path.join(self.folder, "said"), encoding="utf-8", errors="replace") as said:
                raise RuntimeError(f"{self.name} ended: {said.read()[-2000:]}")
        try:
            with resp.Connection(self.port, timeout=1) as connection:
                connection("PING")
        except resp.Refused as refused:
            return "NOAUTH" in str(refused) or "NOPERM" in str(refused)
        except OSError:
            return False
        return True

    def kill(self):
        """Ends it as a crash does: what it has is lost."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stall(self, stalled):
        """Stops it in its tracks, or lets it go on: connections stay, and nothing is answered."""
        self.process.send_signal(signal.SIGSTOP if stalled else signal.SIGCONT)

    def do(self, *words, user=None):
        """One request on a connection of its own."""
        with resp.Connection(self.port) as connection:
            if user:
                connection("AUTH", *user)
            return connection(*words)

    def transaction(self, *requests):
        """All of them at once: nobody sees the server in between."""
        with resp.Connection(self.port) as connection:
            connection("MULTI")
            for words in requests:
                connection(*words)
            return connection("EXEC")

    def info(self, section):
        try:
            said = self.do("INFO", section)
        except ConnectionError:  # a Sentinel ends all connections of a server that it makes a replica
            said = self.do("INFO", section)
        lines = said.decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)


class Farm:
    """A master, replicas, and three Sentinels."""

    def __init__(self, folder, replicas=1):
        self.master = Server(folder, "master").start()
        self.replicas = [
            Server(folder, f"replica{number}", [f"replicaof {HOST} {self.master.port}",
                                                "repl-diskless-sync-delay 0"]).start()
            for number in range(replicas)]
        for one in self.replicas:
            until(lambda one=one: one.info("replication")["master_link_status"] == "up",
                  "the replica has its master")
        self.sentinels = [
            Server(folder, f"sentinel{number}",
                   [f"sentinel monitor shm {HOST} {self.master.port} 2",
                    "sentinel down-after-milliseconds shm 3000",
                    "sentinel failover-timeout shm 5000",
                    "sentinel parallel-syncs shm 1"], sentinel=True).start()
            for number in range(3)]
        until(self.all_known, "the Sentinels know each other")

    def known_by(self, sentinel):
        said = sentinel.do("SENTINEL", "MASTER", "shm")
        fields = dict(zip(said[::2], said[1::2]))
        return fields[b"num-other-sentinels"] == b"2" and \
            int(fields[b"num-slaves"]) >= len(self.replicas) and fields[b"flags"] == b"master"

    def servers(self):
        return [self.master, *self.replicas, *self.sentinels]

    def master_port(self):
        for one in self.sentinels:
            if one.process:
                return int(one.do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shm")[1])
        return None

    def all_known(self):
        return all(self.known_by(one) for one in self.sentinels if one.process)

    def failed_over(self):
        """The server that is master now: one that says so itself, and is not the first one."""
        port = self.master_port()
        for one in self.replicas:
            if one.port == port and one.info("replication")["role"] == "master":
                return one
        return None


class Cluster:
    """Three masters, and a replica of that which has the slot of `key`."""

    def __init__(self, folder, key):
        self.nodes = [Server(folder, f"node{number}", cluster=True).start() for number in range(3)]
        self.spare = Server(folder, "spare", cluster=True).start()
        bounds = [(0, 5460), (5461, 10922), (10923, 16383)]
        for node, (first, last) in zip(self.nodes, bounds):
            node.do("CLUSTER", "ADDSLOTSRANGE", first, last)
        for number, node in enumerate([*self.nodes, self.spare]):
            node.do("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        slot = self.nodes[0].do("CLUSTER", "KEYSLOT", key)
        self.owner = next(node for node, (first, last) in zip(self.nodes, bounds)
                          if first <= slot <= last)
        self.meet()
        identity = self.owner.do("CLUSTER", "MYID")
        until(lambda: self.replicates(identity), "the replica has its master")
        until(lambda: self.spare.info("replication").get("master_link_status") == "up",
              "the replica has its data")

    def meet(self):
        """All know each other. A node that was too slow to answer is forgotten, and must be met again."""
        for attempt in range(4):
            for node in [*self.nodes[1:], self.spare]:
                node.do("CLUSTER", "MEET", HOST, self.nodes[0].port)
            try:
                until(self.whole, "the cluster is whole", PATIENCE / 4)
                return
            except InVain:
                if attempt == 3:
                    raise

    def whole(self):
        return all(node.do("CLUSTER", "INFO").startswith(b"cluster_state:ok") and
                   b"cluster_known_nodes:4" in node.do("CLUSTER", "INFO")
                   for node in [*self.nodes, self.spare])

    def replicates(self, identity):
        try:
            self.spare.do("CLUSTER", "REPLICATE", identity)
        except resp.Refused:  # it does not know that node yet
            return False
        return True

    def promoted(self):
        return self.spare.info("replication")["role"] == "master" and \
            all(node.do("CLUSTER", "INFO").startswith(b"cluster_state:ok")
                for node in [*self.nodes, self.spare] if node.process)

    def servers(self):
        return [*self.nodes, self.spare]
