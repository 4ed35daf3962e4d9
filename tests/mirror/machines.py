"""Machines of the tests: Wine prefixes, each with a broker, a mirror, and programs that write and watch."""
import json
import os
import queue
import signal
import subprocess
import threading

from waiting import PATIENCE, InVain, until


class Program:
    """A Windows program that goes on; its lines are kept as they come."""

    def __init__(self, machine, words, said=None):
        self.words, self.lines = words, queue.Queue()
        self.all, self.waiting = [], 0
        self.process = subprocess.Popen([*machine.wine, *words], env=machine.environment,
                                        cwd=machine.folder, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        encoding="utf-8", errors="replace", bufsize=1)
        self.said = said
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            line = line.rstrip("\r\n")
            self.all.append(line)
            self.lines.put(line)

    def line(self, patience=PATIENCE):
        """The next line that it prints."""
        try:
            return self.lines.get(timeout=patience)
        except queue.Empty:
            raise InVain(f"no line for {patience:g} s of {self.words}; so far: "
                         f"{self.all[-5:]}") from None

    def has_said(self, text, since=0):
        return any(text in line for line in self.all[since:])

    def kill(self):
        """SIGKILL: Windows' TerminateProcess, as seen by everybody else."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join(5)


class Peer(Program):
    """A program that writes and watches one value (peer.h). Its answers come in the order of the
    commands; what it has seen is kept apart."""

    def __init__(self, machine, words, name):
        self.seen, self.answers, self.name = [], queue.Queue(), name
        super().__init__(machine, words)
        first = self.answer()
        if first[0] != "ready":
            raise RuntimeError(f"{name}: {' '.join(first)}")
        self.size = int(first[1])

    def read(self):
        for line in self.process.stdout:
            words = line.split()
            if words[:1] == ["seen"]:
                self.seen.append((int(words[1]), int(words[2]), words[3], int(words[4])))
            elif words:
                self.all.append(line.strip())
                self.answers.put(words)
        self.answers.put(["error", "it ended"])

    def answer(self, patience=PATIENCE):
        try:
            words = self.answers.get(timeout=patience)
        except queue.Empty:
            raise InVain(f"no answer for {patience:g} s of the peer of {self.name}") from None
        if words[0] == "error":
            raise RuntimeError(f"{self.name}: {' '.join(words[1:])}")
        return words

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def ask(self, *words):
        self.tell(*words)
        return self.answer()

    def put(self, writer, number):
        """Writes a value. Returns the segment's change number."""
        return int(self.ask("put", writer, number)[1])

    def get(self):
        """(writer, number, state, change)"""
        words = self.ask("get")
        return int(words[1]), int(words[2]), words[3], int(words[4])

    def watch(self):
        self.ask("watch")

    def value(self):
        """(writer, number): a whole value, or None where there is none yet. Torn is a failure."""
        writer, number, state, _ = self.get()
        if state == "torn":
            raise AssertionError(f"torn: {self.name}, writer {writer}, number {number}")
        return (writer, number) if state == "whole" else None

    def torn(self):
        return [one for one in self.seen if one[2] == "torn"]


def wine_server(prefix):
    """The process that serves this prefix, or None."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/comm", "rb") as name, open(f"/proc/{process}/environ", "rb") as words:
                if name.read().startswith(b"wineserver") and \
                        f"WINEPREFIX={prefix}".encode() in words.read().split(b"\0"):
                    return process
        except OSError:  # it has ended meanwhile
            pass
    return None


class Machine:
    """One prefix. `segments`: name to the text of its keys in the broker's YAML."""

    def __init__(self, number, prefix, bin_folder, work, wine):
        self.number, self.name, self.bin, self.wine = number, f"machine{number}", bin_folder, wine
        self.environment = {**os.environ, "WINEPREFIX": prefix}
        self.folder = os.path.join(work, self.name)
        os.makedirs(self.folder, exist_ok=True)
        self.broker, self.mirror, self.peers, self.mirrors = None, None, {}, 0
        self.mirror_program = "shmbmirror"
        self.server = wine_server(prefix)

    def has_lost_wine(self):
        """The wineserver of Wine 8 aborts now and then when a process of the prefix is killed; what is
        started later sees an empty Windows, and what ran before hangs."""
        return self.server is not None and not os.path.exists(f"/proc/{self.server}")

    @staticmethod
    def windows_path(path):
        return "Z:" + os.path.realpath(path).replace("/", "\\")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.windows_path(self.path(name))

    def run(self, program, *words, patience=PATIENCE):
        """(exit code, what it printed)"""
        done = subprocess.run([*self.wine, os.path.join(self.bin, program + ".exe"), *words],
                              env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=patience)
        return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r", "")

    # ---- the broker

    def configure(self, segments):
        lines = ["version: 1", "watch: true", "defaults: { access: { write: [Users, Interactive] } }",
                 "segments:"]
        lines += [f"  {name}: {{ {keys} }}" for name, keys in segments.items()]
        return self.write("objects.yaml", "\n".join(lines) + "\n")

    def start_broker(self, segments=None):
        if segments:
            self.objects = self.configure(segments)
        self.broker = Program(self, [os.path.join(self.bin, "shmbroker.exe"), "run",
                                     "--allow-unsafe-config", "--config", self.objects,
                                     "--state", self.windows_path(self.path("state"))])
        until(lambda: self.broker.has_said("info 100:"), f"the broker of {self.name} runs",
              state=lambda: self.broker.all[-5:])

    def reload(self, segments):
        """Another configuration, which the broker notices by itself (`watch`)."""
        since = len(self.broker.all)
        self.configure(segments)
        until(lambda: self.broker.has_said("info 210:", since), f"the broker of {self.name} reloads",
              state=lambda: self.broker.all[-5:])

    # ---- the mirror

    def mirror_config(self, text):
        return self.write("mirror.yaml", text)

    def start_mirror(self, text=None, environment=None):
        """Starts shmbmirror in a console, with this configuration or the one before."""
        if text:
            self.mirror_text = text
            self.mirror_file = self.mirror_config(text)
        self.mirrors += 1
        kept = self.environment
        self.environment = {**kept, **(environment or {})}
        self.mirror = Program(self, [os.path.join(self.bin, self.mirror_program + ".exe"), "run", "--config",
                                     self.mirror_file])
        self.environment = kept

    def status(self):
        """The JSON of `shmbmirror status`, or None where there is none yet."""
        code, said = self.run("shmbmirror", "status", "--json", "--config", self.mirror_file)
        try:
            return json.loads(said)
        except ValueError:
            return {"code": code, "said": said}

    def segments_now(self, since=0.0):
        """The segments as the mirror that runs now has told them later than `since` (time.time()); none
        before it does: the status file stays as it is for a second, and that of a mirror that was killed
        for good."""
        status = self.status()
        return status["segments"] if status.get("running") and status["written"] > since else []

    def states(self, since=0.0):
        return [one["state"] for one in self.segments_now(since)]

    def peer(self, name, again=False):
        """The program that writes and watches this segment."""
        if again and name in self.peers:
            self.peers.pop(name).kill()
        if name not in self.peers:
            self.peers[name] = Peer(self, [os.path.join(self.bin, "shmb_peer.exe"), name], name)
            self.peers[name].watch()
        return self.peers[name]

    def end(self):
        for one in [*self.peers.values(), self.mirror, self.broker]:
            if one:
                one.kill()
        # the keeper of a killed broker stays; the prefix ends with all in it
        self.peers, self.mirror, self.broker = {}, None, None
